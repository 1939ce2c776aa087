namespace IncidentTools.Module.Tests.Runs;

/// <summary>What -Interactive asks and shows, and that nothing is asked without it.</summary>
public sealed class InteractiveTests
{
    private static readonly string Steps = string.Join('\n', RunHost.Manual, RunHost.Ask, RunHost.Approve, RunHost.Good);

    // the types of the module are there before a test that names them is compiled
    public InteractiveTests() => new ModuleHost().Dispose();

    private static (RunHost Runs, TestHost Screen) Open(params string[] answers)
    {
        var screen = new TestHost(answers);
        return (new RunHost(screen), screen);
    }

    [Fact]
    public void A_person_at_the_session_answers_as_the_run_goes()
    {
        var (runs, screen) = Open("Green", "2", "", "eu", "Approve", "Approve", "alone on shift");
        using (runs)
        {
            runs.Book("lamp", Steps);
            Assert.Equal("Succeeded", runs.Invoke("lamp -Interactive").State);
            Assert.Equal(0, screen.Unused);
            Assert.Contains("Look at the lamp", screen.Shown, StringComparison.Ordinal);
            Assert.Contains("WARNING: ", screen.Shown, StringComparison.Ordinal); // why the first approval was not taken
            Assert.Contains("#4 good Succeeded: 1 -eq 1", screen.Lines);
            Assert.Contains("alone on shift", string.Join('\n', runs.Host.Run("(Get-IncidentJournal -Type wait.answered).Summary")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_answer_that_does_not_fit_is_asked_for_again()
    {
        var (runs, screen) = Open("Green", "many", "", "Green", "3", "lit");
        using (runs)
        {
            runs.Book("lamp", RunHost.Manual);
            var run = runs.Invoke("lamp -Interactive");
            Assert.Equal(("Succeeded", "lit"), (run.State, runs.Host.Text($"(Get-RunbookStep {run.Run}).Value.note")));
            Assert.Contains("WARNING: Step 'look', lamps", screen.Shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Later_leaves_the_run_waiting_for_anybody()
    {
        var (runs, screen) = Open("");
        using (runs)
        {
            runs.Book("lamp", Steps);
            var run = runs.Invoke("lamp -Interactive");
            Assert.Equal(("Waiting", 3, 0), (run.State, run.ExitCode, screen.Unused));
        }
    }

    [Fact]
    public void A_step_in_doubt_is_settled_at_the_prompt()
    {
        var (runs, screen) = Open("Done", "it is lit");
        using (runs)
        {
            runs.Book("lamp", string.Join('\n', RunHost.Sleep("slow", ", timeout: 300ms"), RunHost.Good));
            Assert.Equal("Succeeded", runs.Invoke("lamp -Interactive").State);
            Assert.Equal(0, screen.Unused);
        }
    }

    [Fact]
    public void Nothing_is_asked_without_Interactive_and_verbose_tells_each_step()
    {
        var (runs, screen) = Open();
        using (runs)
        {
            runs.Book("lamp", string.Join('\n', RunHost.Good, RunHost.Ask));
            Assert.Equal("Waiting", runs.Invoke("lamp").State);
            Assert.DoesNotContain("good", screen.Shown, StringComparison.Ordinal);
            var said = runs.Host.Run("Invoke-Runbook lamp -Verbose 4>&1 | ForEach-Object { \"$_\" }").Select(item => item.ToString()).ToArray();
            Assert.Contains("#1 good Succeeded: 1 -eq 1", said);
            Assert.Contains("#2 region waits (Answer): Which region?", said);
        }
    }

    [Fact]
    public void A_host_that_cannot_ask_leaves_the_run_waiting_and_says_so()
    {
        using var runs = new RunHost(); // the default host has no user interface
        runs.Book("lamp", RunHost.Ask);
        var result = runs.Host.Try("Invoke-Runbook lamp -Interactive");
        Assert.Equal("Waiting", ((RunbookRun)Assert.Single(result.Output).BaseObject).State);
        Assert.Contains("Complete-RunbookStep", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Empty(result.Errors);
    }
}
