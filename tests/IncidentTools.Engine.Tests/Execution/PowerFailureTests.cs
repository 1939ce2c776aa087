using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>One run of many kinds of step, with the power failing before and after every append it makes.</summary>
public sealed class PowerFailureTests
{
    private static int Appends()
    {
        using var world = new RunWorld();
        return Play(world, int.MaxValue, after: false).Appends;
    }

    [Fact]
    public void Wherever_it_dies_the_run_ends_as_if_it_had_not_and_nothing_is_done_twice()
    {
        var appends = Appends();
        Assert.InRange(appends, 8, 60);
        for (var at = 1; at <= appends; at++)
        {
            foreach (var after in new[] { false, true })
            {
                using var world = new RunWorld();
                var (run, _, steps) = Play(world, at, after);
                Assert.True(run.State == "Succeeded", $"death {(after ? "after" : "before")} append {at}: {run.State} {run.Message}");
                Assert.Equal(["look", "choose", "restart", "person", "tell", "done"], steps.Select(step => step.Step));
                Assert.All(steps, step => Assert.Equal(1, step.Visit));
                Assert.Equal(1, world.Action.Count);
                Assert.Single(world.Entries(run.Run), entry => entry.Data is NotificationIntended);
            }
        }
    }

    /// <summary>Starts, resumes, answers and settles until the run is over, as a person with one bad power supply would.</summary>
    private static (RunbookRun Run, int Appends, IReadOnlyList<RunbookStep> Steps) Play(RunWorld world, int dieAt, bool after)
    {
        world.Add(Book(
            Step("look", "probe.count"),
            Step("choose", "set") with { Set = new Dictionary<string, object?> { ["seen"] = world.Expressions.Value("$steps.look.value", roots => TestExpressions.Get(roots, "steps", "look", "value")) } },
            Step("restart", "action.count", ("text", "web")) with { Check = null },
            Step("person", "manual", ("instruction", "look at it")),
            Step("tell", "notify", ("audience", "internal"), ("subject", "s"), ("body", "b")),
            Step("done", "end")));
        var (runs, store) = world.Open(dieAt: dieAt, after: after);
        RunbookRun? run = null;
        for (var round = 0; round < 20 && run is not { ExitCode: 0 or 1 or 2 }; round++)
        {
            try
            {
                // the effect took place once it was begun: that is what a check of the real thing would find
                world.Action.Checks = world.Action.Count > 0 ? Engine.Actions.CheckState.Done : Engine.Actions.CheckState.NotDone;
                run = runs.StartAsync(Request("book", key: "once"), new RunOptions(), default).GetAwaiter().GetResult();
                if (run is { State: "Waiting", WaitReason: "Answer" } && run.Message != "answered: Done; Resume-RunbookRun goes on") runs.Answer(run.Run, null, AnswerKind.Complete, Say("Done"));
            }
            catch (PowerFailure)
            {
                runs = world.Open().Runs;
                world.Time.Advance(TimeSpan.FromMinutes(1)); // the dead machine's lease runs out
            }
        }
        return (run!, store.Appends, runs.Steps(run!.Run));
    }

    [Theory]
    [InlineData("groups"), InlineData("rollback")]
    public void Wherever_it_dies_branches_items_children_and_a_rollback_end_as_if_it_had_not(string kind)
    {
        int appends;
        using (var world = new RunWorld()) appends = Groups(world, kind, int.MaxValue, false).Appends;
        Assert.InRange(appends, 10, 120);
        for (var at = 1; at <= appends; at++)
        {
            foreach (var after in new[] { false, true })
            {
                using var world = new RunWorld();
                var (run, _) = Groups(world, kind, at, after);
                var death = $"death {(after ? "after" : "before")} append {at} of {appends}";
                Assert.True(run.State == (kind == "groups" ? "Succeeded" : "RolledBack"), $"{death}: {run.State} {run.Message}");
                string[] done = ["a", "b", "first", "inner", "x", "y"];
                Assert.True(done.SequenceEqual(world.Action.Log.Where(text => text[0] != '-' && text != "bad").Order()), $"{death}: {string.Join(' ', world.Action.Log)}");
                // an undo whose result was lost is asked about, not repeated
                if (kind == "rollback") Assert.True(done.SequenceEqual(world.Action.Log.Where(text => text[0] == '-').Select(text => text[1..]).Order()), $"{death}: {string.Join(' ', world.Action.Log)}");
            }
        }
    }

    private static (RunbookRun Run, int Appends) Groups(RunWorld world, string kind, int dieAt, bool after)
    {
        StepDefinition Count(string id) => Step(id, "action.count", ("text", id));
        world.Add(Book(Count("inner")) with { Id = "other" });
        world.Add(Book(
            Count("first"),
            Step("fan", "parallel") with { Parallel = new ParallelDefinition([new BranchDefinition("one", "", [Count("a"), Step("person", "manual", ("instruction", "look"))], default), new BranchDefinition("two", "", [Count("b")], default)], null, false) },
            Step("each", "foreach") with { Foreach = new ForeachDefinition(new List<object?> { "x", "y" }, "item", 2, new ErrorThreshold(0, false), null, [Step("do", "action.count", ("text", world.Expressions.Value("item", roots => roots["item"])))]) },
            Step("child", "runbook") with { Child = new ChildDefinition("other", "1.0.0", new Dictionary<string, object?>()) },
            kind == "groups" ? Step("done", "end") : Count("bad") with { OnFailure = new FailurePolicy(FailureMode.Rollback, null, true) }));
        // done or undone once it was begun: that is what a check of the real thing would find
        world.Action.ChecksBy = text => text != "bad" && world.Action.Log.Contains(text ?? "") ? Engine.Actions.CheckState.Done : Engine.Actions.CheckState.NotDone;
        world.Action.By = (text, _) => Task.FromResult(new Engine.Actions.ActionResult(text == "bad" ? Engine.Actions.ActionOutcome.Failed : Engine.Actions.ActionOutcome.Succeeded, "")
        {
            Error = text == "bad" ? "Broke" : null, UndoData = new Dictionary<string, object?> { ["by"] = 1L },
        });
        var (runs, store) = world.Open(dieAt: dieAt, after: after);
        RunbookRun? run = null;
        for (var round = 0; round < 30 && run is not { ExitCode: 0 or 1 or 2 }; round++)
        {
            try
            {
                run = runs.StartAsync(Request("book", key: "once"), new RunOptions(), default).GetAwaiter().GetResult();
                foreach (var waits in runs.Steps(run.Run).Where(step => step.Wait is not null && step.Command?.StartsWith("Resume", StringComparison.Ordinal) != true).ToList())
                {
                    if (waits.WaitReason == "Answer") runs.Answer(run.Run, waits.Path, AnswerKind.Complete, Say("Done"));
                    else if (waits.WaitReason == "InDoubt") runs.Answer(run.Run, waits.Path, AnswerKind.Settle, Say(world.Action.Log.Contains("-" + waits.Step) || world.Action.Log.Contains("-x") && waits.Path!.Contains("[x]", StringComparison.Ordinal) || world.Action.Log.Contains("-y") && waits.Path!.Contains("[y]", StringComparison.Ordinal) ? "Done" : "Retry"));
                }
            }
            catch (PowerFailure)
            {
                runs = world.Open().Runs;
                world.Time.Advance(TimeSpan.FromMinutes(1)); // the dead machine's lease runs out
            }
        }
        return (run!, store.Appends);
    }

    [Fact]
    public void A_dead_runner_of_this_host_is_known_to_be_dead_at_once()
    {
        var gone = new RunOwner("ana", "host", 999_999_99, new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero), "t");
        Assert.True(gone.IsDead("host"));
        Assert.False(gone.IsDead("elsewhere"));
        Assert.False(RunOwner.Me("ana", "host", "t", TimeProvider.System.GetUtcNow()).IsDead("host"));
        Assert.Equal(gone, RunOwner.Parse(gone.Text));
    }
}
