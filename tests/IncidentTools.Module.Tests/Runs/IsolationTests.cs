namespace IncidentTools.Module.Tests.Runs;

/// <summary>Scripts that do not end: in a process of their own they are ended, in this one they are said to live on.</summary>
[Collection("PATH")]
public sealed class IsolationTests : IDisposable
{
    private readonly RunHost _runs = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _runs.Dispose();
    }

    /// <summary>The Shell stands for pwsh where there is none.</summary>
    private void NeedPowerShell()
    {
        if ((_path ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "pwsh")))) return;
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the stand-in for pwsh is a Unix script");
        var folder = Directory.CreateDirectory(Path.Combine(_runs.Host.Folder, "bin")).FullName;
        var pwsh = Path.Combine(folder, "pwsh");
        File.WriteAllText(pwsh, $"#!/bin/sh\nexec dotnet '{ShellProcess.Program()}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(pwsh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", folder + Path.PathSeparator + _path);
    }

    private static string Script(string id, string text, string more) => $"- {{ id: {id}, phase: resolve, uses: script, with: {{ text: \"{text}\"{more.Split('|')[0]} }}, impact: none, approval: {{ min: 0 }}{more.Split('|')[1]} }}";

    [Fact]
    public void A_script_that_cannot_be_ended_is_in_doubt_said_to_live_on_and_the_run_goes_on()
    {
        _runs.Book("stuck", string.Join('\n', Script("stuck", "'before'; [Threading.Thread]::Sleep(60000)", "|, timeout: 1s"), Script("after", "6 * 7", "|")));
        var (output, errors) = _runs.Try("Invoke-Runbook stuck");
        var run = (RunbookRun)Assert.Single(output).BaseObject;
        Assert.Equal(("Waiting", "InDoubt"), (run.State, run.WaitReason));
        Assert.Equal(["RunInDoubt"], errors);
        Assert.Contains("still running in this process", _runs.Step(run.Run, "stuck").Message, StringComparison.Ordinal);
        _runs.Host.Run($"Resolve-RunbookStep -Run {run.Run} -Outcome Done");
        Assert.Equal("Succeeded", _runs.Resume(run.Run).State);
        Assert.Equal(42L, _runs.Step(run.Run, "after").Value);
    }

    [Fact]
    public void A_script_that_cannot_be_ended_does_not_keep_its_session_alive()
    {
        _runs.Book("stuck", Script("stuck", "[Threading.Thread]::Sleep(3000000)", "|, timeout: 1s"));
        // had it to wait for the script, this would take 50 minutes
        Assert.Equal(0, ShellProcess.Run(_runs.Store, "-NoProfile", "-NonInteractive", "-Command", $"Invoke-Runbook stuck -Workspace '{_runs.Workspace}' -ErrorAction SilentlyContinue; exit 0").Code);
        Assert.Equal("InDoubt", Assert.Single(_runs.Host.Run("Get-RunbookRun")).Properties["WaitReason"].Value);
    }

    [Fact]
    public void In_a_process_of_its_own_it_is_ended_and_the_process_is_on_record()
    {
        NeedPowerShell();
        _runs.Book("stuck", Script("stuck", "$PID; [Threading.Thread]::Sleep(600000)", ", isolation: process|, timeout: 8s"));
        var (output, _) = _runs.Try("Invoke-Runbook stuck");
        var run = (RunbookRun)Assert.Single(output).BaseObject;
        Assert.Equal(("Waiting", "InDoubt"), (run.State, run.WaitReason));
        var started = _runs.Host.Run($"(Get-IncidentJournal '$run-{run.Run}' -Type step.started).Data");
        Assert.Single(started);
        var step = _runs.Step(run.Run, "stuck");
        Assert.DoesNotContain("still running", step.Message, StringComparison.Ordinal);
        Assert.Contains("no result within 8s", step.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_of_its_own_gives_typed_values_and_takes_them()
    {
        NeedPowerShell();
        _runs.Book("typed", "- { id: typed, phase: resolve, uses: script, with: { text: \"param($list) $list.Count; [TimeSpan]::FromSeconds(90); $list[1]; @{ a = @(1, 'x') }\", isolation: process, parameters: { list: [1, \"'; exit 9; '\"]} }, impact: none, approval: { min: 0 } }");
        var run = _runs.Invoke("typed");
        Assert.Equal("Succeeded", run.State);
        var value = Assert.IsType<IReadOnlyList<object?>>(_runs.Step(run.Run, "typed").Value, exactMatch: false);
        Assert.Equal(2L, value[0]);
        Assert.Equal([TimeSpan.FromSeconds(90), "'; exit 9; '"], value.Skip(1).Take(2));
    }
}
