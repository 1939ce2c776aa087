using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Delivery;

public sealed class RollingRestartTests : IDisposable
{
    private readonly LittleService _one = new(), _two = new();
    private readonly ActionBench _bench = new();
    private readonly List<HostResult> _told = [];

    private static IAction Rolling => Action("action.rolling-restart");

    public void Dispose()
    {
        _one.Dispose();
        _two.Dispose();
    }

    private static Dictionary<string, object?> Instance(string name, LittleService service) => new() { ["name"] = name, ["restart"] = service.Command("restart"), ["status"] = service.Command("status"), ["pidFile"] = service.PidFile };

    private Arguments With(params (string Key, object? Value)[] more) => Arguments(Rolling.Parameters, [("instances", new List<object?> { Instance("one", _one), Instance("two", _two) }), ("settle", TimeSpan.FromMilliseconds(50)), ("waitFor", TimeSpan.FromSeconds(3)), .. more]);

    private ActionContext Context(IEnumerable<HostResult>? known = null) => _bench.Context with { OnHostFinished = _told.Add, Hosts = (known ?? []).ToDictionary(item => item.Host) };

    private async Task StartAsync()
    {
        foreach (var service in new[] { _one, _two })
            Assert.Equal(ActionOutcome.Succeeded, (await Action("action.service-control").ExecuteAsync(service.With("start"), _bench.Context, default)).Outcome);
    }

    [Fact]
    public async Task One_after_the_other_and_each_is_on_record_before_and_after()
    {
        await StartAsync();
        var (one, two) = (_one.Pid, _two.Pid);
        Assert.Null(await Rolling.PreconditionAsync(With(), Context(), default));
        var result = await Rolling.ExecuteAsync(With(), Context(), default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.NotEqual((one, two), (_one.Pid, _two.Pid));
        Assert.Equal(["one InDoubt", "one Succeeded", "two InDoubt", "two Succeeded"], _told.Select(item => $"{item.Host} {item.Status}"));
        Assert.Equal(CheckState.Done, (await Rolling.CheckAsync(With(), Context(_told.Where(item => item.Succeeded)), default)).State);
    }

    [Fact]
    public async Task The_first_that_does_not_come_back_stops_it_and_the_rest_keeps_running()
    {
        await StartAsync();
        var two = _two.Pid;
        _one.Set("dies");
        var result = await Rolling.ExecuteAsync(With(("waitFor", TimeSpan.FromSeconds(2))), Context(), default);
        Assert.Equal(ActionOutcome.Failed, result.Outcome);
        Assert.Contains("not touched: two", result.Message, StringComparison.Ordinal);
        Assert.Equal(two, _two.Pid);
        Assert.Equal(["one"], (IEnumerable<object?>)((IReadOnlyDictionary<string, object?>)result.Value!)["failed"]!);
    }

    [Fact]
    public async Task The_last_one_that_is_well_does_not_go_down()
    {
        await StartAsync();
        var one = _one.Pid;
        Assert.Equal(ActionOutcome.Succeeded, (await Action("action.service-control").ExecuteAsync(_two.With("stop"), _bench.Context, default)).Outcome);
        var result = await Rolling.ExecuteAsync(With(), Context(), default);
        Assert.Equal((ActionOutcome.Failed, "TooFewHealthy", one), (result.Outcome, result.Error, _one.Pid));
        Assert.Empty(_told);
        Assert.Contains("are all 2 at once", await Rolling.PreconditionAsync(With(("batch", 2L)), Context(), default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_broken_off_goes_on_with_the_rest_and_restarts_nothing_twice()
    {
        await StartAsync();
        // the first is done, the second was restarted and nobody said so any more
        await Rolling.ExecuteAsync(With(("instances", new List<object?> { Instance("one", _one) })), Context(), default);
        var begun = new HostResult("two", "InDoubt", null, new Dictionary<string, object?> { ["begunAt"] = UtcStamp.Format(TimeProvider.System.GetUtcNow()) }, null, "begun");
        Assert.Equal(ActionOutcome.Succeeded, (await Action("action.service-control").ExecuteAsync(_two.With("restart"), _bench.Context, default)).Outcome);
        var (one, two) = (_one.Pid, _two.Pid);
        var known = new[] { _told[^1], begun };
        var check = await Rolling.CheckAsync(With(), Context(known), default);
        Assert.Equal(CheckState.NotDone, check.State);
        Assert.Contains("two: it was started after the intent", check.Message, StringComparison.Ordinal);
        var result = await Rolling.ExecuteAsync(With(), Context(known), default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal((one, two), (_one.Pid, _two.Pid));
    }

    [Fact]
    public async Task One_that_was_not_restarted_before_the_runner_died_is_restarted_then()
    {
        await StartAsync();
        var two = _two.Pid;
        var begun = new HostResult("two", "InDoubt", null, new Dictionary<string, object?> { ["begunAt"] = UtcStamp.Format(TimeProvider.System.GetUtcNow()) }, null, "begun");
        var result = await Rolling.ExecuteAsync(With(), Context([new("one", "Succeeded", null, null, null, ""), begun]), default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.NotEqual(two, _two.Pid);
    }

    [Fact]
    public async Task Whose_state_cannot_be_told_is_for_a_person()
    {
        await StartAsync();
        _two.Set("blind");
        var begun = new HostResult("two", "InDoubt", null, null, null, "begun");
        Assert.Equal(CheckState.Unknown, (await Rolling.CheckAsync(With(), Context([begun]), default)).State);
    }

    [Fact]
    public async Task One_that_cannot_be_drained_is_not_restarted_and_one_that_is_ill_stays_out()
    {
        await StartAsync();
        var pid = _one.Pid;
        var stuck = Instance("one", _one);
        (stuck["drain"], stuck["undrain"]) = (new List<object?> { "/bin/false" }, new List<object?> { "/bin/true" });
        var result = await Rolling.ExecuteAsync(With(("instances", new List<object?> { stuck })), Context(), default);
        Assert.Equal((ActionOutcome.Failed, pid), (result.Outcome, _one.Pid));
        (stuck["drain"], stuck["healthUrl"]) = (new List<object?> { "/bin/true" }, $"http://127.0.0.1:{Probes.LoopbackServer.FreePort()}/");
        result = await Rolling.ExecuteAsync(With(("instances", new List<object?> { stuck }), ("waitFor", TimeSpan.FromSeconds(2))), Context(), default);
        Assert.Equal("Unhealthy", result.Error);
        Assert.Contains("stays out of the load balancer", result.Message, StringComparison.Ordinal);
        stuck.Remove("undrain");
        Assert.Contains("drain and undrain, or neither", await Rolling.PreconditionAsync(With(("instances", new List<object?> { stuck })), Context(), default), StringComparison.Ordinal);
    }
}
