using IncidentTools.Tests.Shared;

namespace IncidentTools.Module.Tests.Databases;

/// <summary>Real faults of a real PostgreSQL pair, handled with the shipped runbook: each cause is named, and the right thing ends it.</summary>
public sealed class DatabaseTests : IDisposable
{
    private readonly ModuleHost _host = new();
    private DatabaseOutage? _outage;

    public DatabaseTests() => Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_ORDERS_DB", PostgresServer.Password);

    public void Dispose()
    {
        _outage?.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_server_that_is_down_is_restarted_once_approved_with_its_log_kept_before()
    {
        var outage = Given();
        outage.Primary.Stop("immediate");
        var run = Declare("unreachable");
        Assert.Equal(("Waiting", "Approval", "restart"), (run.State, run.WaitReason, run.Step));
        Assert.Equal(("Failed", "ConnectionRefused", "Succeeded"), (Step("health").State, Step("health").Error, Step("keep").State));
        Assert.Equal("NoWriter", Step("replication").Error);
        Assert.Empty(outage.Calls);
        run = Approve("restart");
        Assert.Equal("recover", run.Step);
        Assert.Equal(["restart"], outage.Calls);
        Assert.Equal("Succeeded", Answer("recover", "-Value @{ backup = 'taken, and restored on trial' }").State);
        Assert.True(_host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_restart_that_fails_is_followed_by_a_failover_and_exactly_one_server_takes_writes()
    {
        var outage = Given();
        outage.Primary.Query("CREATE TABLE orders (n int); INSERT INTO orders VALUES (42)");
        outage.Standby.Await("SELECT to_regclass('orders') IS NOT NULL", "t");
        outage.Primary.Stop("immediate");
        outage.Stick();
        Declare("unreachable");
        var run = Approve("restart");
        Assert.Equal(("choose", "Failed"), (run.Step, Step("restart").State));
        Assert.Equal("failover_plan", Answer("choose", "-Outcome failover").Step);
        Assert.Equal("fence", Answer("failover_plan", "-Value @{ fenced = 'stopped, and its disk is gone'; manager = 'none'; loss = 'Ana, owner of the orders' }").Step);
        Assert.Equal("promote", Approve("fence").Step);
        Assert.Contains("pg_promote", Step("promote").Prompt, StringComparison.Ordinal);
        Assert.Equal("t", outage.Standby.Query("SELECT pg_is_in_recovery()"));
        Assert.Equal("point_over", Approve("promote").Step);
        Assert.Equal(("f", "42"), (outage.Standby.Query("SELECT pg_is_in_recovery()"), outage.Standby.Query("SELECT n FROM orders")));
        Assert.Equal("recover", Approve("point_over").Step);
        Assert.Equal(("standby", 1L), (outage.Applications, Value("verify_failover", "writable")));
        Assert.Equal("Succeeded", Answer("recover", "-Value @{ backup = 'taken, and restored on trial' }").State);
    }

    [Fact]
    public void A_promotion_that_is_refused_lets_the_old_primary_free_again()
    {
        var outage = Given();
        outage.Primary.Stop("immediate");
        Declare("unreachable");
        _host.Run("Deny-RunbookStep restart -Run $run -Note 'fail over at once'");
        Resume();
        Answer("choose", "-Outcome failover");
        Answer("failover_plan", "-Value @{ fenced = 'stopped'; manager = 'none' }");
        var run = Approve("fence");
        Assert.Equal("promote", run.Step);
        // whatever nobody thought of: the standby is gone
        outage.Standby.Stop();
        run = Approve("promote");
        Assert.Equal(("RolledBack", "Undone"), (run.State, Step("fence").State));
        Assert.Equal(("fence", "unfence"), (outage.Calls[^2], outage.Calls[^1]));
        Assert.Equal("1", outage.Primary.Query("SELECT 1"));
    }

    [Fact]
    public void A_chain_of_locks_is_ended_at_its_head_and_what_waited_goes_on()
    {
        var outage = Given();
        outage.Primary.Query("CREATE TABLE stock (n int); INSERT INTO stock VALUES (1)");
        using var head = outage.Primary.Session("BEGIN; UPDATE stock SET n = 2", "reports");
        using var waiter = outage.Primary.Session();
        waiter.Send("UPDATE stock SET n = 3;");
        outage.Primary.Await("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'", "1");
        var run = Declare("blocking");
        Assert.Equal(("Approval", "cancel_head"), (run.WaitReason, run.Step));
        Assert.Contains("pg_terminate_backend", Step("cancel_head").Prompt, StringComparison.Ordinal);
        Assert.Equal("recover", Approve("cancel_head").Step);
        outage.Primary.Await("SELECT n FROM stock", "3");
        Assert.Empty(outage.Calls);
    }

    [Fact]
    public void A_slot_that_nobody_uses_and_a_standby_that_is_cut_off_are_told_apart()
    {
        var outage = Given();
        outage.Primary.Query("SELECT pg_create_physical_replication_slot('forgotten', true)");
        var run = Declare("log");
        Assert.Equal("ask_slot", run.Step);
        Assert.Equal("drop_slot", Answer("ask_slot", "-Value @{ drop = 'yes'; owner = 'a copy that is gone' }").Step);
        Assert.Equal("recover", Approve("drop_slot").Step);
        Assert.Equal("standby", outage.Primary.Query("SELECT string_agg(slot_name, ',') FROM pg_replication_slots"));
        Assert.Equal("Succeeded", Answer("recover", "-Value @{ backup = 'taken' }").State);

        outage.Standby.Reload("primary_conninfo = 'host=127.0.0.1 port=1'");
        outage.Standby.Await("SELECT count(*) FROM pg_stat_wal_receiver", "0");
        Assert.Equal("rebuild_replica", Declare("replication").Step);
        Assert.Equal("NotStreaming", Step("replication").Error);
    }

    private DatabaseOutage Given()
    {
        _outage = new DatabaseOutage(Path.Combine(_host.Folder, "outage"));
        _host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{_outage.Workspace}'");
        _host.Run("$null = Start-Incident 'The shop cannot save orders' -Service shop -Impact 1 -Urgency 1; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
        return _outage;
    }

    /// <summary>A run that is told that there is neither an intruder nor damage, and the cause that it names.</summary>
    private RunbookRun Declare(string cause)
    {
        var run = Assert.IsType<RunbookRun>(Assert.Single(_host.Try("Invoke-Runbook database-issues -Incident 1 -Parameter @{ settle = '1s' } -Patience 1m").Output).BaseObject);
        _host.Run($"$run = '{run.Run}'");
        Assert.Equal("findings", run.Step);
        run = Answer("findings", "-Value @{ intruder = 'no'; damage = 'no'; backup = 'good' }");
        Assert.Equal(cause, Value("cause", "cause"));
        return run;
    }

    private RunbookRun Answer(string step, string with)
    {
        _host.Run($"Complete-RunbookStep -Run $run -Step {step} {with}");
        return Resume();
    }

    private RunbookRun Approve(string step)
    {
        _host.Run($"Approve-RunbookStep -Run $run -Step {step} -SoleOperatorReason 'nobody else is awake'");
        return Resume();
    }

    // a run that ended badly is an error, too
    private RunbookRun Resume() => Assert.IsType<RunbookRun>(Assert.Single(_host.Try("Resume-RunbookRun $run -Patience 1m").Output).BaseObject);
    private RunbookStep Step(string id) => (RunbookStep)_host.Run($"Get-RunbookStep $run -Step {id}")[^1].BaseObject;
    private object? Value(string step, string key) => Assert.IsType<IReadOnlyDictionary<string, object?>>(Step(step).Value, exactMatch: false)[key];
}
