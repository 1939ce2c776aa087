using System.Diagnostics;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>A real chain of locks in a real PostgreSQL: its head is named, and only it is ended.</summary>
public sealed class LockTests : IDisposable
{
    private readonly SlownessRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void The_head_of_a_chain_of_locks_is_named_ended_and_all_others_go_on()
    {
        using var postgres = new LittlePostgres();
        postgres.Sql("CREATE TABLE orders (id int PRIMARY KEY, state int); INSERT INTO orders VALUES (1, 0)");
        postgres.Hold("BEGIN; UPDATE orders SET state = 1 WHERE id = 1;");
        Until(() => postgres.Sql("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'") == "1");
        postgres.Hold("UPDATE orders SET state = state + 10 WHERE id = 1;");
        Until(() => Waiting(postgres));
        var shop = _run.Given(postgres: postgres.Port);
        // asked beside the requests: a program started for each of them would make all of them slow
        var waits = true;
        using var watch = new Timer(_ =>
        {
            try { Volatile.Write(ref waits, Waiting(postgres)); }
            catch (Exception error) when (error is not OutOfMemoryException) { } // the server has been stopped
        }, null, 0, 100);
        shop.App.Waits = () => Volatile.Read(ref waits);
        var run = _run.Declare();
        Assert.True(run.Step == "findings", $"{run.State} {run.Step} {run.Message}");
        Assert.Equal(("database", 1L), (_run.Value("measure", "slow"), _run.Value("database", "blocked")));
        run = _run.Findings(SlownessRun.Usual);
        Assert.True(Equals(_run.Value("cause", "bottleneck"), "database") && run is { WaitReason: "Approval", Step: "cancel" }, $"{_run.Value("cause", "bottleneck")} {run.Step} {run.Message}");
        Assert.Contains("pg_cancel_backend", _run.Step("cancel").Prompt, StringComparison.Ordinal);
        Assert.True(Waiting(postgres)); // nothing was done before it was approved
        run = _run.Approve("cancel");
        Assert.True(run.Step == "recover", $"{run.State} {run.Step} {run.Message}; {_run.Step("cancel").Message}");
        Until(() => postgres.Sql("SELECT state FROM orders") == "10"); // what waited went on, what was not committed is gone
        Assert.Equal("Succeeded", _run.Answer("recover").State);
        Assert.Empty(shop.Done);
    }

    private static bool Waiting(LittlePostgres postgres) => postgres.Sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") != "0";

    private static void Until(Func<bool> there)
    {
        var began = Stopwatch.StartNew();
        while (!there()) Assert.True(began.Elapsed < TimeSpan.FromMinutes(1), "it did not come");
    }
}
