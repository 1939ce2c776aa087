using IncidentTools.Engine.Probes;
using IncidentTools.Tests.Shared;
using static IncidentTools.Engine.Tests.Probes.Databases.PostgresPair;

namespace IncidentTools.Engine.Tests.Probes.Databases;

public sealed class DbHealthTests(PostgresPair pair) : IClassFixture<PostgresPair>
{
    private Task<ProbeResult> Health(string more = "", string? user = null) => Check("probe.db-health", pair.Connection(user) + "\n" + more);

    [Fact]
    public async Task A_well_server_tells_who_it_is_and_how_it_is()
    {
        var result = await Health("expectRole: primary\nexpectWritable: true");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((true, "primary", false, 30L), ((bool)result.Get("up")!, (string)result.Get("role")!, (bool)result.Get("readOnly")!, (long)result.Get("connectionsMax")!));
        Assert.All(new[] { "uptimeSeconds", "connectionsUsed", "sizeBytes", "xidAge", "logBytes", "deadlocks", "cacheHitPercent", "blocked" }, key => Assert.NotNull(result.Get(key)));
        Assert.DoesNotContain("notRead", result.Observations.Keys);
        var standby = await Check("probe.db-health", $"connection: {Database(pair.Standby)}");
        Assert.Equal(("replica", true), ((string)standby.Get("role")!, (bool)standby.Get("readOnly")!));
        (await Check("probe.db-health", $"connection: {Database(pair.Standby)}\nexpectRole: primary")).Is(ProbeStatus.Fail, "RoleUnexpected");
        (await Check("probe.db-health", $"connection: {Database(pair.Standby)}\nexpectWritable: true")).Is(ProbeStatus.Fail, "ReadOnly");
    }

    [Fact]
    public async Task A_server_that_is_down_is_down_and_one_that_shuts_users_out_is_up()
    {
        var dead = await Check("probe.db-health", $"connection: {{ name: dead, engine: postgresql, host: 127.0.0.1, port: {LoopbackPort.Free()}, user: x }}");
        dead.Is(ProbeStatus.Fail, "ConnectionRefused");
        Assert.Equal(false, dead.Get("up"));
        var closed = await Check("probe.db-health", $"connection: {Database(pair.Primary, secret: "wrong")}");
        closed.Is(ProbeStatus.Error, "LoginFailed");
        Assert.Equal(true, closed.Get("up"));
    }

    [Fact]
    public async Task Connections_that_are_used_up_are_named_as_such_by_one_who_gets_none()
    {
        using var server = PostgresServer.Start(settings: ["max_connections = 6", "superuser_reserved_connections = 1"]);
        server.Query($"CREATE ROLE app LOGIN PASSWORD '{PostgresServer.Password}'");
        for (var number = 0; number < 5; number++) server.Session(application: "pool");
        var app = await Check("probe.db-health", $"connection: {Database(server, "app")}");
        app.Is(ProbeStatus.Fail, "TooManyConnections");
        Assert.Equal((true, 100d), ((bool)app.Get("up")!, (double)app.Get("connectionsPercent")!));
        // the place that is kept for administrators still tells what is going on
        var admin = await Check("probe.db-health", $"connection: {Database(server)}");
        admin.Is(ProbeStatus.Fail, "TooManyConnections");
        Assert.Equal((6L, 6L), ((long)admin.Get("connectionsUsed")!, (long)admin.Get("connectionsMax")!));
    }

    [Fact]
    public async Task The_head_of_a_chain_of_locks_is_found_behind_those_that_wait_and_block_themselves()
    {
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS chain (n int PRIMARY KEY); INSERT INTO chain VALUES (1), (2) ON CONFLICT DO NOTHING");
        using var head = pair.Primary.Session("BEGIN; UPDATE chain SET n = n WHERE n = 1 AND 'secret-value' <> ''", "reports");
        var pid = long.Parse(head.Run("SELECT pg_backend_pid()")!, System.Globalization.CultureInfo.InvariantCulture);
        using var middle = pair.Primary.Session("BEGIN; UPDATE chain SET n = n WHERE n = 2");
        middle.Send("UPDATE chain SET n = n WHERE n = 1;");
        using var last = pair.Primary.Session();
        last.Send("UPDATE chain SET n = n WHERE n = 2;");
        pair.Primary.Await("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "2");
        var result = await Health("warnTransaction: 0s");
        result.Is(ProbeStatus.Warn, "Blocked");
        var blocker = result.Get<IReadOnlyDictionary<string, object?>>("headBlocker");
        Assert.Equal((pid, "reports", "idle in transaction", 2L, true), ((long)blocker["pid"]!, (string)blocker["application"]!, (string)blocker["state"]!, (long)blocker["blocks"]!, (bool)blocker["idle"]!));
        Assert.Equal((2L, 1L), ((long)result.Get("blocked")!, (long)result.Get("idleInTransaction")!));
        (await Health("failBlockedFor: 1ms")).Is(ProbeStatus.Fail, "Blocked");
        (await Health("failTransaction: 1ms\nwarnBlocked: 99")).Is(ProbeStatus.Fail, "IdleInTransaction");
        Assert.DoesNotContain("secret-value", IncidentTools.Engine.Foundation.PlainJson.Write(result.Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_who_is_shown_nothing_cannot_say_that_all_is_well()
    {
        pair.Primary.Query($"DROP ROLE IF EXISTS blind; CREATE ROLE blind LOGIN PASSWORD '{PostgresServer.Password}'");
        using var other = pair.Primary.Session("BEGIN");
        var result = await Health(user: "blind");
        result.Is(ProbeStatus.Error, "PermissionDenied");
        Assert.Contains("pg_monitor", result.Message, StringComparison.Ordinal);
        pair.Primary.Query("GRANT pg_monitor TO blind");
        (await Health(user: "blind")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task A_slot_that_nobody_uses_is_told_and_fails_once_it_keeps_too_much()
    {
        using var server = PostgresServer.Start(settings: ["max_slot_wal_keep_size = 16MB", "max_wal_size = 32MB"]);
        server.Query("SELECT pg_create_physical_replication_slot('gone', true); CREATE TABLE t (x text)");
        var connection = $"connection: {Database(server)}\n";
        var first = await Check("probe.db-health", connection);
        first.Is(ProbeStatus.Warn, "SlotInactive");
        Assert.Equal((1L, "gone"), ((long)first.Get("inactiveSlots")!, (string)first.Get("inactiveSlot")!));
        server.Query("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 3000)");
        (await Check("probe.db-health", connection + "warnRetainedBytes: 1000000")).Is(ProbeStatus.Fail, "SlotInactive");
        for (var round = 0; round < 4; round++) server.Query("INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 20000)");
        server.Query("CHECKPOINT");
        server.Await("SELECT wal_status IN ('unreserved', 'lost') FROM pg_replication_slots", "t");
        (await Check("probe.db-health", connection)).Is(ProbeStatus.Fail, "SlotLost");
    }

    [Fact]
    public async Task An_archiver_that_fails_is_told_before_the_disk_is_full()
    {
        using var server = PostgresServer.Start(settings: ["archive_mode = on", "archive_command = 'false'"]);
        server.Query("SELECT pg_switch_wal()");
        server.Await("SELECT failed_count > 0 FROM pg_stat_archiver", "t");
        var result = await Check("probe.db-health", $"connection: {Database(server)}");
        result.Is(ProbeStatus.Fail, "ArchiverFailing");
        Assert.Equal(true, result.Get("archiverFailing"));
    }
}
