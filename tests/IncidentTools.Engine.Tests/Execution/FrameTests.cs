using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Branches, items, child runbooks, rollback and queues.</summary>
public sealed class FrameTests : IDisposable
{
    private readonly RunWorld _world = new();
    private readonly RunService _runs;
    private static readonly RunOptions Park = new() { Patience = TimeSpan.Zero };

    public FrameTests() => _runs = _world.Open().Runs;
    public void Dispose() => _world.Dispose();

    private Task<RunbookRun> Start(params StepDefinition[] steps) => Start(Book(steps));

    private Task<RunbookRun> Start(RunbookDefinition book)
    {
        _world.Add(book);
        return _runs.StartAsync(Request("book"), Park, default);
    }

    private Task<RunbookRun> Go(RunbookRun run) => _runs.ContinueAsync(run.Run, Park, default);
    private string States(RunbookRun run) => string.Join(' ', _runs.Steps(run.Run).Select(step => $"{step.Path ?? step.Step}:{step.State}"));
    private static StepDefinition Count(string id, string? text = null) => Step(id, "action.count", ("text", text ?? id));
    private static StepDefinition Ask(string id) => Step(id, "manual", ("instruction", "look"));
    private static StepDefinition Fan(string id, int? join, bool cancelOthers, params (string Id, StepDefinition[] Steps)[] branches) => Step(id, "parallel") with { Parallel = new ParallelDefinition([.. branches.Select(branch => new BranchDefinition(branch.Id, branch.Id, branch.Steps, default))], join, cancelOthers) };
    private static StepDefinition Each(string id, IEnumerable<object?> items, int concurrency, ErrorThreshold threshold, params StepDefinition[] steps) => Step(id, "foreach") with { Foreach = new ForeachDefinition(items.ToList(), "host", concurrency, threshold, null, steps) };
    private static StepDefinition Child(string id, string name) => Step(id, "runbook") with { Child = new ChildDefinition(name, "1.0.0", new Dictionary<string, object?>()) };
    private StepDefinition CountItem(string id) => Step(id, "action.count", ("text", _world.Expressions.Value("item", roots => roots["item"])));
    private void Fails(params string[] texts) => _world.Action.By = (text, _) => Task.FromResult(new ActionResult(texts.Contains(text) ? ActionOutcome.Failed : ActionOutcome.Succeeded, text ?? "") { Error = texts.Contains(text) ? "Broke" : null, UndoData = new Dictionary<string, object?> { ["by"] = 1L } });

    [Fact]
    public async Task Branches_go_on_side_by_side_and_the_step_succeeds_when_all_have()
    {
        var both = new TaskCompletionSource();
        var arrived = 0;
        _world.Action.By = async (text, cancel) =>
        {
            // neither goes on before the other has begun
            if (text is "a" or "b" && Interlocked.Increment(ref arrived) == 2) both.SetResult();
            if (text is "a" or "b") await both.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
            return new ActionResult(ActionOutcome.Succeeded, "");
        };
        var run = await Start(Fan("fan", null, false, ("one", [Count("a"), Count("a2")]), ("two", [Count("b")])), Count("after"));
        Assert.Equal("Succeeded", run.State);
        Assert.Equal(["after", "a2"], _world.Action.Log.Except(["a", "b"]).OrderDescending());
        var value = (IReadOnlyDictionary<string, object?>)_runs.Steps(run.Run)[0].Value!;
        Assert.Equal("Succeeded", ((IReadOnlyDictionary<string, object?>)value["two"]!)["state"]);
        Assert.Equal(["/fan#1/one/a#1", "/fan#1/one/a2#1"], _runs.Steps(run.Run).Where(step => step.Path!.Contains("one", StringComparison.Ordinal)).Select(step => step.Path));
    }

    [Fact]
    public async Task A_failed_branch_starts_nothing_new_and_what_runs_may_finish()
    {
        var (failed, begun) = (new TaskCompletionSource(), new TaskCompletionSource());
        _world.Action.By = async (text, cancel) =>
        {
            if (text == "slow") begun.SetResult();
            if (text == "bad") await begun.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
            if (text == "slow") await failed.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
            return new ActionResult(text == "bad" ? ActionOutcome.Failed : ActionOutcome.Succeeded, "") { Error = text == "bad" ? "Broke" : null };
        };
        _world.Add(Book(Fan("fan", null, false, ("one", [Count("slow"), Count("never")]), ("two", [Count("bad")])), Count("after")));
        // once the failure is on record
        var run = await _runs.StartAsync(Request("book"), Park with { Progress = step => { if (step is { Step: "bad", State: "Failed" }) failed.SetResult(); } }, default);
        Assert.Equal("Failed", run.State);
        Assert.DoesNotContain("never", _world.Action.Log);
        Assert.DoesNotContain("after", _world.Action.Log);
        Assert.Equal("Succeeded", _runs.Steps(run.Run).Single(step => step.Step == "slow").State);
        Assert.Equal("BranchFailed", _runs.Steps(run.Run)[0].Error);
    }

    [Fact]
    public async Task When_enough_have_succeeded_the_others_are_ended()
    {
        _world.Action.By = async (text, cancel) =>
        {
            if (text == "slow") await Task.Delay(TimeSpan.FromSeconds(60), cancel);
            return new ActionResult(ActionOutcome.Succeeded, "");
        };
        _world.Action.Checks = CheckState.NotDone;
        var run = await Start(Fan("fan", 1, true, ("one", [Count("quick")]), ("two", [Count("slow")]), ("three", [Ask("person")])), Count("after"));
        Assert.Equal("Succeeded", run.State);
        Assert.Contains("after", _world.Action.Log);
        Assert.Equal("Cancelled", _runs.Steps(run.Run).Single(step => step.Step == "slow").State);
        Assert.Equal("Cancelled", _runs.Steps(run.Run).Single(step => step.Step == "person").State);
    }

    [Fact]
    public async Task A_run_waits_when_every_leaf_waits_and_goes_on_with_each_answer()
    {
        var run = await Start(Fan("fan", null, false, ("one", [Ask("first"), Count("a")]), ("two", [Ask("second"), Count("b")])));
        Assert.Equal(("Waiting", "Answer"), (run.State, run.WaitReason));
        Assert.Equal("StepAmbiguous", Assert.Throws<IncidentToolsException>(() => _runs.Answer(run.Run, null, AnswerKind.Complete, Say())).ErrorId);
        _runs.Answer(run.Run, "second", AnswerKind.Complete, Say());
        Assert.Equal("Waiting", (await Go(run)).State);
        Assert.Equal(["b"], _world.Action.Log);
        _runs.Answer(run.Run, "/fan#1/one/first#1", AnswerKind.Complete, Say());
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal(["b", "a"], _world.Action.Log);
    }

    [Fact]
    public async Task Items_keep_their_order_and_no_more_run_at_once_than_allowed()
    {
        var (now, most) = (0, 0);
        var both = new TaskCompletionSource();
        _world.Action.By = async (_, cancel) =>
        {
            var at = Interlocked.Increment(ref now);
            lock (_world) most = Math.Max(most, at);
            if (at == 2) both.TrySetResult();
            await both.Task.WaitAsync(TimeSpan.FromSeconds(20), cancel);
            Interlocked.Decrement(ref now);
            return new ActionResult(ActionOutcome.Succeeded, "");
        };
        var run = await Start(Each("each", ["c", "a/b", "b"], 2, default, CountItem("do")) with { Outputs = [new OutputDefinition("seen", _world.Expressions.Add("$item", roots => roots["host"]), "string", false)] });
        Assert.Equal("Succeeded", run.State);
        Assert.Equal(2, most);
        var items = ((IReadOnlyList<object?>)_runs.Steps(run.Run)[0].Value!).Cast<IReadOnlyDictionary<string, object?>>().ToList();
        Assert.Equal(["c", "a/b", "b"], items.Select(item => item["key"]));
        Assert.Equal(["c", "a/b", "b"], items.Select(item => item["seen"]));
        Assert.Contains("/each#1/[a%2Fb]/do#1", _runs.Steps(run.Run).Select(step => step.Path));
    }

    [Theory]
    [InlineData(1, false, "SucceededByThreshold", 1), InlineData(0, false, "TooManyErrors", 1), InlineData(1, false, "TooManyErrors", 2), InlineData(50, true, "SucceededByThreshold", 2), InlineData(49, true, "TooManyErrors", 2)]
    public async Task The_step_stops_when_errors_exceed_the_threshold(double threshold, bool percent, string outcome, int bad)
    {
        Fails([.. new[] { "a", "b" }.Take(bad)]);
        var run = await Start(Each("each", ["a", "b", "c", "d"], 1, new ErrorThreshold(threshold, percent), CountItem("do")));
        var each = _runs.Steps(run.Run)[0];
        Assert.Equal(outcome == "TooManyErrors" ? "TooManyErrors" : null, each.Error);
        Assert.Equal(outcome == "TooManyErrors" ? "Failed" : "Succeeded", run.State);
        Assert.Equal(outcome == "TooManyErrors" ? bad : 4, _world.Action.Count);
    }

    [Fact]
    public async Task Two_items_with_one_key_are_refused_before_anything_begins()
    {
        var run = await Start(Each("each", ["a", "a"], 1, default, CountItem("do")));
        Assert.Equal(("Failed", "ItemsInvalid", 0), (run.State, _runs.Steps(run.Run)[0].Error, _world.Action.Count));
    }

    [Fact]
    public async Task A_child_runbook_asks_through_its_parent_and_gives_its_outputs()
    {
        _world.Add(Book(Ask("look"), Count("fix")) with { Id = "other", Outputs = [new OutputDefinition("how", _world.Expressions.Add("state of look", roots => TestExpressions.Get(roots, "steps", "look", "state")), "string", false)] });
        var run = await Start(Child("child", "other"), Count("after"));
        Assert.Equal(("Waiting", "look"), (run.State, run.Step));
        _runs.Answer(run.Run, "look", AnswerKind.Complete, Say());
        Assert.Equal("Succeeded", (await Go(run)).State);
        Assert.Equal("Succeeded", ((IReadOnlyDictionary<string, object?>)_runs.Steps(run.Run)[0].Value!)["how"]);
        Assert.Equal(["/child#1", "/child#1/look#1", "/child#1/fix#1", "/after#1"], _runs.Steps(run.Run).Select(step => step.Path));
    }

    [Fact]
    public async Task A_child_is_pinned_and_never_runs_itself()
    {
        _world.Add(Book(Child("again", "book")) with { Id = "other" });
        Assert.Equal("RunbookNested", (await Assert.ThrowsAsync<IncidentToolsException>(() => Start(Child("child", "other")))).ErrorId);
        _world.Add(Book() with { Id = "other", Version = "2.0.0" });
        Assert.Equal("VersionPinned", (await Assert.ThrowsAsync<IncidentToolsException>(() => Start(Child("child", "other")))).ErrorId);
    }

    [Fact]
    public async Task A_rollback_takes_back_the_last_to_finish_first_over_branches_and_children()
    {
        Fails("bad");
        _world.Add(Book(Count("inner")) with { Id = "other" });
        var run = await Start(Count("one"), Fan("fan", null, false, ("b", [Count("two")])), Child("child", "other"), Count("bad") with { OnFailure = new FailurePolicy(FailureMode.Rollback, null, true) });
        Assert.Equal(("RolledBack", 1), (run.State, run.ExitCode));
        Assert.Equal(["one", "two", "inner", "bad", "-inner", "-two", "-one"], _world.Action.Log);
        Assert.Equal(3, _runs.Steps(run.Run).Count(step => step.State == "Undone"));
    }

    [Fact]
    public async Task A_child_that_rolls_back_is_a_failure_to_its_parent()
    {
        Fails("bad");
        _world.Add(Book(Count("inner"), Count("bad") with { OnFailure = new FailurePolicy(FailureMode.Rollback, null, true) }) with { Id = "other" });
        var run = await Start(Count("one"), Child("child", "other"), Count("after"));
        Assert.Equal(("Failed", "RolledBack"), (run.State, _runs.Steps(run.Run).Single(step => step.Step == "child").Error));
        Assert.Equal(["one", "inner", "bad", "-inner"], _world.Action.Log);
    }

    [Fact]
    public async Task What_cannot_be_taken_back_makes_the_rollback_partial()
    {
        Fails("bad");
        _world.Action.Least = StepImpact.Medium;
        var run = await Start(Book(Step("silent", "action.count"), Count("one"), Count("bad") with { OnFailure = new FailurePolicy(FailureMode.Rollback, null, true) }));
        Assert.Equal("Failed", run.State);
        Assert.Contains("rollback: partial", run.Message, StringComparison.Ordinal);
        Assert.Equal("UndoFailed", _runs.Steps(run.Run)[0].State);
    }

    [Fact]
    public async Task An_undo_by_hand_is_asked_for_and_waits()
    {
        Fails("bad");
        var run = await Start(Count("one") with { Undo = new UseDefinition("manual", new Dictionary<string, object?> { ["instruction"] = "turn it back" }, default) }, Count("bad") with { OnFailure = new FailurePolicy(FailureMode.Rollback, null, true) });
        Assert.Equal(("Waiting", "Answer", "turn it back"), (run.State, run.WaitReason, run.Message));
        _runs.Answer(run.Run, "one", AnswerKind.Complete, Say("Done"));
        Assert.Equal("RolledBack", (await Go(run)).State);
    }

    [Fact]
    public async Task A_cancel_with_rollback_takes_back_what_was_done()
    {
        var run = await Start(Count("one"), Ask("wait"));
        var ended = await _runs.CancelAsync(run.Run, "enough", true, default);
        Assert.Equal("RolledBack", ended.State);
        Assert.Equal(["one", "-one"], _world.Action.Log);
    }

    [Fact]
    public async Task A_cancel_ends_the_innermost_first_each_with_its_cleanup()
    {
        _world.Add(Book(Ask("wait")) with { Id = "other", OnCancel = "inner_clean", Handlers = [Count("inner_clean")] });
        var run = await Start(Book(Child("child", "other")) with { OnCancel = "clean", Handlers = [Count("clean")] });
        Assert.Equal("Cancelled", (await _runs.CancelAsync(run.Run, null, false, default)).State);
        Assert.Equal(["inner_clean", "clean"], _world.Action.Log);
    }

    [Fact]
    public async Task Queued_runs_begin_one_after_another_the_oldest_first()
    {
        var book = Book(Ask("wait")) with { Concurrency = "queue" };
        var first = await Start(book);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await _runs.StartAsync(Request("book"), Park, default);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var third = await _runs.StartAsync(Request("book"), Park, default);
        Assert.Equal(("Queued", "Queued", 3), (second.State, third.State, third.ExitCode));
        Assert.Equal("Queued", (await Go(second)).State);
        await _runs.CancelAsync(first.Run, null, false, default);
        Assert.Equal("Queued", (await Go(third)).State);
        Assert.Equal("Waiting", (await Go(second)).State);
        Assert.Equal("Cancelled", (await _runs.CancelAsync(third.Run, null, false, default)).State);
    }

    [Fact]
    public async Task Outputs_are_typed_and_a_missing_one_fails_the_step()
    {
        var e = _world.Expressions;
        var run = await Start(
            Count("good") with { Outputs = [new OutputDefinition("n", e.Add("the value", _ => "7"), "int", false)] },
            Count("bad") with { Outputs = [new OutputDefinition("n", e.Add("nothing", _ => null), "int", false)] });
        Assert.Equal(("Failed", "OutputMissing"), (run.State, _runs.Steps(run.Run)[1].Error));
        Assert.Equal(7L, ((IReadOnlyDictionary<string, object?>)_runs.Steps(run.Run)[0].Detail!["outputs"]!)["n"]);
    }

    [Fact]
    public async Task A_deadline_of_a_group_ends_what_it_runs()
    {
        var run = await Start(Fan("fan", null, false, ("one", [Ask("first")])) with { Deadline = TimeSpan.FromMinutes(5) });
        Assert.Equal("Waiting", run.State);
        _world.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("TimedOut", (await Go(run)).State);
        Assert.Equal("/fan#1:TimedOut /fan#1/one/first#1:Cancelled", States(run));
    }
}
