using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Ends a process and what it started, after what it was is kept. Never the machine's first, never ourselves or what we run in, never a database's first process.</summary>
internal sealed class ProcessStopAction : IAction
{
    public string Name => "action.process-stop";
    public string Summary => "Ends a process and its children by id and start time, after keeping what it was";

    public ObjectShape Parameters { get; } = new("action.process-stop",
        Required("pid", Int with { Min = 1 }, "id of the process"),
        Required("startedAt", Shapes.DateTime, "when it started, as a probe told: another process that took over the id is not touched"),
        Optional("name", Text, "the program's file name: another one is not touched"),
        Optional("capture", Text, "folder of evidence, a full path: what it was is kept there first (Linux)"),
        Optional("protect", ListOf(Text, allowSingle: true), "program names that are never ended, beside those that never are"),
        Optional("grace", Shapes.Duration, "time between asking it to end and ending it", TimeSpan.FromSeconds(10)));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with) => new($"process {with.Int("pid")}{(with.TextOrNull("name") is { } name ? $" ({name})" : "")}",
        $"{(with.TextOrNull("capture") is { } folder ? $"Keeps what it is in {CommandText.Quote(folder)}, then asks" : "Asks")} process {with.Int("pid")}, started at {(with.Time("startedAt") is { } at ? UtcStamp.Format(at) : "?")}, and its children to end; ends what is left after {Duration.Format(Grace(with))}",
        [$"kill -TERM {with.Int("pid")}", $"kill -KILL {with.Int("pid")}"], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        Task.FromResult(with.TextOrNull("capture") is { } folder && !Path.IsPathFullyQualified(folder) ? $"'{folder}' is not a full path" : new StoppableProcess(with, context).WhyNot(toStop: true));

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var process = new StoppableProcess(with, context);
        // once more: approvals take time, and ids are used again
        if (process.WhyNot(toStop: true) is { } why) return new ActionResult(ActionOutcome.Failed, why) { Error = "Refused" };
        string? folder = null;
        if (with.TextOrNull("capture") is { } to)
            try
            {
                folder = EvidenceFolder.Of(to, $"process-{process.Pid}", context);
                await process.CaptureAsync(folder, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) { return new ActionResult(ActionOutcome.Failed, "cancelled while it was kept; it still runs") { Error = "Cancelled" }; }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, $"it was not ended, because it could not be kept: {error.Message}") { Error = "NotKept" }; }
        try
        {
            var life = await process.Identity.EndAsync(Grace(with), context.Time, cancellation).ConfigureAwait(false);
            var value = new Dictionary<string, object?> { ["pid"] = (long)process.Pid, ["kept"] = folder };
            return life == ProcessLife.Gone ? new ActionResult(ActionOutcome.Succeeded, $"process {process.Pid} has ended{(folder is null ? "" : $"; what it was is in {folder}")}") { Value = value }
                : new ActionResult(life == ProcessLife.Lives ? ActionOutcome.Failed : ActionOutcome.InDoubt, $"process {process.Pid} {(life == ProcessLife.Lives ? "still lives" : "may still live")}") { Error = "NotEnded", Value = value };
        }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, "cancelled after it was asked to end") { Error = "Cancelled" }; }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new StoppableProcess(with, context).Identity.Life() switch
    {
        ProcessLife.Gone => new CheckResult(CheckState.Done, $"process {with.Int("pid")} of that start is not there"),
        ProcessLife.Lives => new CheckResult(CheckState.NotDone, $"process {with.Int("pid")} still lives"),
        _ => new CheckResult(CheckState.Unknown, "whether it lives cannot be told"),
    });

    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static TimeSpan Grace(Arguments with) => with.Duration("grace") ?? TimeSpan.FromSeconds(10);
}
