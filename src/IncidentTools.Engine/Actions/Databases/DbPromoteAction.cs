using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Makes a replica the primary, when the old one is fenced, confirmed and verified, and the replica is the most advanced; before it nobody takes writes, after it exactly one.</summary>
internal sealed class DbPromoteAction : IAction
{
    private static readonly TimeSpan AskTime = TimeSpan.FromSeconds(5), Limit = TimeSpan.FromMinutes(1);

    public string Name => "action.db-promote";
    public string Summary => "Makes a replica the primary, once the old primary is fenced";

    public ObjectShape Parameters { get; } = new("action.db-promote",
        Required("connection", DatabaseShape.Shape, "the database with its old primary and its replicas"),
        Required("candidate", Text with { Min = 1 }, "name of the replica"),
        Required("fenced", Text with { Min = 1 }, "how it is certain that the old primary takes no writes, in words; what can be seen of it is verified, too"),
        Optional("rpo", Shapes.Duration, "how much of the newest data may be lost; else nothing"),
        Optional("lossAccepted", Text with { Min = 1 }, "who accepts, in writing, to lose more than that or an amount that nobody knows"),
        Optional("writtenOff", ListOf(Text, allowSingle: true), "replicas that do not answer and are given up"),
        Optional("command", CommandLine.Shape, "program and arguments of a cluster manager that promotes, in place of the server's own statement"),
        DatabaseWork.Timeout(Limit));

    public StepImpact Impact(Arguments with) => StepImpact.High;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["there is no way back: the old primary must be built anew as a replica, and what it alone had is lost"];

    public ActionPlan Plan(Arguments with)
    {
        var (target, command) = (Candidate(with), CommandLine.Of(with, "command"));
        return new ActionPlan(target.Label, $"Makes {target.Label} the primary in place of {DatabaseTarget.Of(with).Label}, if that takes no writes (confirmed: {with.Text("fenced")}), nobody else does, and no other replica has more{(with.TextOrNull("lossAccepted") is { } who ? $"; loss accepted: {who}" : "")}",
            command.Count > 0 ? [CommandText.Quote(command)] : target.Engine is "" or "sqlite" ? [] : DatabaseServer.Of(target.Engine).PromoteLines(target, with.Has("lossAccepted"), Timeout(with)), null);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.WhyNotAsync(async () =>
    {
        if (CommandLine.Of(with, "command") is { Count: > 0 } command && CommandLine.WhyNot(command, context.Processes) is { } why) return why;
        return await WhyNotAsync(with, context, cancellation).ConfigureAwait(false);
    });

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.RunAsync(cancellation, async mark =>
    {
        // people took their time since the precondition
        if (await WhyNotAsync(with, context, cancellation).ConfigureAwait(false) is { } why) return DatabaseWork.Failed("Refused", why);
        var target = Candidate(with);
        if (CommandLine.Of(with, "command") is { Count: > 0 } command)
        {
            mark.Begin();
            var done = await CommandRun.RunAsync(command, Timeout(with), context, cancellation).ConfigureAwait(false);
            if (done.Outcome != ActionOutcome.Succeeded) return done;
        }
        else
        {
            var session = await DatabaseWork.OpenAsync(target, DatabaseAccess.Change, Timeout(with) + AskTime, context, cancellation).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                // what was received and not applied yet would be thrown away with the old source
                if (target.Engine is "mysql" or "mariadb" && !await DatabaseWork.AwaitAsync(async () => await session.Server.NodeAsync(session, cancellation).ConfigureAwait(false) is var node && node.Applied >= node.Received, Timeout(with), context.Time, cancellation).ConfigureAwait(false))
                    return DatabaseWork.Failed("NotApplied", $"{target.Label} has not applied all that it received");
                mark.Begin();
                foreach (var line in session.Server.PromoteLines(target, with.Has("lossAccepted"), Timeout(with))) await session.RowsAsync(line, 1).ConfigureAwait(false);
            }
        }
        return await VerifyAsync(with, context, cancellation).ConfigureAwait(false);
    });

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.CheckAsync(async () =>
    {
        var node = await Nodes.AskAsync(Candidate(with), context.ForProbe(), AskTime, cancellation).ConfigureAwait(false);
        return node switch
        {
            { Trouble: { } trouble } => new CheckResult(CheckState.Unknown, trouble.Message),
            { IsReplica: false, Writable: true } => new CheckResult(CheckState.Done, $"{node.Name} is the primary and takes writes"),
            _ => new CheckResult(CheckState.NotDone, $"{node.Name} is {(node.IsReplica is true ? "a replica" : "no replica and refuses writes")}"),
        };
    });

    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private async Task<ActionResult> VerifyAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var seen = new CheckResult(CheckState.Unknown, "");
        await DatabaseWork.AwaitAsync(async () => (seen = await CheckAsync(with, context, cancellation).ConfigureAwait(false)).State == CheckState.Done, Timeout(with), context.Time, cancellation).ConfigureAwait(false);
        if (seen.State != CheckState.Done) return DatabaseWork.InDoubt("NotPromoted", $"it was told to, but {seen.Message}");
        var (primary, replicas) = await AskAllAsync(with, context, cancellation).ConfigureAwait(false);
        var writers = Nodes.Writable([primary, .. replicas.Where(node => !WrittenOff(with).Contains(node.Name, StringComparer.Ordinal))]);
        var value = new Dictionary<string, object?> { ["primary"] = with.Text("candidate"), ["writable"] = (long?)writers };
        return writers switch
        {
            1 => new ActionResult(ActionOutcome.Succeeded, $"{seen.Message}; it is the only one") { Value = value },
            null => new ActionResult(ActionOutcome.Failed, $"{seen.Message}, and not every other server says whether it takes writes") { Error = ProbeErrors.SeveralWriters, Value = value },
            _ => new ActionResult(ActionOutcome.Failed, $"{writers} servers take writes now: fence all but {with.Text("candidate")} at once") { Error = ProbeErrors.SeveralWriters, Value = value },
        };
    }

    private static async Task<string?> WhyNotAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (Candidate(with).Engine.Length == 0) return $"there is no replica {with.Text("candidate")}";
        var (primary, replicas) = await AskAllAsync(with, context, cancellation).ConfigureAwait(false);
        return new PromotionRules(with.Text("candidate"), WrittenOff(with), with.Duration("rpo"), with.TextOrNull("lossAccepted")).WhyNot(primary, replicas);
    }

    private static async Task<(NodeState Primary, IReadOnlyList<NodeState> Replicas)> AskAllAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var replicas = DatabaseTarget.ReplicasOf(with.Map("connection")).Select(replica => Nodes.AskAsync(replica, context.ForProbe(), AskTime, cancellation)).ToArray();
        var primary = await Nodes.AskAsync(DatabaseTarget.Of(with), context.ForProbe(), AskTime, cancellation).ConfigureAwait(false);
        return (primary, await Task.WhenAll(replicas).ConfigureAwait(false));
    }

    private static DatabaseTarget Candidate(Arguments with) => DatabaseTarget.ReplicasOf(with.Map("connection")).FirstOrDefault(replica => replica.Name == with.Text("candidate")) ?? new DatabaseTarget(with.Text("candidate"), "");
    private static IReadOnlyList<string> WrittenOff(Arguments with) => with.Texts("writtenOff");
    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? Limit;
}
