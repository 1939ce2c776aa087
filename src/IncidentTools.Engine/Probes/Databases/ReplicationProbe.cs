using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Whether every replica follows, looked at from both sides. A replica that is not connected has no lag, least of all 0; and exactly one server may take writes.</summary>
internal sealed class ReplicationProbe() : DatabaseProbe("probe.replication", "Whether replicas follow their primary, how far behind they are, and that exactly one server takes writes.", Shape,
    "primary", "primaryUp", "replicas", "state", "replica", "lagSeconds", "lagBytes", "disconnected", "writable", "writers", "mostAdvanced", "inactiveSlots")
{
    private static readonly ObjectShape Shape = new("probe.replication",
        DatabaseTarget.Field,
        Optional("replicas", ListOf(DatabaseShape.Replica), "the servers that follow it; else those of the connection"),
        Optional("warnLag", Shapes.Duration, "a greater lag is a warning", TimeSpan.FromSeconds(30)),
        Optional("failLag", Shapes.Duration, "a greater lag fails: not more than may be lost", TimeSpan.FromMinutes(5)),
        Optional("warnBytes", Number with { Min = 0 }, "more log that is not applied yet is a warning"),
        Optional("failBytes", Number with { Min = 0 }, "more of it fails"),
        Optional("expectWritable", Int with { Min = 0, Max = 100 }, "how many of the servers must take writes", 1L),
        Optional("primaryMayBeDown", Bool, "whether a primary that does not answer is no failure: it is about its replicas", false),
        Optional("heartbeat", Text with { AllowExpression = false, Min = 1 }, "a query that gives, on each replica, the time of the last beat that was written on the primary: the lag is taken from it"),
        TimeoutField);

    protected override async Task AskAsync(Arguments with, DatabaseTarget target, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in new[] { "warnLag", "failLag" }) found.Threshold(name, with.Duration(name) is { } limit ? Duration.Format(limit) : null);
        foreach (var name in new[] { "warnBytes", "failBytes", "expectWritable" }) found.Threshold(name, with[name]);
        var replicas = with.Has("replicas") ? [.. with.List("replicas").OfType<IReadOnlyDictionary<string, object?>>().Select(target.Follower)] : DatabaseTarget.ReplicasOf(with.Map("connection"));
        if (with.TextOrNull("heartbeat") is { } beat && DatabaseServer.Of(target.Engine).WhyNotReading(beat) is { } why) throw new CannotCheckException(ProbeErrors.InvalidQuery, $"the heartbeat query is not run: {why}");
        // the primary first: what it has written by then, a replica can have; never the other way round
        var primary = await Nodes.AskAsync(target, context, Timeout(with), cancellation).ConfigureAwait(false);
        var followers = await Task.WhenAll(replicas.Select(replica => Nodes.AskAsync(replica, context, Timeout(with), cancellation, with.TextOrNull("heartbeat")))).ConfigureAwait(false);
        var rules = new ReplicationRules(primary, followers);
        rules.Tell(found);
        rules.Judge(with, found);
    }
}
