using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Finds out what became of an attempt whose result is not known: by its check, else by asking a person.</summary>
internal sealed class EffectDoubt(RunSession session, StepDefinition step, IAction effect, bool stopping)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public async Task<StepProgress> SettleAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (instance.Wait is { Opened.Kind: "InDoubt" } asked)
        {
            if (asked.Answers is not [var (actor, answer), ..]) return StepProgress.Parked;
            Settle(instance, answer.Answer, actor, answer.Note);
            return StepProgress.Moved;
        }
        if (instance.Wait is { Opened.Kind: "Timer" } poll && !poll.IsLate(session.Now)) return StepProgress.Parked;
        var check = await ProcessOfAttempt(instance, cancellation).ConfigureAwait(false) is { } running ? running : await EffectCheck.AskAsync(session, step, effect, instance, instance.Open!.With, cancellation).ConfigureAwait(false);
        var entry = AttemptRules.AfterCheck(session.State.Run, step, instance, check with { Message = session.Parts.Mask.Apply(check.Message) }, "check", session.NewWait(), session.Now);
        // what goes on by itself is not begun again because it is not there yet
        if (instance.IsDetached && check.State == CheckState.NotDone)
            entry = AttemptRules.AfterCheck(session.State.Run, step, instance, new CheckResult(CheckState.InProgress, session.Parts.Mask.Apply(check.Message)), "check", session.NewWait(), session.Now);
        if (instance.IsDetached && entry is StepFinished { State: "Succeeded" } done) entry = done with { Value = instance.Value };
        if (stopping && entry is WaitOpened) entry = new StepFinished(session.State.Run, instance.Path, "InDoubt", null, "InDoubt", session.Parts.Mask.Apply(check.Message), null, null);
        session.Emit(entry);
        return entry is WaitOpened ? StepProgress.Parked : StepProgress.Moved;
    }

    private void Settle(StepInstance instance, string answer, string by, string? note)
    {
        if (answer == "Stop") session.Finish(instance, "InDoubt", error: "InDoubt", message: note ?? "left in doubt", by: by);
        else session.Emit(AttemptRules.AfterCheck(session.State.Run, step, instance, new CheckResult(answer == "Done" ? CheckState.Done : CheckState.NotDone, note ?? ""), by, session.NewWait(), session.Now));
    }

    /// <summary>A program that outlived its runner may still be having its effect: it is given the rest of its time, then ended, before anything is asked about it.</summary>
    /// <returns>Null when it is gone; else why nothing can be asked yet.</returns>
    private async Task<CheckResult?> ProcessOfAttempt(StepInstance instance, CancellationToken cancellation)
    {
        if (instance.Process is not { } started) return null;
        var process = new ProcessIdentity(started.Pid, started.ProcessStartedAt, started.Host);
        var left = instance.IntendedAt!.Value + (step.Timeout ?? TimeSpan.Zero) - session.Now;
        if (left > TimeSpan.Zero) await session.Pen.Outside(() => process.WaitAsync(left, session.Parts.Time, cancellation)).ConfigureAwait(false);
        return await session.Pen.Outside(() => process.EndAsync(Grace, session.Parts.Time, cancellation)).ConfigureAwait(false) switch
        {
            ProcessLife.Gone => null,
            ProcessLife.Lives => new CheckResult(CheckState.Unknown, $"its process {started.Pid} lives on and could not be ended"),
            _ => new CheckResult(CheckState.Unknown, $"its process {started.Pid} on {started.Host} cannot be seen from here: it may still run"),
        };
    }
}
