using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Actions.Databases;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Tests.Probes;
using IncidentTools.Engine.Tests.Probes.Databases;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Engine.Tests.Actions.Databases;

/// <summary>A failover on real servers: what stands in its way, and that exactly one takes writes at its end.</summary>
public sealed class PromoteTests : IDisposable
{
    private const string Promote = "action.db-promote", Fence = "action.db-fence", Control = "action.replica-control";
    private readonly PostgresPair _pair = new();
    private readonly DatabaseBench _bench = new();

    public void Dispose() => _pair.Dispose();

    private string Yaml(string more = "") => $"{_pair.Both}\ncandidate: standby\nfenced: stopped by the test\n{more}";

    [Fact]
    public async Task Nothing_is_promoted_beside_a_primary_that_lives_or_may_live()
    {
        Assert.Contains("main takes writes", await _bench.WhyNot(Promote, Yaml()), StringComparison.Ordinal);
        var refused = await ActionBench.Action(Promote).ExecuteAsync(DatabaseBench.With(Promote, Yaml()), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "Refused", "t"), (refused.Outcome, refused.Error, _pair.Standby.Query("SELECT pg_is_in_recovery()")));
        Assert.Contains("could not be told", PromotionRules.WhyNotFenced(new NodeState("main") { Trouble = DatabaseTrouble.Of("LoginFailed", "wrong password") }), StringComparison.Ordinal);
        // from here it does not answer; the standby still gets its changes
        Assert.Contains("still receives", await _bench.WhyNot(Promote, Yaml().Replace($"port: {_pair.Primary.Port}", $"port: {LoopbackPort.Free()}", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("no replica other", await _bench.WhyNot(Promote, Yaml().Replace("candidate: standby", "candidate: other", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(CheckState.NotDone, await _bench.Check(Promote, Yaml()));
    }

    [Fact]
    public async Task A_fenced_primary_is_replaced_by_its_standby_and_exactly_one_takes_writes()
    {
        _pair.Primary.Query("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");
        _pair.Standby.Await("SELECT to_regclass('kept') IS NOT NULL", "t");
        var stop = $"{_pair.Both}\ncommand: [/bin/true]\nwaitFor: 1s\n";
        Assert.Equal((ActionOutcome.Failed, "NotFenced"), await _bench.Do(Fence, stop) is var lie ? (lie.Outcome, lie.Error) : default);
        Assert.Equal(CheckState.NotDone, await _bench.Check(Fence, stop));
        _pair.Primary.Stop();
        Assert.Equal(ActionOutcome.Succeeded, (await _bench.Do(Fence, stop)).Outcome);
        _pair.Standby.Await("SELECT count(*) FROM pg_stat_wal_receiver", "0");
        Assert.Contains("lossAccepted", await _bench.WhyNot(Promote, Yaml()), StringComparison.Ordinal);
        Assert.Contains("could not be asked", await _bench.WhyNot(Promote, Yaml("rpo: 1h").Replace("replicas: [", $"replicas: [{{ name: other, host: 127.0.0.1, port: {LoopbackPort.Free()} }}, ", StringComparison.Ordinal)), StringComparison.Ordinal);
        var result = await _bench.Do(Promote, Yaml("rpo: 1h"));
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal(1L, ((IReadOnlyDictionary<string, object?>)result.Value!)["writable"]);
        Assert.Equal(("f", "42"), (_pair.Standby.Query("SELECT pg_is_in_recovery()"), _pair.Standby.Query("SELECT n FROM kept")));
        _pair.Standby.Query("INSERT INTO kept VALUES (43)");
        Assert.Equal(CheckState.Done, await _bench.Check(Promote, Yaml()));
        // and never a second time
        Assert.Contains("takes writes already", await _bench.WhyNot(Promote, Yaml("rpo: 1h")), StringComparison.Ordinal);
        // it is the primary now, and the catalogue is told so
        (await PostgresPair.Check("probe.replication", _pair.Both + "\nprimaryMayBeDown: true")).Is(IncidentTools.Engine.Probes.ProbeStatus.Warn, "RoleUnexpected");
        // letting the old one free beside it is refused
        var free = stop.Replace("waitFor: 1s", $"undo: [/bin/false]", StringComparison.Ordinal);
        Assert.Equal((ActionOutcome.Failed, "Refused"), await _bench.Undo(Fence, free, result) is var kept ? (kept.Outcome, kept.Error) : default);
        // the old one comes back as what it was: two writers, and said so
        _pair.Primary.Start();
        (await PostgresPair.Check("probe.replication", _pair.Both)).Is(IncidentTools.Engine.Probes.ProbeStatus.Fail, "SeveralWriters");
    }

    [Fact]
    public async Task A_replica_that_has_less_than_another_is_not_promoted()
    {
        using var other = _pair.Primary.Standby("other");
        _pair.Primary.Await("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'", "2");
        _pair.Standby.Stop();
        _pair.Primary.Query("CREATE TABLE late (n int)");
        other.Await("SELECT to_regclass('late') IS NOT NULL", "t");
        _pair.Primary.Stop();
        _pair.Standby.Start();
        var both = Yaml("rpo: 1h").Replace("replicas: [", $"replicas: [{{ name: other, host: 127.0.0.1, port: {other.Port} }}, ", StringComparison.Ordinal);
        Assert.Contains("other has received more", await _bench.WhyNot(Promote, both), StringComparison.Ordinal);
        Assert.Null(await _bench.WhyNot(Promote, both.Replace("candidate: standby", "candidate: other", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Applying_is_paused_and_resumed_and_the_pause_is_taken_back()
    {
        var pause = $"{_pair.Both}\nreplica: standby\noperation: pause";
        var result = await _bench.Do(Control, pause);
        Assert.Equal((ActionOutcome.Succeeded, "t"), (result.Outcome, _pair.Standby.Query("SELECT pg_is_wal_replay_paused()")));
        Assert.Equal(CheckState.Done, await _bench.Check(Control, pause));
        Assert.Equal(ActionOutcome.Succeeded, (await _bench.Undo(Control, pause, result)).Outcome);
        Assert.Equal("f", _pair.Standby.Query("SELECT pg_is_wal_replay_paused()"));
        Assert.Contains("no replica", await _bench.WhyNot(Control, $"{_pair.Connection()}\noperation: resume"), StringComparison.Ordinal);
    }
}
