using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>Keeps a scheduled job from being started, and lets it go on again as the undo. One that runs now is not ended.</summary>
internal sealed class JobSuspendAction : IAction
{
    public string Name => "action.job-suspend";
    public string Summary => "Keeps a scheduled job from being started, or lets it go on";

    public ObjectShape Parameters { get; } = new("action.job-suspend",
        Required("name", Text, "the job's name for people"),
        Optional("operation", OneOf("suspend", "resume"), "what to do", "suspend"),
        Optional("owner", Slug, "who must agree: a person or team"),
        Optional("manager", OneOf(ScheduledJob.Names), "who starts it; auto = command or file when given, else systemd, on Windows the task scheduler", "auto"),
        Optional("unit", Text, "its timer (systemd: name.timer) or its task (Windows: its path)"),
        Optional("file", Text, "full path of its own file of cron: /etc/cron.d/name"),
        Optional("command", CommandLine.Shape, "or program and arguments that suspend it"),
        Optional("undo", CommandLine.Shape, "program and arguments that let it go on"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether it is suspended: exit code 0 = yes"),
        Optional("timeout", Shapes.Duration, "how long a command may take", TimeSpan.FromMinutes(1)));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with)
    {
        var job = ScheduledJob.Of(with);
        var (line, opposite) = Suspends(with) ? (job.Suspend, job.Resume) : (job.Resume, job.Suspend);
        var back = opposite.Count > 0 ? CommandText.Quote(opposite) : job is CronFile ? "renames the file back" : null;
        return new ActionPlan(with.Text("name"), $"{(Suspends(with) ? "Suspends" : "Resumes")} the job {CommandText.Quote(with.Text("name"))} by {job.Title}{(Suspends(with) ? "; one that runs now goes on" : "")}", line.Count > 0 ? [CommandText.Quote(line)] : [], back is null ? null : $"{back}, unless it was so before");
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(ScheduledJob.Of(with).WhyNot(context));

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => ChangeAsync(with, Suspends(with), context, cancellation);

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var (suspended, detail) = await ScheduledJob.Of(with).StateAsync(context, cancellation).ConfigureAwait(false);
        return new CheckResult(suspended is not { } known ? CheckState.Unknown : known == Suspends(with) ? CheckState.Done : CheckState.NotDone, context.Mask.Apply(detail));
    }

    public bool CanUndo(Arguments with) => ScheduledJob.Of(with) is CronFile or { Resume.Count: > 0 };

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => !CanUndo(with) ? null
        : undoData.GetValueOrDefault("changed") is false ? Task.FromResult(new ActionResult(ActionOutcome.Succeeded, "nothing to take back: it was so before")) : ChangeAsync(with, !Suspends(with), context, cancellation);

    private static bool Suspends(Arguments with) => with.TextOrNull("operation") != "resume";

    private static async Task<ActionResult> ChangeAsync(Arguments with, bool suspend, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var job = ScheduledJob.Of(with);
        var (before, _) = await job.StateAsync(context, cancellation).ConfigureAwait(false);
        if (before == suspend) return Result($"as before, it is {(suspend ? "suspended" : "not suspended")}", changed: false);
        var done = await job.ChangeAsync(suspend, with.Duration("timeout") ?? TimeSpan.FromMinutes(1), context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        var (after, detail) = await job.StateAsync(context, cancellation).ConfigureAwait(false);
        if (after == !suspend) return done with { Outcome = ActionOutcome.Failed, Error = "NotVerified", Message = $"{done.Message}, but {detail}" };
        return Result($"{done.Message}{(after is null ? $"; its effect was not verified: {detail}" : $"; {detail}")}", changed: true) with { Output = done.Output };
    }

    private static ActionResult Result(string message, bool changed) => new(ActionOutcome.Succeeded, message)
    {
        Value = new Dictionary<string, object?> { ["changed"] = changed }, UndoData = new Dictionary<string, object?> { ["changed"] = changed },
    };
}
