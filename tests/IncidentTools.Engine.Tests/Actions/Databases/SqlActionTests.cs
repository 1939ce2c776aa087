using System.Globalization;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Tests.Probes;
using IncidentTools.Engine.Tests.Probes.Databases;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Engine.Tests.Actions.Databases;

public sealed class SqlActionTests(PostgresPair pair) : IClassFixture<PostgresPair>
{
    private const string Cancel = "action.sql-cancel", Execute = "action.sql-execute-approved", Drop = "action.slot-drop";
    private readonly DatabaseBench _bench = new();
    private string Connection => pair.Connection() + "\n";

    /// <summary>As the probe names it.</summary>
    private async Task<string> Named(long pid, string identity = "")
    {
        if (identity.Length == 0) identity = pair.Primary.Query($"SELECT (extract(epoch FROM backend_start) * 1000000)::int8 FROM pg_stat_activity WHERE pid = {pid}");
        await Task.CompletedTask;
        return $"{Connection}pid: {pid}\nidentity: '{identity}'\n";
    }

    private static long Pid(PostgresSession session) => long.Parse(session.Run("SELECT pg_backend_pid()")!, CultureInfo.InvariantCulture);
    private string Alive(long pid) => pair.Primary.Query($"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}");

    [Fact]
    public async Task The_head_of_a_chain_that_is_idle_is_ended_only_when_that_is_asked_for_and_the_others_go_on()
    {
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS locked (n int); TRUNCATE locked; INSERT INTO locked VALUES (1)");
        using var head = pair.Primary.Session("BEGIN; UPDATE locked SET n = 2");
        using var waiter = pair.Primary.Session();
        waiter.Send("UPDATE locked SET n = 3;");
        pair.Primary.Await("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1");
        var blocker = (await PostgresPair.Check("probe.db-health", pair.Connection())).Get<IReadOnlyDictionary<string, object?>>("headBlocker");
        var yaml = await Named((long)blocker["pid"]!, (string)blocker["identity"]!);
        Assert.Contains("terminate: true", await _bench.WhyNot(Cancel, yaml), StringComparison.Ordinal);
        Assert.Equal(CheckState.NotDone, await _bench.Check(Cancel, yaml + "terminate: true"));
        var result = await _bench.Do(Cancel, yaml + "terminate: true");
        Assert.Equal((ActionOutcome.Succeeded, "terminated"), (result.Outcome, ((IReadOnlyDictionary<string, object?>)result.Value!)["ended"]));
        pair.Primary.Await("SELECT n FROM locked", "3");
        Assert.Equal(CheckState.Done, await _bench.Check(Cancel, yaml + "terminate: true"));
    }

    [Fact]
    public async Task A_statement_is_cancelled_and_its_session_lives()
    {
        using var session = pair.Primary.Session();
        var pid = Pid(session);
        var yaml = await Named(pid);
        Assert.Contains("holds nothing", await _bench.WhyNot(Cancel, yaml), StringComparison.Ordinal);
        session.Send("\\set ON_ERROR_STOP 0\nSELECT pg_sleep(300);");
        pair.Primary.Await($"SELECT state FROM pg_stat_activity WHERE pid = {pid}", "active");
        Assert.Equal(CheckState.NotDone, await _bench.Check(Cancel, yaml));
        var result = await _bench.Do(Cancel, yaml);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal(("1", CheckState.Done), (Alive(pid), await _bench.Check(Cancel, yaml)));
    }

    [Fact]
    public async Task A_number_that_has_come_to_somebody_else_hits_nobody()
    {
        using var session = pair.Primary.Session("BEGIN");
        var pid = Pid(session);
        var yaml = await Named(pid, "1") + "terminate: true";
        var result = await _bench.Do(Cancel, yaml);
        Assert.Equal((ActionOutcome.Succeeded, "gone"), (result.Outcome, ((IReadOnlyDictionary<string, object?>)result.Value!)["ended"]));
        Assert.Equal("1", Alive(pid));
    }

    [Fact]
    public async Task What_the_server_and_its_replicas_live_by_is_protected()
    {
        var sender = long.Parse(pair.Primary.Query("SELECT pid FROM pg_stat_replication"), CultureInfo.InvariantCulture);
        Assert.Contains("walsender", await _bench.WhyNot(Cancel, await Named(sender) + "terminate: true"), StringComparison.Ordinal);
        var writer = long.Parse(pair.Primary.Query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"), CultureInfo.InvariantCulture);
        Assert.Contains("checkpointer", await _bench.WhyNot(Cancel, await Named(writer) + "terminate: true"), StringComparison.Ordinal);
        using var dump = pair.Primary.Session("BEGIN", "pg_dump");
        Assert.Contains("backup", await _bench.WhyNot(Cancel, await Named(Pid(dump)) + "terminate: true"), StringComparison.Ordinal);
        Assert.Equal("1", Alive(sender));
    }

    [Fact]
    public async Task A_server_that_cannot_be_asked_is_a_refusal_and_a_check_that_does_not_know()
    {
        PostgresServer.Require();
        var yaml = $"connection: {{ name: dead, engine: postgresql, host: 127.0.0.1, port: {LoopbackPort.Free()}, user: x }}\npid: 1\nidentity: '1'";
        Assert.NotNull(await _bench.WhyNot(Cancel, yaml));
        Assert.Equal(CheckState.Unknown, await _bench.Check(Cancel, yaml));
        Assert.Equal(ActionOutcome.Failed, (await ActionBench.Action(Cancel).ExecuteAsync(DatabaseBench.With(Cancel, yaml), _bench.Context, default)).Outcome);
    }

    [Fact]
    public async Task An_approved_statement_runs_once_with_bound_values_is_checked_and_taken_back()
    {
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS orders (id int, state text); TRUNCATE orders; INSERT INTO orders VALUES (1, 'open'), (2, 'open')");
        var yaml = Connection + "sql: UPDATE orders SET state = @state WHERE id = @id\nparameters: { id: 1, state: \"x'; DROP TABLE orders\" }\nmaxAffected: 1\ncount: SELECT count(*) FROM orders WHERE id = @id\ncheck: SELECT count(*) FROM orders WHERE id = @id AND state = @state\nundo: UPDATE orders SET state = 'open' WHERE id = @id AND state = @state";
        Assert.Equal(CheckState.NotDone, await _bench.Check(Execute, yaml));
        var result = await _bench.Do(Execute, yaml);
        Assert.Equal((ActionOutcome.Succeeded, 1L), (result.Outcome, ((IReadOnlyDictionary<string, object?>)result.Value!)["affected"]));
        Assert.Equal("x'; DROP TABLE orders", pair.Primary.Query("SELECT state FROM orders WHERE id = 1"));
        Assert.Equal(CheckState.Done, await _bench.Check(Execute, yaml));
        Assert.Equal(ActionOutcome.Succeeded, (await _bench.Undo(Execute, yaml, result)).Outcome);
        Assert.Equal("2", pair.Primary.Query("SELECT count(*) FROM orders WHERE state = 'open'"));
    }

    [Fact]
    public async Task One_that_meets_more_rows_than_it_may_changes_none()
    {
        pair.Primary.Query("CREATE TABLE IF NOT EXISTS many (n int); TRUNCATE many; INSERT INTO many SELECT generate_series(1, 10)");
        var yaml = Connection + "sql: DELETE FROM many\nmaxAffected: 9\n";
        Assert.Contains("10", await _bench.WhyNot(Execute, yaml + "count: SELECT count(*) FROM many"), StringComparison.Ordinal);
        var result = await _bench.Do(Execute, yaml);
        Assert.Equal((ActionOutcome.Failed, "TooManyRows", "10"), (result.Outcome, result.Error, pair.Primary.Query("SELECT count(*) FROM many")));
        Assert.Equal(ActionOutcome.Failed, (await _bench.Do(Execute, Connection + "sql: DELETE FROM nowhere\nmaxAffected: 9")).Outcome);
        foreach (var bad in new[] { "COMMIT", "'DELETE FROM many; COMMIT'", "BEGIN" }) Assert.NotNull(await _bench.WhyNot(Execute, Connection + $"sql: {bad}\nmaxAffected: 9"));
        Assert.Contains("commits by itself", await _bench.WhyNot(Execute, "connection: { name: x, engine: mariadb, host: x }\nsql: DROP TABLE t\nmaxAffected: 0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_is_dropped_when_nobody_uses_it_and_never_else()
    {
        Assert.Contains("in use", await _bench.WhyNot(Drop, Connection + "slot: standby\nwrittenOff: nobody"), StringComparison.Ordinal);
        Assert.Equal((ActionOutcome.Failed, "Refused"), await ActionBench.Action(Drop).ExecuteAsync(DatabaseBench.With(Drop, Connection + "slot: standby\nwrittenOff: x"), _bench.Context, default) is var kept ? (kept.Outcome, kept.Error) : default);
        pair.Primary.Query("SELECT pg_create_physical_replication_slot('gone', true)");
        var yaml = Connection + "slot: gone\nwrittenOff: an old standby, by ana";
        Assert.Equal(CheckState.NotDone, await _bench.Check(Drop, yaml));
        Assert.Equal(ActionOutcome.Succeeded, (await _bench.Do(Drop, yaml)).Outcome);
        Assert.Equal(("standby", CheckState.Done), (pair.Primary.Query("SELECT string_agg(slot_name, ',') FROM pg_replication_slots"), await _bench.Check(Drop, yaml)));
        Assert.Contains("no slot", await _bench.WhyNot(Drop, yaml), StringComparison.Ordinal);
    }
}
