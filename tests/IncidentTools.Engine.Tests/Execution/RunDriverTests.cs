using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

public sealed partial class RunDriverTests : IDisposable
{
    private readonly RunWorld _world = new();
    private readonly RunService _runs;
    private static readonly RunOptions Park = new() { Patience = TimeSpan.Zero }; // nothing is waited for here: the clock is the test's

    public RunDriverTests() => _runs = _world.Open().Runs;
    public void Dispose() => _world.Dispose();

    private Task<RunbookRun> Start(params StepDefinition[] steps)
    {
        _world.Add(Book(steps));
        return _runs.StartAsync(Request("book"), Park, default);
    }

    /// <summary>In an incident whose commander is bob.</summary>
    private Task<RunbookRun> StartInIncident(params StepDefinition[] steps)
    {
        _world.Add(Book(steps));
        return _runs.StartAsync(Request("book", incident: "INC-1"), Park, default);
    }

    private Task<RunbookRun> Go(RunbookRun run, RunService? by = null) => (by ?? _runs).ContinueAsync(run.Run, Park, default);
    private string States(RunbookRun run) => string.Join(' ', _runs.Steps(run.Run).Select(step => $"{step.Step}:{step.State}"));
    private static FailurePolicy On(FailureMode mode, string? target = null) => new(mode, target, true);
    private string Refused(Func<object> act) => Assert.Throws<IncidentToolsException>(() => { act(); }).ErrorId;

    [Fact]
    public async Task A_probe_that_fails_is_tried_again_when_its_time_comes_and_parks_until_then()
    {
        _world.Probe.Result = count => new ProbeResult(count < 3 ? ProbeStatus.Fail : ProbeStatus.Pass, $"look {count}") { Error = count < 3 ? "Refused" : null, Value = (long)count };
        var run = await Start(Step("a", "probe.count") with { Attempts = 3, Retry = new(TimeSpan.FromSeconds(10), 1, TimeSpan.FromMinutes(1), 0) });
        Assert.Equal(("Waiting", "Timer", 3), (run.State, run.WaitReason, run.ExitCode));
        Assert.Equal("Waiting", (await Go(run)).State);
        Assert.Equal(1, _world.Probe.Count);
        _world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("Waiting", (await Go(run)).State);
        _world.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal((3L, 3, "Pass"), ((long)_runs.Steps(run.Run)[0].Value!, _runs.Steps(run.Run)[0].Attempt, _runs.Steps(run.Run)[0].Status));
    }

    [Theory]
    [InlineData(FailureMode.Stop, "Failed", "a:Failed b:Pending c:Pending"), InlineData(FailureMode.Continue, "SucceededWithFailures", "a:Failed b:Succeeded c:Succeeded"), InlineData(FailureMode.Goto, "SucceededWithFailures", "a:Failed c:Succeeded")]
    public async Task A_failure_leads_where_the_step_says(FailureMode mode, string result, string states)
    {
        _world.Probe.Result = _ => ProbeResult.CouldNotCheck("DnsFailure", "no such host");
        var run = await Start(Step("a", "probe.count") with { OnFailure = On(mode, "c") }, Step("b", "end") with { Use = Step("b", "set").Use }, Step("c", "set"));
        Assert.Equal(result, run.State);
        Assert.StartsWith(states.Split(" b:Pending")[0], States(run), StringComparison.Ordinal);
        Assert.Equal(("DnsFailure", "Error"), (_runs.Steps(run.Run)[0].Error, _runs.Steps(run.Run)[0].Status));
    }

    [Fact]
    public async Task Conditions_needs_switch_set_assert_and_end_decide_the_way()
    {
        var e = _world.Expressions;
        var run = await Start(
            Step("skipped", "action.count") with { When = e.Add("no", _ => false) },
            Step("set", "set") with { Set = new Dictionary<string, object?> { ["n"] = e.Value("two", _ => 2L), ["plain"] = "x" } },
            Step("which", "switch") with { Cases = [new(e.Add("never", _ => false), "needy"), new(e.Add("n is 2", roots => TestExpressions.Get(roots, "vars", "n") is 2L), "check")] },
            Step("needy", "action.count") with { Needs = ["skipped"] },
            Step("check", "assert") with { Assert = e.Add("skipped was", roots => TestExpressions.Get(roots, "steps", "skipped", "state") is "Skipped") },
            Step("needy2", "action.count") with { Needs = ["skipped"], OnFailure = On(FailureMode.Continue) },
            Step("false", "assert", ("message", "it does not hold")) with { Assert = e.Add("never", _ => false), OnFailure = On(FailureMode.Continue) },
            Step("end", "end") with { Result = "SucceededWithFailures" },
            Step("after", "action.count"));
        Assert.Equal(("SucceededWithFailures", 2, 0), (run.State, run.ExitCode, _world.Action.Count));
        Assert.Equal("skipped:Skipped set:Succeeded which:Succeeded check:Succeeded needy2:Failed false:Failed end:Succeeded", States(run));
        Assert.Equal(["NeedsNotMet", "AssertFailed"], _runs.Steps(run.Run).Where(step => step.State == "Failed").Select(step => step.Error));
    }

    [Fact]
    public async Task A_condition_that_is_no_condition_fails_its_step_by_name()
    {
        var run = await Start(Step("a", "action.count") with { When = _world.Expressions.Add("3", _ => 3L) });
        Assert.Equal(("Failed", "ExpressionFailed", 0), (run.State, _runs.Steps(run.Run)[0].Error, _world.Action.Count));
    }

    [Fact]
    public async Task Arguments_are_checked_before_anything_is_intended()
    {
        var run = await Start(Step("a", "action.count", ("n", _world.Expressions.Value("word", _ => "many"))));
        Assert.Equal(("Failed", "ArgumentInvalid"), (run.State, _runs.Steps(run.Run)[0].Error));
        Assert.DoesNotContain(_world.Entries(run.Run), entry => entry.Data is StepIntended);
        Assert.Equal(0, _world.Action.Count);
    }

    [Fact]
    public async Task A_person_answers_in_words_and_types_that_the_step_asks_for()
    {
        var field = new Dictionary<string, object?> { ["users"] = new Dictionary<string, object?> { ["type"] = "int", ["min"] = 0L }, ["why"] = new Dictionary<string, object?> { ["required"] = false } };
        var run = await Start(Step("m", "manual", ("instruction", "Count them"), ("outcomes", new List<object?> { "Done", "Impossible" }), ("fields", field)), Step("q", "ask", ("question", "Which region?"), ("allowed", new List<object?> { "eu", "us" })));
        var waiting = _runs.Steps(run.Run)[0];
        Assert.Equal("Complete-RunbookStep -Run " + run.Run + " -Step m -Outcome Done -Value @{ users = '…'; why = '…' }", waiting.Command);
        StepAnswer With(string outcome, object? users) => new(outcome, new Dictionary<string, object?> { ["users"] = users }, null);
        Assert.Equal("FieldInvalid", Refused(() => _runs.Answer(run.Run, "m", AnswerKind.Complete, With("Done", "many"))));
        Assert.Equal("FieldInvalid", Refused(() => _runs.Answer(run.Run, "m", AnswerKind.Complete, Say("Done"))));
        Assert.Equal("AnswerInvalid", Refused(() => _runs.Answer(run.Run, "m", AnswerKind.Complete, With("Perhaps", 3L))));
        Assert.Equal("StepNotWaiting", Refused(() => _runs.Answer(run.Run, "q", AnswerKind.Complete, Say("eu"))));
        Assert.Equal("StepUnknown", Refused(() => _runs.Answer(run.Run, "z", AnswerKind.Complete, Say("eu"))));
        _runs.Answer(run.Run, "m", AnswerKind.Complete, With("Done", "3"));
        Assert.Equal("WaitNotOpen", Refused(() => _runs.Answer(run.Run, "m", AnswerKind.Complete, With("Done", 4L))));
        Assert.Contains("Resume-RunbookRun", _runs.Get(run.Run).Message, StringComparison.Ordinal);
        run = await Go(run);
        Assert.Equal("FieldInvalid", Refused(() => _runs.Answer(run.Run, "q", AnswerKind.Complete, Say("asia"))));
        _runs.Answer(run.Run, "q", AnswerKind.Complete, Say("us"));
        run = await Go(run);
        Assert.Equal("Succeeded", run.State);
        Assert.Equal(3L, ((IReadOnlyDictionary<string, object?>)_runs.Steps(run.Run)[0].Value!)["users"]);
        Assert.Equal("us", _runs.Steps(run.Run)[1].Value);
    }

    [Fact]
    public async Task Steps_are_left_out_while_they_wait_and_before_they_are_reached()
    {
        var run = await Start(Step("a", "manual", ("instruction", "a")), Step("b", "action.count"), Step("c", "set"));
        _runs.Skip(run.Run, "b", "already done by hand");
        _runs.Skip(run.Run, "a", "not needed");
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal(("a:Waived b:Waived c:Succeeded", 0), (States(run), _world.Action.Count));
        Assert.Equal("SkipRefused", Refused(() => _runs.Skip(run.Run, "c", "late")));
    }

    [Fact]
    public async Task A_cancel_cleans_up_once_and_an_effect_under_way_stays_in_doubt()
    {
        var begun = new TaskCompletionSource();
        _world.Action.Does = async token =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return new ActionResult(ActionOutcome.Succeeded, "");
        };
        _world.Add(Book(Step("a", "action.count"), Step("b", "set")) with { OnCancel = "release", Handlers = [Step("release", "set")] });
        var driving = _runs.StartAsync(Request("book", key: "k"), Park, default);
        await begun.Task;
        var other = _world.Open("bob").Runs;
        var run = Assert.Single(other.List(null, "Open", null));
        Assert.Equal(5, (await other.ContinueAsync(run.Run, Park, default)).ExitCode);
        Assert.Contains("ana@host", other.Get(run.Run).Holder, StringComparison.Ordinal);
        var cancelling = other.CancelAsync(run.Run, "enough", false, default);
        while (!driving.IsCompleted) { _world.Time.Advance(TimeSpan.FromMilliseconds(100)); await Task.Delay(10); }
        Assert.Equal("Cancelled", (await driving).State);
        while (!cancelling.IsCompleted) { _world.Time.Advance(TimeSpan.FromMilliseconds(300)); await Task.Delay(10); }
        Assert.Equal("a:InDoubt release:Succeeded", States(run));
    }

    [Fact]
    public async Task A_waiting_run_is_cancelled_by_whoever_asks()
    {
        var run = await Start(Step("a", "manual", ("instruction", "a")), Step("b", "action.count"));
        Assert.Equal(("Cancelled", 1), ((await _runs.CancelAsync(run.Run, null, false, default)).State, (await _runs.CancelAsync(run.Run, null, false, default)).ExitCode));
        Assert.Equal("StepNotWaiting", Refused(() => _runs.Answer(run.Run, "a", AnswerKind.Complete, Say("Done"))));
    }

    [Fact]
    public async Task Times_conditions_and_deadlines_of_waits()
    {
        var ready = false;
        var run = await Start(
            Step("pause", "wait", ("for", TimeSpan.FromMinutes(5))),
            Step("until", "wait") with { Until = _world.Expressions.Add("ready", _ => ready), Poll = TimeSpan.FromSeconds(30) },
            Step("never", "wait") with { Until = _world.Expressions.Add("never", _ => false), Poll = TimeSpan.FromSeconds(30), Deadline = TimeSpan.FromSeconds(40), OnFailure = On(FailureMode.Continue) });
        Assert.Equal("Timer", run.WaitReason);
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("until", (await Go(run)).Step);
        _world.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("until", (await Go(run)).Step);
        ready = true;
        _world.Time.Advance(TimeSpan.FromSeconds(30));
        run = await Go(run);
        Assert.Equal(("never", "Waiting"), (run.Step, run.State));
        _world.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("SucceededWithFailures", (await Go(run)).State);
        Assert.Equal("pause:Succeeded until:Succeeded never:TimedOut", States(run));
    }

    [Fact]
    public async Task One_run_of_a_runbook_and_service_at_a_time_unless_it_says_otherwise()
    {
        var run = await Start(Step("a", "manual", ("instruction", "a")));
        Assert.Equal("RunForbidden", (await Assert.ThrowsAsync<IncidentToolsException>(() => _runs.StartAsync(Request("book"), Park, default))).ErrorId);
        _world.Add(Book(Step("a", "manual", ("instruction", "a"))) with { Concurrency = "allow" });
        Assert.NotEqual(run.Run, (await _runs.StartAsync(Request("book"), Park, default)).Run);
    }

    [Fact]
    public async Task The_same_key_is_the_same_run()
    {
        _world.Add(Book(Step("a", "action.count"), Step("m", "manual", ("instruction", "a"))));
        var first = await _runs.StartAsync(Request("book", "k"), Park, default);
        var second = await _runs.StartAsync(Request("book", "k"), Park, default);
        Assert.Equal((first.Run, 1), (second.Run, _world.Action.Count));
    }

    [Fact]
    public async Task A_step_limit_stops_between_steps_and_a_resume_goes_on()
    {
        _world.Add(Book(Step("a", "action.count"), Step("b", "action.count")));
        var run = await _runs.StartAsync(Request("book"), Park with { StepLimit = 1 }, default);
        Assert.Equal(("Running", "a:Succeeded b:Pending"), (run.State, States(run)));
        Assert.Equal(("Succeeded", 2), ((await Go(run)).State, _world.Action.Count));
    }

    [Fact]
    public async Task Nothing_but_probes_runs_in_a_workspace_that_nobody_trusts()
    {
        _world.Trusted = false;
        _world.Add(Book(Step("a", "action.count")));
        Assert.Equal("WorkspaceNotTrusted", (await Assert.ThrowsAsync<IncidentToolsException>(() => _runs.StartAsync(Request("book"), Park, default))).ErrorId);
        Assert.Empty(_runs.List(null, null, null));
        Assert.Equal("Succeeded", (await Start(Step("a", "probe.count"))).State);
    }

    [Fact]
    public void A_plan_writes_nothing_starts_nothing_and_says_what_it_cannot_know()
    {
        _world.Action.Least = StepImpact.High;
        _world.Add(Book(Step("a", "action.count", ("text", "web")), Step("b", "action.count", ("text", _world.Expressions.Value("$steps.a.value", _ => throw new InvalidOperationException("not in a plan")))), Step("m", "manual", ("instruction", "look"))));
        var (runs, store) = _world.Open();
        var plan = runs.Plan(Request("book"));
        Assert.Equal((0, 0, 0), (store.Appends, _world.Action.Count, _world.Probe.Count));
        Assert.All(plan, step => Assert.Equal("Planned", step.State));
        Assert.Equal(["count web"], plan[0].Plan);
        Assert.Equal(("high", "commander, not whoever runs it, within 30m; in this store that is a record, not a control"), (plan[0].Impact, plan[0].Approval));
        Assert.Contains("$steps.a.value", Assert.Single(plan[1].Unknown), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_runbook_reaches_a_run_only_when_accepted_and_never_in_what_was_done()
    {
        static StepDefinition At(StepDefinition step, int line) => step with { Span = new SourceSpan("book.yaml", line, 1, line, 20) };
        _world.Add(Book(At(Step("a", "action.count"), 1), At(Step("m", "manual", ("instruction", "x")), 2), At(Step("z", "set"), 3)) with { Source = "a\nm\nz" });
        var run = await _runs.StartAsync(Request("book"), Park, default);
        _world.Add(Book(At(Step("a", "action.count"), 1), At(Step("m", "manual", ("instruction", "x")), 2), At(Step("y", "action.count"), 3)) with { Source = "changed\nm\ny", Version = "1.1.0" });
        Assert.Equal("ChangeRefused", (await Assert.ThrowsAsync<IncidentToolsException>(() => _runs.ContinueAsync(run.Run, Park with { AcceptChange = true }, default))).ErrorId);
        _world.Add(Book(At(Step("a", "action.count"), 1), At(Step("m", "manual", ("instruction", "x")), 2), At(Step("y", "action.count"), 3)) with { Source = "a\nm\ny", Version = "1.1.0" });
        await _runs.ContinueAsync(run.Run, Park with { AcceptChange = true }, default);
        _runs.Answer(run.Run, "m", AnswerKind.Complete, Say("Done"));
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal("a:Succeeded m:Succeeded y:Succeeded", States(run));
        Assert.Single(_world.Entries(run.Run), entry => entry.Data is RunAdopted);
    }

    [Fact]
    public async Task What_succeeded_can_be_taken_back_once_by_its_action_and_the_rest_is_refused()
    {
        var run = await Start(Step("a", "action.count", ("text", "web")), Step("b", "action.count"), Step("c", "set"), Step("m", "manual", ("instruction", "x")));
        Assert.Equal(["counts back", null, null, null], _runs.Steps(run.Run).Select(step => step.Undo));
        foreach (var step in new[] { "b", "c", "m" }) Assert.Equal("UndoRefused", (await Assert.ThrowsAsync<IncidentToolsException>(() => _runs.UndoAsync(run.Run, step, default))).ErrorId);
        Assert.Equal("Undone", (await _runs.UndoAsync(run.Run, "a", default)).State);
        Assert.Equal(1, _world.Action.Count);
        Assert.Equal("UndoRefused", (await Assert.ThrowsAsync<IncidentToolsException>(() => _runs.UndoAsync(run.Run, "a", default))).ErrorId);
        _runs.Answer(run.Run, "m", AnswerKind.Complete, Say("Done"));
        run = await Go(run);
        Assert.Equal("a:Undone b:Succeeded c:Succeeded m:Succeeded", States(run));
    }
    [Fact]
    public async Task A_way_back_whose_result_was_lost_is_told_as_in_doubt_and_gone_again_only_on_a_second_word()
    {
        var run = await Start(Step("a", "action.count", ("text", "web")), Step("end", "end"));
        // the first append says whose lease it is and what is intended, the second what became of it
        Assert.Throws<PowerFailure>(() => _world.Open(dieAt: 2).Runs.UndoAsync(run.Run, "a", default).GetAwaiter().GetResult());
        Assert.Equal("-web", _world.Action.Log[^1]);
        _world.Time.Advance(TimeSpan.FromMinutes(1)); // the dead machine's lease runs out
        var refused = await Assert.ThrowsAsync<IncidentToolsException>(() => _runs.UndoAsync(run.Run, "a", default));
        Assert.Equal("UndoRefused", refused.ErrorId);
        Assert.Contains("nobody knows whether it was done", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["web", "-web"], _world.Action.Log);
        Assert.Equal(("UndoFailed", "InDoubt"), (_runs.Steps(run.Run)[0].State, _runs.Steps(run.Run)[0].Error));
        Assert.Equal("Undone", (await _runs.UndoAsync(run.Run, "a", default)).State);
        Assert.Equal(["web", "-web", "-web"], _world.Action.Log);
    }
}
