using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions;

/// <summary>A command of the service catalogue with one that asks for its effect and one that takes it back: what drain and rollback share.</summary>
/// <param name="Back">Takes it back; empty when nothing does.</param>
internal sealed record HookAction(IReadOnlyList<string> Command, IReadOnlyList<string> Verify, IReadOnlyList<string> Back, TimeSpan Timeout, TimeSpan WaitFor)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500), AskTime = TimeSpan.FromSeconds(30);

    public static HookAction Of(Arguments with, IReadOnlyList<string> command, IReadOnlyList<string> back) =>
        new(command, CommandLine.Of(with, "verify"), back, with.Duration("timeout") ?? TimeSpan.FromMinutes(1), with.Duration("waitFor") ?? TimeSpan.FromSeconds(30));

    public IReadOnlyList<string> Lines => [.. new[] { Command, Verify }.Where(line => line.Count > 0).Select(CommandText.Quote)];
    public string? UndoText => Back.Count == 0 ? null : CommandText.Quote(Back);

    public string? WhyNot(ActionContext context) => new[] { Command, Verify, Back }.Where((line, index) => index == 0 || line.Count > 0)
        .Select(line => CommandLine.WhyNot(line, context.Processes)).FirstOrDefault(why => why is not null);

    /// <summary>Runs the command, then asks until the effect is there.</summary>
    public async Task<ActionResult> RunAsync(ActionContext context, CancellationToken cancellation)
    {
        var done = await CommandRun.RunAsync(Command, Timeout, context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        if (Verify.Count == 0) return done with { Message = done.Message + "; its effect was not verified, because no verify command is given" };
        return await AwaitAsync(done, CheckState.Done, context, cancellation).ConfigureAwait(false);
    }

    private async Task<ActionResult> AwaitAsync(ActionResult done, CheckState wanted, ActionContext context, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        while (true)
        {
            var check = await CheckAsync(context, cancellation).ConfigureAwait(false);
            if (check.State == wanted) return done with { Message = $"{done.Message}; {check.Message}" };
            if (cancellation.IsCancellationRequested) return done with { Outcome = ActionOutcome.InDoubt, Error = "Cancelled", Message = $"{done.Message}; cancelled while waiting for its effect" };
            if (context.Time.GetElapsedTime(began) >= WaitFor)
                return check.State == CheckState.Unknown
                    ? done with { Outcome = ActionOutcome.InDoubt, Error = "NotVerified", Message = $"{done.Message}, but its effect could not be asked for: {check.Message}" }
                    : done with { Outcome = ActionOutcome.Failed, Error = "NotVerified", Message = $"{done.Message}, but after {Duration.Format(WaitFor)}: {check.Message}" };
            try { await Task.Delay(Poll, context.Time, cancellation).ConfigureAwait(false); }
            catch (OperationCanceledException) { } // the next look says so
        }
    }

    /// <summary>The verify command's word: 0 = there, else not. Unknown without one, or when it could not be asked.</summary>
    public async Task<CheckResult> CheckAsync(ActionContext context, CancellationToken cancellation)
    {
        if (Verify.Count == 0) return new CheckResult(CheckState.Unknown, "no verify command is given, so nobody can tell");
        var answer = await CommandRun.AskAsync(Verify, AskTime, context, cancellation).ConfigureAwait(false);
        var line = CommandText.Quote(Verify);
        if (CommandRun.NoAnswer(answer) is { } why) return new CheckResult(CheckState.Unknown, context.Mask.Apply($"{line}: {why}"));
        return new CheckResult(answer.ExitCode == 0 ? CheckState.Done : CheckState.NotDone, context.Mask.Apply($"{line}: exit code {answer.ExitCode}{(answer.ExitCode == 0 ? "" : CommandRun.Said(answer))}"));
    }

    /// <summary>Runs the command that takes it back, and asks until the effect is gone.</summary>
    public Task<ActionResult>? UndoAsync(ActionContext context, CancellationToken cancellation) => Back.Count == 0 ? null : BackAsync(context, cancellation);

    private async Task<ActionResult> BackAsync(ActionContext context, CancellationToken cancellation)
    {
        var done = await CommandRun.RunAsync(Back, Timeout, context, cancellation).ConfigureAwait(false);
        return done.Outcome != ActionOutcome.Succeeded || Verify.Count == 0 ? done : await AwaitAsync(done, CheckState.NotDone, context, cancellation).ConfigureAwait(false);
    }
}
