using System.Management.Automation;

namespace IncidentTools.Module.Tests.Runs;

/// <summary>Nothing runs in a higher language mode than the caller's.</summary>
public sealed class LanguageTests : IDisposable
{
    private readonly RunHost _runs = new();
    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData(PSLanguageMode.ConstrainedLanguage), InlineData(PSLanguageMode.NoLanguage)]
    public void Limited_callers_run_probes_and_programs_and_no_script(PSLanguageMode mode)
    {
        _runs.Book("scripted", $"- {{ id: script, phase: resolve, uses: script, impact: none, with: {{ text: '[IO.File]::WriteAllText(\"{_runs.Canary.Replace('\\', '/')}\", \"here\")' }} }}");
        _runs.Book("plain", string.Join('\n', RunHost.Good, RunHost.Ask));
        var policy = Path.Combine(_runs.Workspace, "policy.yaml");
        File.WriteAllText(policy, File.ReadAllText(policy).Replace("high:   { by: [incident-commander], min: 1,", "high:   { min: 0,", StringComparison.Ordinal));
        Assert.Equal("Succeeded", _runs.Invoke("scripted").State); // the same script runs for a caller that may
        Assert.True(File.Exists(_runs.Canary));
        File.Delete(_runs.Canary);
        using var limited = new ModuleHost(language: mode);
        RunbookRun Invoke(string command, params (string Name, object? Value)[] parameters)
        {
            using var shell = PowerShell.Create();
            shell.Runspace = limited.Runspace;
            shell.AddCommand(command).AddParameter("Store", _runs.Store).AddParameter("Workspace", _runs.Workspace);
            foreach (var (name, value) in parameters) shell.AddParameter(name, value);
            var output = shell.Invoke();
            return output[0].BaseObject as RunbookRun ?? _runs.Host.Run<RunbookRun>("Get-RunbookRun -State Open");
        }
        Assert.Equal("Failed", Invoke("Invoke-Runbook", ("Name", "scripted")).State);
        Assert.False(File.Exists(_runs.Canary));
        Assert.StartsWith("LanguageModeRestricted", _runs.Host.Text("(Get-RunbookRun -State Failed | Get-RunbookStep).Message"), StringComparison.Ordinal);
        var run = Invoke("Invoke-Runbook", ("Name", "plain"));
        Assert.Equal("Waiting", run.State);
        Invoke("Complete-RunbookStep", ("Run", run.Run), ("Outcome", "eu"));
        Assert.Equal("Succeeded", Invoke("Resume-RunbookRun", ("Run", run.Run)).State);
    }
}
