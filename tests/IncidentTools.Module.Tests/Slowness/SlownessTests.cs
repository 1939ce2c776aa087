namespace IncidentTools.Module.Tests.Slowness;

/// <summary>A real service that is slow, handled with the shipped runbook: fast again, not by the first mitigation, and what did not help taken back.</summary>
public sealed class SlownessTests : IDisposable
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2.5);
    private readonly SlownessRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public void What_it_waits_for_is_named_relieved_and_verified_by_percentiles()
    {
        var shop = _run.Given();
        shop.App.Payments = Slow;
        var run = _run.Declare();
        Assert.True(run is { State: "Waiting", Step: "findings" }, $"{run.State} {run.Step} {run.Message}");
        Assert.Equal(("Failed", "application"), (_run.Step("measure").State, _run.Value("measure", "slow")));
        Assert.Equal(("Failed", "Succeeded"), (_run.Step("downstream").State, _run.Step("top").State));
        run = _run.Findings(SlownessRun.Usual);
        Assert.Equal(("downstream", "fix_downstream"), (_run.Value("cause", "bottleneck"), run.Step));
        shop.App.Payments = TimeSpan.Zero; // the feature is switched off
        run = _run.Answer("fix_downstream");
        Assert.True(run.Step == "recover", $"{run.State} {run.Step} {run.Message}");
        Assert.Contains("before, now", (string)_run.Value("verify_again", "table")!, StringComparison.Ordinal);
        Assert.Equal("Succeeded", _run.Answer("recover", "-Note 'a time limit of 500 ms, as a change'").State);
        Assert.Empty(shop.Done);
        Assert.Contains(shop.Messages, line => line.Contains("is degraded", StringComparison.Ordinal));
        Assert.Contains(shop.Messages, line => line.Contains("bottleneck: downstream", StringComparison.Ordinal));
        Assert.True(_run.Host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void The_first_mitigation_does_not_help_and_the_second_does()
    {
        var shop = _run.Given();
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        shop.Set("helps-scale");
        _run.Declare();
        var run = _run.Findings("@{ intruder = 'no'; changed = 'no'; job = 'yes'; traffic = 'more' }");
        Assert.Equal(("Approval", "suspend_job"), (run.WaitReason, run.Step));
        Assert.Empty(shop.Done);
        run = _run.Approve("suspend_job");
        // still slow: the next is chosen, nothing else was changed
        Assert.True(run.Step == "choose", $"{run.State} {run.Step} {run.Message}");
        Assert.Equal(("Failed", "Pending"), (_run.Step("verify").State, _run.Step("scale").State));
        Assert.Equal(["job suspend"], shop.Done);
        run = _run.Answer("choose", "-Outcome scale");
        Assert.Equal(("Approval", "scale"), (run.WaitReason, run.Step));
        run = _run.Approve("scale");
        Assert.Equal(("Approval", "resume_job"), (run.WaitReason, run.Step));
        run = _run.Approve("resume_job");
        Assert.Equal("recover", run.Step);
        Assert.Equal("Succeeded", _run.Answer("recover").State);
        Assert.Equal(["job suspend", "scale up", "job resume"], shop.Done);
    }

    [Fact]
    public void What_did_not_help_is_taken_back_in_its_order()
    {
        var shop = _run.Given();
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        _run.Declare();
        _run.Findings("@{ intruder = 'no'; changed = 'no'; job = 'yes'; traffic = 'more' }");
        _run.Approve("suspend_job");
        _run.Answer("choose", "-Outcome scale");
        Assert.Equal("choose", _run.Approve("scale").Step);
        var run = _run.Answer("choose", "-Outcome take-back");
        Assert.True(run.State == "RolledBack", $"{run.State} {run.Step} {run.Message}");
        Assert.Equal(["job suspend", "scale up", "scale down", "job resume"], shop.Done);
        Assert.Equal(("Undone", "Undone"), (_run.Step("scale").State, _run.Step("suspend_job").State));
    }

    [Fact]
    public void The_first_instance_that_does_not_come_back_ends_the_rolling_restart()
    {
        var shop = _run.Given();
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        shop.Set("breaks-one");
        shop.Log("Lock wait timeout exceeded; try restarting transaction");
        _run.Declare();
        Assert.Equal("fix_database", _run.Findings(SlownessRun.Usual).Step);
        _run.Answer("fix_database", "-Outcome Failed");
        Assert.Equal("dump", _run.Answer("choose", "-Outcome rolling-restart").Step);
        _run.Answer("dump", "-Outcome 'Not possible'");
        var run = _run.Approve("rolling");
        Assert.Equal("choose", run.Step);
        Assert.Equal(["restart one"], shop.Done);
        Assert.Contains("not touched: two", _run.Step("rolling").Message, StringComparison.Ordinal);
        run = _run.Answer("choose", "-Outcome give-up");
        Assert.Equal(("Failed", 1), (run.State, run.ExitCode));
    }
}
