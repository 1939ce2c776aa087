using IncidentTools.Engine.Probes;
using IncidentTools.Tests.Shared;
using static IncidentTools.Engine.Tests.Probes.Databases.PostgresPair;

namespace IncidentTools.Engine.Tests.Probes.Databases;

/// <summary>Each test breaks the pair in another way and mends it again.</summary>
public sealed class ReplicationProbeTests(PostgresPair pair) : IClassFixture<PostgresPair>
{
    private Task<ProbeResult> Replication(string more = "") => Check("probe.replication", pair.Both + "\n" + more);

    [Fact]
    public async Task A_pair_that_follows_has_a_lag_one_writer_and_passes()
    {
        Mended();
        var result = await Replication();
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(("streaming", 0L, 1L, "standby"), ((string)result.Get("state")!, (long)result.Get("disconnected")!, (long)result.Get("writable")!, (string)result.Get("mostAdvanced")!));
        Assert.Equal("main", Assert.Single(result.Get<IReadOnlyList<object?>>("writers")));
        Assert.NotNull(result.Get("lagSeconds"));
    }

    [Fact]
    public async Task A_standby_that_is_cut_off_says_0_and_is_found_all_the_same()
    {
        Mended();
        pair.Standby.Reload("primary_conninfo = 'host=127.0.0.1 port=1'");
        pair.Standby.Await("SELECT count(*) FROM pg_stat_wal_receiver", "0");
        // what everybody's query says then, on a standby that has applied all it ever got
        Assert.Equal("0", pair.Standby.Query("SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END"));
        var result = await Replication();
        result.Is(ProbeStatus.Fail, "NotStreaming");
        Assert.Equal(("disconnected", 1L, null), ((string)result.Get("state")!, (long)result.Get("disconnected")!, result.Get("lagSeconds")));
        Assert.Contains("0 is false", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_receives_and_does_not_apply_is_stopped_whatever_its_lag()
    {
        Mended();
        pair.Standby.Query("SELECT pg_wal_replay_pause()");
        pair.Standby.Await("SELECT pg_is_wal_replay_paused()", "t");
        var result = await Replication();
        result.Is(ProbeStatus.Fail, "ReplicationStopped");
        Assert.Equal(("paused", null), ((string)result.Get("state")!, result.Get("lagSeconds")));
    }

    [Fact]
    public async Task A_standby_that_is_down_and_a_primary_that_is_down_are_named()
    {
        Mended();
        pair.Standby.Stop();
        pair.Primary.Await("SELECT active FROM pg_replication_slots", "f");
        var result = await Replication();
        result.Is(ProbeStatus.Fail, "ReplicaDown");
        Assert.Equal(1L, result.Get("inactiveSlots"));
        pair.Standby.Start();
        pair.Primary.Stop("immediate");
        result = await Replication();
        result.Is(ProbeStatus.Fail, "NoWriter");
        Assert.Equal((false, 0L), ((bool)result.Get("primaryUp")!, (long)result.Get("writable")!));
        pair.Primary.Start();
    }

    [Fact]
    public async Task A_second_writer_is_the_worst_of_all()
    {
        using var primary = PostgresServer.Start();
        using var standby = primary.Standby("other");
        primary.Await("SELECT state FROM pg_stat_replication", "streaming");
        standby.Query("SELECT pg_promote()");
        var result = await Check("probe.replication", $"connection: {Database(primary)[..^2]}, replicas: [{{ name: other, port: {standby.Port} }}] }}");
        result.Is(ProbeStatus.Fail, "SeveralWriters");
        Assert.Equal(2L, result.Get("writable"));
        primary.Reload("default_transaction_read_only = on");
        primary.Await("SHOW default_transaction_read_only", "on");
        result = await Check("probe.replication", $"connection: {Database(primary)[..^2]}, replicas: [{{ name: other, port: {standby.Port} }}] }}");
        Assert.Equal(1L, result.Get("writable"));
    }

    [Fact]
    public async Task Whoever_cannot_be_asked_leaves_the_number_of_writers_unknown()
    {
        Mended();
        var result = await Check("probe.replication", pair.Both.Replace("secret:db", "secret:wrong", StringComparison.Ordinal));
        result.Is(ProbeStatus.Error, "LoginFailed");
        Assert.Null(result.Get("writable"));
    }

    [Fact]
    public async Task A_heartbeat_gives_the_lag_where_the_server_cannot()
    {
        Mended();
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS beat (at timestamptz); DELETE FROM beat; INSERT INTO beat VALUES (now() - interval '10 minutes')");
        pair.Standby.Await("SELECT count(*) FROM beat WHERE at < now() - interval '9 minutes'", "1");
        (await Replication("heartbeat: SELECT max(at) FROM beat")).Is(ProbeStatus.Fail, "LagTooHigh");
        (await Replication("heartbeat: SELECT max(at) FROM beat WHERE false")).Is(ProbeStatus.Error, "LagUnknown");
    }

    private void Mended()
    {
        if (!pair.Primary.IsRunning) pair.Primary.Start();
        if (!pair.Standby.IsRunning) pair.Standby.Start();
        pair.Standby.Query("SELECT pg_wal_replay_resume()");
        pair.Standby.Reload($"primary_conninfo = 'host={pair.Primary.Folder} port={pair.Primary.Port} user={PostgresServer.User} application_name=standby'");
        pair.Primary.Await("SELECT state FROM pg_stat_replication", "streaming");
        // a change of now, applied
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS tick (n int); INSERT INTO tick VALUES (1)");
        pair.Primary.Await("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()", "1");
    }
}
