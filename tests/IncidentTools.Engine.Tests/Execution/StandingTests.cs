using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>What stands beside steps: rounds, guards, clocks, detached effects; what was done by hand; once; another try for what failed.</summary>
public sealed class StandingTests : IDisposable
{
    private readonly RunWorld _world = new();
    private readonly RunService _runs;
    private static readonly RunOptions Park = new() { Patience = TimeSpan.Zero };

    public StandingTests() => _runs = _world.Open().Runs;
    public void Dispose() => _world.Dispose();

    private Task<RunbookRun> Start(RunbookDefinition book)
    {
        _world.Add(book);
        return _runs.StartAsync(Request("book"), Park, default);
    }

    private Task<RunbookRun> Go(RunbookRun run, bool retry = false) => _runs.ContinueAsync(run.Run, Park with { RetryFailed = retry }, default);
    private RunbookStep Step(RunbookRun run, string id) => _runs.Steps(run.Run).Last(step => step.Step == id);
    private static StepDefinition Count(string id) => RunWorld.Step(id, "action.count", ("text", id));
    private static StepDefinition Ask(string id) => RunWorld.Step(id, "manual", ("instruction", "look"));

    [Fact]
    public async Task Rounds_come_beside_the_main_line_while_it_waits_and_end_with_it()
    {
        var run = await Start(Book(Ask("wait")) with { Every = [new EveryDefinition("updates", TimeSpan.FromMinutes(30), [Count("say")], null, default)] });
        Assert.Equal(("Waiting", 0), (run.State, _world.Action.Count));
        _world.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(("Waiting", "Answer"), ((await Go(run)).State, (await Go(run)).WaitReason));
        Assert.Equal(1, _world.Action.Count);
        // a pause is not made up for
        _world.Time.Advance(TimeSpan.FromHours(3));
        await Go(run);
        await Go(run);
        Assert.Equal(2, _world.Action.Count);
        _runs.Answer(run.Run, "wait", AnswerKind.Complete, Say());
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal(["/updates~/say#1", "/updates~/say#2"], _runs.Steps(run.Run).Where(step => step.Step == "say").Select(step => step.Path));
    }

    [Fact]
    public async Task Rounds_end_when_their_condition_holds_and_a_failed_one_does_not_change_how_the_run_ends()
    {
        var over = false;
        _world.Action.By = (_, _) => Task.FromResult(new ActionResult(ActionOutcome.Failed, "no") { Error = "Broke" });
        var run = await Start(Book(Ask("wait")) with { Every = [new EveryDefinition("updates", TimeSpan.FromMinutes(1), [Count("say")], _world.Expressions.Add("over", _ => over), default)] });
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await Go(run);
        over = true;
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        await Go(run);
        Assert.Equal(1, _world.Action.Count);
        _runs.Answer(run.Run, "wait", AnswerKind.Complete, Say());
        Assert.Equal("Succeeded", (await Go(run)).State);
    }

    [Theory]
    [InlineData("fail", "Waiting", "InDoubt"), InlineData("note", "Succeeded", null)]
    public async Task A_guard_that_trips_ends_the_attempt_or_is_written_down(string onTrip, string state, string? reason)
    {
        var tripped = new TaskCompletionSource();
        _world.Probe.Result = _ => { tripped.TrySetResult(); return new ProbeResult(ProbeStatus.Fail, "the disk fills") { Error = "Full" }; };
        _world.Action.By = async (_, cancel) =>
        {
            if (onTrip == "fail") await Task.Delay(Timeout.Infinite, cancel);
            else await tripped.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
            return new ActionResult(ActionOutcome.Succeeded, "restored");
        };
        _world.Add(Book(Count("restore") with { Guards = [new GuardDefinition(new UseDefinition("probe.count", new Dictionary<string, object?>(), default), TimeSpan.FromSeconds(30), onTrip)] }));
        var going = _runs.StartAsync(Request("book"), Park, default);
        while (!going.IsCompleted)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        var run = await going;
        Assert.Equal((state, reason), (run.State, run.WaitReason));
        Assert.Contains(_world.Entries(run.Run), entry => entry.Data is GuardTripped { Message: "the disk fills" } guard && guard.Ends == (onTrip == "fail"));
        if (onTrip == "fail") Assert.Equal("GuardTripped", _world.Entries(run.Run).Select(entry => entry.Data).OfType<StepAttempted>().Single().Error);
    }

    [Fact]
    public async Task A_detached_effect_is_begun_once_and_polled_until_it_is_there()
    {
        var step = Count("restore") with { Detached = true, Check = new UseDefinition("probe.count", new Dictionary<string, object?>(), default), Poll = TimeSpan.FromSeconds(10), Deadline = TimeSpan.FromHours(1) };
        _world.Probe.Result = count => count < 3 ? new ProbeResult(ProbeStatus.Fail, $"{count}0 %") : new ProbeResult(ProbeStatus.Pass, "there");
        var run = await Start(Book(step));
        Assert.Equal(("Waiting", "Timer", 1), (run.State, run.WaitReason, _world.Action.Count));
        for (var turn = 0; turn < 2; turn++)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(10));
            run = await Go(run);
        }
        Assert.Equal(("Succeeded", 1), (run.State, _world.Action.Count));
        Assert.Equal(1L, Step(run, "restore").Value);
    }

    [Fact]
    public async Task A_detached_effect_that_is_not_there_in_time_is_a_question()
    {
        var step = Count("restore") with { Detached = true, Check = new UseDefinition("probe.count", new Dictionary<string, object?>(), default), Poll = TimeSpan.FromSeconds(10), Deadline = TimeSpan.FromSeconds(15) };
        _world.Probe.Result = _ => new ProbeResult(ProbeStatus.Fail, "10 %");
        var run = await Start(Book(step));
        _world.Time.Advance(TimeSpan.FromMinutes(1));
        run = await Go(run);
        Assert.Equal(("Waiting", "InDoubt", 1), (run.State, run.WaitReason, _world.Action.Count));
    }

    [Fact]
    public async Task What_was_done_by_hand_is_done_and_what_no_step_foresees_is_kept()
    {
        var run = await Start(Book(Ask("wait"), Count("restart")));
        Assert.Equal("StepDoneRefused", Assert.Throws<IncidentToolsException>(() => _runs.ByHand(run.Run, "restart", Say())).ErrorId);
        _runs.ByHand(run.Run, "restart", Say(note: "restarted it on the console"));
        var extra = _runs.AdHoc(run.Run, "pulled the plug", StepPhase.Resolve, Say(note: "rack 4"));
        _runs.Answer(run.Run, "wait", AnswerKind.Complete, Say());
        run = await Go(run);
        Assert.Equal(("Succeeded", 0), (run.State, _world.Action.Count));
        Assert.Equal(("Succeeded", "restarted it on the console"), (Step(run, "restart").State, Step(run, "restart").Message));
        Assert.Equal(("ad_hoc_1", "pulled the plug", "rack 4 (ana)"), (extra.Step, extra.Title, extra.Message));
    }

    [Theory]
    [InlineData(CheckState.Done, 1), InlineData(CheckState.NotDone, 2)]
    public async Task A_once_step_is_not_done_again_at_another_visit_unless_its_check_says_it_was_not_done(CheckState check, int count)
    {
        _world.Action.Checks = check;
        var again = true;
        var run = await Start(Book(
            Count("pay") with { Once = true, MaxVisits = 3 },
            RunWorld.Step("loop", "switch") with { Cases = [new(_world.Expressions.Add("again", _ => again && !(again = false)), "pay")] }));
        Assert.Equal(("Succeeded", count), (run.State, _world.Action.Count));
    }

    [Fact]
    public async Task A_once_step_of_which_nobody_knows_is_asked_about()
    {
        var again = true;
        var run = await Start(Book(
            Count("pay") with { Once = true, MaxVisits = 3 },
            RunWorld.Step("loop", "switch") with { Cases = [new(_world.Expressions.Add("again", _ => again && !(again = false)), "pay")] }));
        Assert.Equal(("Waiting", "InDoubt", 1), (run.State, run.WaitReason, _world.Action.Count));
        _runs.Answer(run.Run, "pay", AnswerKind.Settle, Say("Done"));
        Assert.Equal(("Succeeded", 1), ((await Go(run)).State, _world.Action.Count));
    }

    [Fact]
    public async Task Only_the_items_that_failed_are_tried_again()
    {
        var bad = "b";
        _world.Action.By = (text, _) => Task.FromResult(new ActionResult(text == bad ? ActionOutcome.Failed : ActionOutcome.Succeeded, "") { Error = text == bad ? "Broke" : null });
        var run = await Start(Book(
            RunWorld.Step("each", "foreach") with { Foreach = new ForeachDefinition(new List<object?> { "a", "b", "c" }, "host", 1, new ErrorThreshold(0, false), null, [RunWorld.Step("do", "action.count", ("text", _world.Expressions.Value("item", roots => roots["item"])))]) },
            Count("after")));
        Assert.Equal("Failed", run.State);
        Assert.Equal("RetryRefused", (await Assert.ThrowsAsync<IncidentToolsException>(async () => await Go(await Start(Book(Count("x"))), retry: true))).ErrorId);
        bad = "";
        Assert.Equal("Succeeded", (await Go(run, retry: true)).State);
        Assert.Equal(["a", "b", "x", "b", "c", "after"], _world.Action.Log);
        Assert.Equal(["a", "b", "c"], ((IReadOnlyList<object?>)Step(run, "each").Value!).Select(item => ((IReadOnlyDictionary<string, object?>)item!)["key"]));
    }

    [Fact]
    public async Task Clocks_begin_with_the_run_or_with_a_step_and_outlive_it()
    {
        _world.Add(Book(Count("contain") with { Clocks = [new ClockDefinition("insurer", "Tell the insurer", null, TimeSpan.FromHours(24), [TimeSpan.FromHours(2)], default)] })
            with { Clocks = [new ClockDefinition("authority", "Tell the authority", _world.Expressions.Add("$incident.awareAt", _ => "2026-11-23T01:00:00Z"), TimeSpan.FromHours(72), [], default)] });
        var run = await _runs.StartAsync(Request("book", incident: "INC-1"), Park, default);
        Assert.Equal("Succeeded", run.State);
        var clocks = _world.EntriesOf("INC-1").Select(entry => entry.Data).OfType<ClockStarted>().ToList();
        Assert.Equal(["authority", "insurer"], clocks.Select(clock => clock.Name));
        Assert.Equal(new DateTimeOffset(2026, 11, 26, 1, 0, 0, TimeSpan.Zero), clocks[0].Due);
    }
}
