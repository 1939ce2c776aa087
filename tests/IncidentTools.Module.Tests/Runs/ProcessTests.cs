namespace IncidentTools.Module.Tests.Runs;

/// <summary>Runs across processes: exit codes of a scheduled task, one holder at a time, and runners that die.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    private static string Wrapper()
    {
        var file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "..", "..", "..", "examples", "scheduled-runbook.ps1"));
        Assert.SkipUnless(File.Exists(file), "needs the repository's examples");
        return file;
    }

    private (int Code, string Output, string Errors) Scheduled(params string[] arguments) => ShellProcess.Run(_runs.Store, ["-NoProfile", "-NonInteractive", "-File", Wrapper(), arguments[0], _runs.Workspace, .. arguments[1..]]);

    [Fact]
    public void A_scheduled_task_ends_with_the_exit_code_of_its_run()
    {
        _runs.Book("succeeds", RunHost.Good);
        _runs.Book("fails", RunHost.Bad);
        _runs.Book("half", string.Join('\n', RunHost.Bad.Replace("with:", "onFailure: continue, with:", StringComparison.Ordinal), RunHost.Good));
        _runs.Book("waits", RunHost.Ask);
        _runs.Book("doubt", RunHost.Sleep("slow", ", timeout: 300ms"));
        Assert.Equal(0, Scheduled("succeeds").Code);
        var failed = Scheduled("fails");
        Assert.Equal(1, failed.Code);
        Assert.Contains("The lamp is out", failed.Errors, StringComparison.Ordinal);
        Assert.Equal(1, Scheduled("nothing-of-that-name").Code);
        Assert.Equal(2, Scheduled("half").Code);
        Assert.Equal(3, Scheduled("waits").Code);
        var doubt = Scheduled("doubt");
        Assert.Equal(4, doubt.Code);
        Assert.Contains("Resolve-RunbookStep", doubt.Errors, StringComparison.Ordinal);
        Assert.Equal(6, Host.Run("Get-RunbookRun").Count + 1); // the unknown one left none
    }

    [Fact]
    public void One_process_holds_a_run_and_the_other_says_who()
    {
        _runs.Book("long", string.Join('\n', RunHost.Sleep("slow", seconds: 600), RunHost.Good));
        using var first = ShellProcess.Start(_runs.Store, "-File", Wrapper(), "long", _runs.Workspace, "", "once");
        try
        {
            var run = Started();
            var second = Scheduled("long", "", "once");
            Assert.Equal(5, second.Code);
            var seen = _runs.Resume(run);
            Assert.Equal(("Running", 5), (seen.State, seen.ExitCode));
            Assert.Contains($"(process {first.Id})", seen.Holder, StringComparison.Ordinal);
            Assert.Equal("RunHeld", Host.ErrorId($"Invoke-RunbookStep {run}"));
            Assert.Equal(5, Host.Run<RunbookRun>($"Wait-RunbookRun {run} -TimeoutSec 1").ExitCode);
            var stopped = Host.Run<RunbookRun>($"Stop-RunbookRun {run} -Reason 'wrong lamp'"); // its runner does it
            Assert.Equal(("Cancelled", null), (Host.Run<RunbookRun>($"Wait-RunbookRun {run}").State, stopped.Holder));
            first.WaitForExit();
            Assert.Equal(1, first.ExitCode);
        }
        finally { if (!first.HasExited) ShellProcess.Kill(first); }
        Assert.True(Host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_run_whose_runner_was_killed_is_offered_and_its_step_is_in_doubt_never_repeated()
    {
        _runs.Book("long", string.Join('\n', RunHost.Sleep("slow", ", timeout: 2s", seconds: 600), RunHost.Good));
        using var first = ShellProcess.Start(_runs.Store, "-File", Wrapper(), "long", _runs.Workspace);
        var run = Started();
        ShellProcess.Kill(first);
        first.WaitForExit();
        var left = Host.Run<RunbookRun>($"Get-RunbookRun {run}");
        Assert.Equal(("Running", null, 4), (left.State, left.Holder, left.ExitCode));
        Assert.Equal($"Resume-RunbookRun {run}", Host.Text("(Get-IncidentNextStep).Command"));
        var (output, errors) = _runs.Try($"Resume-RunbookRun {run}");
        Assert.Equal("InDoubt", ((RunbookRun)Assert.Single(output).BaseObject).WaitReason);
        Assert.Equal(["RunInDoubt"], errors);
        Host.Run($"Resolve-RunbookStep -Run {run} -Outcome Done");
        Assert.Equal("Succeeded", _runs.Resume(run).State);
        Assert.Equal(1, _runs.Step(run, "slow").Attempt);
    }

    /// <summary>The run that another process started, once its step is under way.</summary>
    private string Started()
    {
        for (var look = 0; look < 600; look++)
        {
            var runs = Host.Run("Get-RunbookRun").Select(item => (RunbookRun)item.BaseObject).ToArray();
            if (runs is [{ Step: "slow" } run] && Host.Run($"Get-IncidentJournal '$run-{run.Run}' -Type step.intended").Count > 0) return run.Run;
            Thread.Sleep(100);
        }
        Assert.Fail("the other process started no run within a minute");
        return "";
    }
}
