using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Tests.Actions.Databases;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Engine.Tests.Probes.Databases;

public sealed class MariaPair : IDisposable
{
    private readonly Lazy<(MariaServer Primary, MariaServer Replica)> _pair = new(() =>
    {
        MariaServer.Require();
        return (new MariaServer(1), new MariaServer(2, "read-only=1"));
    });

    internal MariaServer Primary => _pair.Value.Primary;
    internal MariaServer Replica => _pair.Value.Replica;

    public void Dispose()
    {
        if (!_pair.IsValueCreated) return;
        Replica.Dispose();
        Primary.Dispose();
    }
}

/// <summary>A MariaDB primary and its replica, broken and mended.</summary>
public sealed class MariaTests(MariaPair pair) : IClassFixture<MariaPair>
{
    private readonly DatabaseBench _bench = new();

    private string Connection(string user = MariaServer.User) => $"connection: {{ name: main, engine: mariadb, host: 127.0.0.1, port: {pair.Primary.Port}, user: {user}, secret: 'secret:maria'";
    private string Both => Connection() + $", replicas: [{{ name: replica, host: 127.0.0.1, port: {pair.Replica.Port} }}] }}";

    private static Task<ProbeResult> Check(string probe, string yaml) => ProbeRun.Check(probe, yaml, secrets: new Secrets(new Dictionary<string, string> { ["secret:maria"] = MariaServer.Password }));

    private void Mended()
    {
        pair.Replica.Query("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 1");
        pair.Replica.Follow(pair.Primary);
        PostgresServer.Await(() => pair.Replica.Status("Slave_IO_Running") + pair.Replica.Status("Slave_SQL_Running"), "YesYes");
    }

    [Fact]
    public async Task A_replica_that_follows_passes_and_stopped_threads_have_no_lag()
    {
        Mended();
        var result = await Check("probe.replication", Both);
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(("streaming", 1L), ((string)result.Get("state")!, (long)result.Get("writable")!));
        pair.Replica.Query("STOP SLAVE");
        Assert.Equal("NULL", pair.Replica.Status("Seconds_Behind_Master"));
        result = await Check("probe.replication", Both);
        result.Is(ProbeStatus.Fail, "ReplicationStopped");
        Assert.Equal(("stopped", null), ((string)result.Get("state")!, result.Get("lagSeconds")));
        // and started again by the action, which also takes it back
        var start = Both + "\nreplica: replica\noperation: start";
        var done = await _bench.Do("action.replica-control", start);
        Assert.True(done.Outcome == ActionOutcome.Succeeded, done.Message);
        (await Check("probe.replication", Both)).Is(ProbeStatus.Pass, null);
        Assert.Equal(ActionOutcome.Succeeded, (await _bench.Undo("action.replica-control", start, done)).Outcome);
        Assert.Equal("No", pair.Replica.Status("Slave_IO_Running"));
    }

    [Fact]
    public async Task A_receiver_that_cannot_connect_is_no_replica_in_time()
    {
        Mended();
        pair.Replica.Query("STOP SLAVE");
        pair.Replica.Follow(pair.Primary, LoopbackPort.Free());
        PostgresServer.Await(() => pair.Replica.Status("Slave_IO_Running"), "Connecting");
        var result = await Check("probe.replication", Both);
        result.Is(ProbeStatus.Fail, "NotStreaming");
        Assert.Equal(("disconnected", null), ((string)result.Get("state")!, result.Get("lagSeconds")));
    }

    [Fact]
    public async Task An_event_that_does_not_apply_is_named_and_never_skipped()
    {
        Mended();
        pair.Primary.Query("CREATE DATABASE IF NOT EXISTS d; CREATE OR REPLACE TABLE d.t (n INT PRIMARY KEY)");
        PostgresServer.Await(() => pair.Replica.Query("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'd'"), "1");
        pair.Replica.Query("SET GLOBAL read_only = 0; INSERT INTO d.t VALUES (1); SET GLOBAL read_only = 1");
        pair.Primary.Query("INSERT INTO d.t VALUES (1)");
        PostgresServer.Await(() => pair.Replica.Status("Slave_SQL_Running"), "No");
        var result = await Check("probe.replication", Both);
        result.Is(ProbeStatus.Fail, "ReplicationStopped");
        Assert.Contains("1062", result.Message, StringComparison.Ordinal);
        var again = await _bench.Do("action.replica-control", Both + "\nreplica: replica\noperation: start\nwaitFor: 2s");
        Assert.Equal((ActionOutcome.Failed, "ReplicationStopped"), (again.Outcome, again.Error));
    }

    [Fact]
    public async Task Health_finds_who_blocks_and_the_action_ends_exactly_that_one()
    {
        pair.Primary.Query("CREATE DATABASE IF NOT EXISTS e; CREATE OR REPLACE TABLE e.t (n INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO e.t VALUES (1)");
        using var head = Session("START TRANSACTION; UPDATE e.t SET n = 2;");
        PostgresServer.Await(() => pair.Primary.Query("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_rows_modified > 0"), "1");
        using var waiter = Session("UPDATE e.t SET n = 3 WHERE n = 1;");
        PostgresServer.Await(() => pair.Primary.Query("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"), "1");
        var result = await Check("probe.db-health", Connection() + " }");
        result.Is(ProbeStatus.Warn, "Blocked");
        Assert.Equal(("primary", 1L), ((string)result.Get("role")!, (long)result.Get("blocked")!));
        var blocker = result.Get<IReadOnlyDictionary<string, object?>>("headBlocker");
        Assert.Equal(("idle in transaction", 1L), ((string)blocker["state"]!, (long)blocker["blocks"]!));
        var yaml = $"{Connection()} }}\npid: {blocker["pid"]}\nidentity: '{blocker["identity"]}'\nterminate: true";
        Assert.Equal("gone", ((IReadOnlyDictionary<string, object?>)(await _bench.Do("action.sql-cancel", yaml.Replace("@", "@not-", StringComparison.Ordinal))).Value!)["ended"]);
        Assert.Equal(ActionOutcome.Succeeded, (await _bench.Do("action.sql-cancel", yaml)).Outcome);
        PostgresServer.Await(() => pair.Primary.Query("SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"), "0");
    }

    [Theory]
    [InlineData("DELETE FROM e.t")]
    [InlineData("SELECT 1 INTO OUTFILE '/tmp/x'")]
    [InlineData("SELECT 1 /*!, SLEEP(1) */")]
    public async Task What_may_do_more_than_look_is_not_sent(string sql) => (await Check("probe.sql", $"{Connection()} }}\nsql: \"{sql}\"")).Is(ProbeStatus.Error, "InvalidQuery");

    [Fact]
    public async Task Questions_are_answered_ended_in_time_and_their_errors_have_words()
    {
        MariaServer.Require();
        Assert.Equal(42L, (await Check("probe.sql", $"{Connection()} }}\nsql: SELECT @n + 1\nparameters: {{ n: 41 }}")).Get("scalar"));
        (await Check("probe.sql", $"{Connection()} }}\nsql: SELECT NEXTVAL(d.nothing)")).Is(ProbeStatus.Error, "ReadOnly");
        (await Check("probe.sql", $"{Connection()} }}\nsql: SELECT SLEEP(300)\ntimeout: 1s")).Is(ProbeStatus.Fail, "Timeout");
        PostgresServer.Await(() => pair.Primary.Query("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(300)%' AND id <> CONNECTION_ID()"), "0");
        (await Check("probe.sql", $"{Connection("nobody")} }}")).Is(ProbeStatus.Error, "LoginFailed");
        (await Check("probe.sql", $"{Connection()}, database: nowhere }}")).Is(ProbeStatus.Fail, "DatabaseMissing");
        (await Check("probe.db-health", $"{Connection("blind")} }}")).Is(ProbeStatus.Error, "PermissionDenied");
    }

    [Fact]
    public async Task Connections_that_are_used_up_are_named_as_such()
    {
        MariaServer.Require();
        using var server = new MariaServer(3, "max-connections=10");
        var held = Enumerable.Range(0, 11).Select(_ => new MariaSession(server.Port, "SELECT 1;")).ToList();
        try
        {
            var connection = $"connection: {{ name: full, engine: mariadb, host: 127.0.0.1, port: {server.Port}, user: blind, secret: 'secret:maria' }}";
            PostgresServer.Await(() => Check("probe.db-health", connection).GetAwaiter().GetResult().Error ?? "", "TooManyConnections");
            (await Check("probe.db-health", connection)).Is(ProbeStatus.Fail, "TooManyConnections");
        }
        finally { held.ForEach(session => session.Dispose()); }
    }

    [Fact]
    public async Task The_replica_is_promoted_once_the_primary_refuses_writes_and_has_lost_nothing()
    {
        Mended();
        pair.Primary.Query("CREATE DATABASE IF NOT EXISTS p; CREATE OR REPLACE TABLE p.t (n INT)");
        var yaml = Both + "\ncandidate: replica\nfenced: read_only by the test";
        Assert.Contains("main takes writes", await _bench.WhyNot("action.db-promote", yaml), StringComparison.Ordinal);
        pair.Primary.Query("SET GLOBAL read_only = 1");
        PostgresServer.Await(() => pair.Replica.Query("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'p'"), "1");
        var result = await _bench.Do("action.db-promote", yaml);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal("0", pair.Replica.Query("SELECT @@read_only"));
        pair.Primary.Query("SET GLOBAL read_only = 0");
        (await Check("probe.replication", Both)).Is(ProbeStatus.Fail, "SeveralWriters");
    }

    private MariaSession Session(string sql) => new(pair.Primary.Port, sql);
}
