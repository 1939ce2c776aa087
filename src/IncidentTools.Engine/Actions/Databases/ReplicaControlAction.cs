using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Starts or stops replication on a replica, or has it apply changes again. Never skips one: that would be divergence with a good conscience.</summary>
internal sealed class ReplicaControlAction : IAction
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Name => "action.replica-control";
    public string Summary => "Starts, stops, pauses or resumes replication on a replica";

    public ObjectShape Parameters { get; } = new("action.replica-control",
        DatabaseTarget.Field,
        Optional("replica", Text with { Min = 1 }, "which of the connection's replicas; none = the connection itself is one"),
        Required("operation", OneOf("start", "stop", "pause", "resume"), "start and stop: all of it; pause and resume: applying only"),
        Optional("waitFor", Shapes.Duration, "how long until it must follow, or have stopped", TimeSpan.FromSeconds(30)),
        DatabaseWork.Timeout(Limit));

    public StepImpact Impact(Arguments with) => with.Text("operation") is "stop" or "pause" ? StepImpact.Medium : StepImpact.Low;

    public ActionPlan Plan(Arguments with)
    {
        var lines = Lines(with, with.Text("operation"));
        return new ActionPlan(NameOf(with), lines.Count == 0 ? $"{with.Text("operation")} of replication on {NameOf(with)}; will be refused: that server has no statement for it" : $"{with.Text("operation")} of replication on {NameOf(with)}, then waits until it is so", lines,
            Lines(with, Opposite(with)) is { Count: > 0 } back ? string.Join("; ", back) : null);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.WhyNotAsync(async () =>
    {
        var target = Target(with);
        if (Lines(with, with.Text("operation")).Count == 0) return $"{target.Engine} has no statement for {with.Text("operation")}";
        var node = await Nodes.AskAsync(target, context.ForProbe(), Timeout(with), cancellation).ConfigureAwait(false);
        return node.Trouble is { } trouble ? $"{target.Label} could not be asked: {trouble.Message}" : node.IsReplica is not true ? $"{target.Label} is no replica" : null;
    });

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => RunAsync(with, with.Text("operation"), context, cancellation);

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.CheckAsync(async () =>
    {
        var node = await Nodes.AskAsync(Target(with), context.ForProbe(), Timeout(with), cancellation).ConfigureAwait(false);
        return node.Trouble is { } trouble ? new CheckResult(CheckState.Unknown, trouble.Message) : new CheckResult(IsSo(with.Text("operation"), node) ? CheckState.Done : CheckState.NotDone, $"{node.Name} is {node.State ?? "no replica"}");
    });

    public bool CanUndo(Arguments with) => Lines(with, Opposite(with)).Count > 0;

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => !CanUndo(with) ? null
        : undoData.GetValueOrDefault("changed") is false ? Task.FromResult(new ActionResult(ActionOutcome.Succeeded, "nothing to take back: it was so before")) : RunAsync(with, Opposite(with), context, cancellation);

    private static Task<ActionResult> RunAsync(Arguments with, string operation, ActionContext context, CancellationToken cancellation) => DatabaseWork.RunAsync(cancellation, async mark =>
    {
        var target = Target(with);
        async Task<NodeState> Ask() => await Nodes.AskAsync(target, context.ForProbe(), Timeout(with), cancellation).ConfigureAwait(false);
        var before = await Ask().ConfigureAwait(false);
        if (before.Trouble is { } trouble) return DatabaseWork.Failed(trouble.Word, trouble.Message);
        if (IsSo(operation, before)) return Done($"{target.Label} is {before.State} already", before, changed: false);
        var session = await DatabaseWork.OpenAsync(target, DatabaseAccess.Change, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            mark.Begin();
            foreach (var line in Lines(with, operation)) await session.ExecuteAsync(line).ConfigureAwait(false);
        }
        var node = before;
        var wait = with.Duration("waitFor") ?? Limit;
        var so = await DatabaseWork.AwaitAsync(async () => IsSo(operation, node = await Ask().ConfigureAwait(false)), wait, context.Time, cancellation).ConfigureAwait(false);
        return so ? Done($"{target.Label} is {node.State}", node, changed: true) : node.Trouble is { } lost ? DatabaseWork.InDoubt(lost.Word, lost.Message)
            : DatabaseWork.Failed(node.Applying ? ProbeErrors.NotStreaming : ProbeErrors.ReplicationStopped, $"{operation} was accepted, but after {Duration.Format(wait)} {target.Label} is {node.State}{(node.Error is { } error ? $": {error}" : "")}") with { UndoData = new Dictionary<string, object?> { ["changed"] = true } };
    });

    private static bool IsSo(string operation, NodeState node) => operation switch
    {
        "start" => node is { Connected: true, Applying: true },
        "resume" => node.Applying,
        "pause" => node is { IsReplica: true, Applying: false },
        _ => node is { IsReplica: true, Applying: false, Connected: false },
    };

    private static IReadOnlyList<string> Lines(Arguments with, string operation) => Target(with).Engine is "sqlite" or "" ? [] : DatabaseServer.Of(Target(with).Engine).ReplicaLines(Target(with), operation);
    private static string Opposite(Arguments with) => with.Text("operation") switch { "start" => "stop", "stop" => "start", "pause" => "resume", _ => "pause" };

    private static DatabaseTarget Target(Arguments with) => with.TextOrNull("replica") is not { } name ? DatabaseTarget.Of(with)
        : DatabaseTarget.ReplicasOf(with.Map("connection")).FirstOrDefault(replica => replica.Name == name) ?? new DatabaseTarget(name, "");
    private static string NameOf(Arguments with) => Target(with).Label;
    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? Limit;

    private static ActionResult Done(string message, NodeState node, bool changed) => new(ActionOutcome.Succeeded, message)
    {
        Value = new Dictionary<string, object?> { ["state"] = node.State }, UndoData = new Dictionary<string, object?> { ["changed"] = changed },
    };
}
