using System.Management.Automation;
using System.Text.Json;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>Ctrl+C at any moment.</summary>
public sealed class StopTests : IDisposable
{
    private readonly RunHost _runs = new();
    private ModuleHost Host => _runs.Host;
    public void Dispose() => _runs.Dispose();

    [Fact]
    public void Stopping_in_the_middle_of_a_step_leaves_a_run_that_resumes_and_no_program()
    {
        _runs.Book("lamp", string.Join('\n', RunHost.Sleep("slow", seconds: 611), RunHost.Good));
        using (var shell = PowerShell.Create())
        {
            shell.Runspace = Host.Runspace;
            shell.AddScript("Invoke-Runbook lamp");
            var running = shell.BeginInvoke();
            using var watcher = _runs.Other();
            for (var look = 0; look < 600 && watcher.Run("Get-IncidentJournal -Type step.started").Count == 0; look++) Thread.Sleep(50);
            shell.Stop();
            Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
            Assert.ThrowsAny<Exception>(() => shell.EndInvoke(running));
        }
        var run = Host.Run<RunbookRun>("Get-RunbookRun");
        Assert.Equal(("Running", null), (run.State, run.Holder)); // nobody holds it
        var program = JsonDocument.Parse(Host.Run<JournalEntry>("Get-IncidentJournal -Type step.started").Data).RootElement.GetProperty("pid").GetInt32();
        Assert.ThrowsAny<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(program));
        var (output, errors) = _runs.Try($"Resume-RunbookRun {run.Run}");
        Assert.Equal("InDoubt", ((RunbookRun)Assert.Single(output).BaseObject).WaitReason);
        Assert.Equal(["RunInDoubt"], errors);
        Host.Run($"Resolve-RunbookStep -Run {run.Run} -Outcome Done");
        Assert.Equal("Succeeded", _runs.Resume(run.Run).State);
    }

    [Fact]
    public void Stopping_while_a_timer_is_awaited_leaves_the_run_waiting_for_it()
    {
        _runs.Book("lamp", "- { id: rest, phase: verify, uses: wait, with: { for: 90s } }");
        using var shell = PowerShell.Create();
        shell.Runspace = Host.Runspace;
        shell.AddScript("Invoke-Runbook lamp -Patience 1h");
        var running = shell.BeginInvoke();
        using var watcher = _runs.Other();
        for (var look = 0; look < 600 && watcher.Run("Get-IncidentJournal -Type wait.opened").Count == 0; look++) Thread.Sleep(50);
        shell.Stop();
        Assert.ThrowsAny<Exception>(() => shell.EndInvoke(running));
        var run = Host.Run<RunbookRun>("Get-RunbookRun");
        Assert.Equal(("Waiting", "Timer", null), (run.State, run.WaitReason, run.Holder));
        Assert.Equal("Waiting", Host.Run<RunbookRun>($"Resume-RunbookRun {run.Run} -Patience 1s").State); // not due within that: it stays parked
    }
}
