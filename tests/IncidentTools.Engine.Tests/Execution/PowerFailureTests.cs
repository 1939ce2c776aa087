using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Notifications;
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
