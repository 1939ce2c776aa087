using System.Diagnostics;
using System.Globalization;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>One fault at a time: the runbook must name that one, and no other.</summary>
public sealed class BottleneckTests : IDisposable
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2.5);
    private readonly SlownessRun _run = new();

    public void Dispose() => _run.Dispose();

    private void Names(string bottleneck, string next, RunbookRun run)
    {
        var seen = string.Join("; ", new[] { "measure", "cpu", "memory", "pressure", "disk_io", "cache", "logged" }.Select(step => $"{step} {_run.Step(step).State} {_run.Step(step).Message}"));
        Assert.True(Equals(_run.Value("cause", "bottleneck"), bottleneck), $"{_run.Value("cause", "bottleneck")} instead of {bottleneck}: {seen}");
        Assert.Equal(next, run.Step);
    }

    [Fact]
    public void A_store_that_is_full_and_refuses_writes()
    {
        using var redis = new LittleRedis("--maxmemory", "3mb", "--maxmemory-policy", "noeviction");
        redis.Send(Enumerable.Range(0, 4000).Select(index => $"SET k{index} {new string('x', 1024)}"));
        var shop = _run.Given(redis.Endpoint);
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        _run.Declare();
        Assert.Equal("full", _run.Value("cache", "state"));
        Names("cache", "fix_cache", _run.Findings(SlownessRun.Usual));
        Assert.Contains("noeviction", _run.Step("fix_cache").Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_is_cold()
    {
        using var redis = new LittleRedis("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        redis.Send(Enumerable.Range(0, 1500).Select(index => $"GET page{index}"));
        var shop = _run.Given(redis.Endpoint);
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        _run.Declare();
        Assert.Equal("cold", _run.Value("cache", "state"));
        Names("cache", "fix_cache", _run.Findings(SlownessRun.Usual));
    }

    [Fact]
    public void Locks_in_the_database_by_what_the_application_logs()
    {
        using var redis = new LittleRedis();
        var shop = _run.Given(redis.Endpoint);
        shop.App.Search = Slow;
        shop.Log("ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction");
        _run.Declare();
        Assert.Equal(("database", "ok"), (_run.Value("measure", "slow"), _run.Value("cache", "state")));
        Names("database", "fix_database", _run.Findings(SlownessRun.Usual));
    }

    [Fact]
    public void Only_what_needs_the_database_is_slow()
    {
        var shop = _run.Given();
        shop.App.Search = Slow;
        _run.Declare();
        Names("database", "fix_database", _run.Findings(SlownessRun.Usual));
    }

    [Fact]
    public void A_processor_hog_that_nobody_expects_is_shown_and_is_a_matter_of_security_once_nobody_knows_it()
    {
        var shop = _run.Given(processes: "[nginx, sleep]");
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        var hogs = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Process.Start("/bin/sh", ["-c", "while :; do :; done"])).ToList();
        RunbookRun run;
        try { run = _run.Declare(); }
        finally
        {
            foreach (var hog in hogs)
            {
                hog.Kill();
                hog.WaitForExit();
                hog.Dispose();
            }
        }
        Assert.Contains("is not expected here", _run.Step("top").Message, StringComparison.Ordinal);
        Assert.True(Convert.ToDouble(_run.Value("cpu", "busyPercent"), CultureInfo.InvariantCulture) > 90, _run.Step("cpu").Message);
        Assert.Equal(("Waiting", "findings"), (run.State, run.Step));
        // somebody knows it: it is a matter of capacity
        Names("cpu", "scale", _run.Findings(SlownessRun.Usual));
    }

    [Fact]
    public void A_program_that_nobody_knows_stops_everything()
    {
        var shop = _run.Given();
        (shop.App.Front, shop.App.Search) = (Slow, Slow);
        _run.Declare();
        var run = _run.Findings("@{ intruder = 'unsure'; changed = 'yes'; job = 'yes'; traffic = 'more' }");
        Assert.Equal(("Failed", "intrusion"), (run.State, _run.Value("cause", "bottleneck")));
        Assert.Empty(shop.Done);
    }

    [Fact]
    public void What_is_down_is_not_called_slow()
    {
        var shop = _run.Given();
        shop.App.Broken = true;
        var run = _run.Declare();
        Assert.Equal(("Failed", "Succeeded"), (run.State, _run.Step("outage").State));
        Assert.Contains("service-outage", run.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_fast_is_not_called_slow()
    {
        _run.Given();
        var run = _run.Declare();
        Assert.True(run.Step == "still_slow", $"{run.State} {run.Step} {_run.Step("measure").Message}");
        Assert.Equal("Succeeded", _run.Answer("still_slow", "-Outcome no").State);
    }
}
