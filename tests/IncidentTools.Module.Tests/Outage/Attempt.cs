using System.Diagnostics;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>One outage in a store of its own, driven by runners that are processes.</summary>
internal sealed class Attempt
{
    private const int Killed = 128 + 9;
    private readonly NginxOutage _outage;
    private readonly KillAt _kill;
    private readonly string _folder;

    public Attempt(NginxOutage outage, KillAt kill, string folder)
    {
        (_outage, _kill, _folder) = (outage, kill, folder);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(folder)!, "incidents.db*")) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        outage.Break();
    }

    /// <summary>False when the run was through before it came to that write.</summary>
    public bool Kill(int write, bool after)
    {
        var (code, errors) = Run(write, after);
        Assert.True(code is 0 or Killed && errors.Length == 0, $"exit code {code}: {errors}");
        return code == Killed;
    }

    /// <summary>Kills a runner from outside, once something is seen.</summary>
    public void KillWhen(Func<bool> seen)
    {
        using var process = Process.Start(Prepare(write: 0, after: false))!;
        process.StandardInput.Close();
        while (!seen() && !process.HasExited) Thread.Sleep(20);
        process.Kill();
        process.WaitForExit();
        Assert.Equal(Killed, process.ExitCode);
    }

    /// <summary>Goes as far as the approval of the restart.</summary>
    public void Approve()
    {
        using var host = Session();
        host.Run("""
            $run = (Invoke-Runbook -Incident 1 -Parameter @{ settle = '1s' } -IdempotencyKey outage -Patience 1m).Run
            $null = Complete-RunbookStep -Run $run -Step findings -Value @{ intruder = 'no'; changed = 'no' }; $null = Resume-RunbookRun $run -Patience 1m
            $null = Approve-RunbookStep -Run $run -Step drain; $null = Resume-RunbookRun $run -Patience 1m
            $null = Approve-RunbookStep -Run $run -Step restart; Disconnect-IncidentStore
            """);
    }

    public void CopyTo(Attempt other) => File.Copy(Path.Combine(_folder, "incidents.db"), Path.Combine(other._folder, "incidents.db"), overwrite: true);

    /// <summary>Another session that goes on to the end, here, and what it says then.</summary>
    public string[] Finish()
    {
        using var host = Session();
        var lines = host.Run($"& {{ {Runner.Script} }} '{_outage.Folder}'").Select(item => item.ToString()).ToArray();
        host.Run("Disconnect-IncidentStore");
        return lines;
    }

    /// <summary>A runner that nobody kills, and the number of its writes.</summary>
    public int Count()
    {
        Assert.False(Kill(0, after: false));
        return File.ReadAllLines(Path.Combine(_folder, "writes-0")).Length;
    }

    /// <summary>The steps that a person had to look at: only the load balancer's, which the runbook cannot ask.</summary>
    public string[] Doubts(string[] lines)
    {
        var doubts = lines.Where(line => line.StartsWith("doubt ", StringComparison.Ordinal)).Select(line => line["doubt ".Length..]).ToArray();
        Assert.All(doubts, doubt => Assert.Contains(doubt.Split(' ')[0], new[] { "drain", "undrain" }));
        return doubts;
    }

    /// <summary>The same steps with the same results as in a run that nobody killed, each effect once.</summary>
    public void Compare(string[] expected, string[] lines)
    {
        Assert.Equal(expected, lines.Where(line => !line.StartsWith("doubt ", StringComparison.Ordinal)));
        Assert.Equal((1, 200), (_outage.Restarts, _outage.Status()));
        Assert.Equal(["drain", "undrain"], _outage.Balancer);
        var ids = _outage.Messages.Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()).ToArray();
        Assert.Equal((2, 2), (ids.Length, ids.Distinct().Count())); // it does not answer; it answers again
    }

    public void Delete() => Directory.Delete(_folder, recursive: true);

    private ModuleHost Session()
    {
        var host = new ModuleHost();
        host.Run($"$PSDefaultParameterValues['*-*:Store'] = '{Path.Combine(_folder, "incidents.db")}'; $PSDefaultParameterValues['*-*:Workspace'] = '{_outage.Workspace}'");
        return host;
    }

    private (int Code, string Errors) Run(int write, bool after)
    {
        using var process = Process.Start(Prepare(write, after))!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        process.WaitForExit();
        // what a killed runner started may hold its output open: the runner's own end is what counts
        return (process.ExitCode, process.ExitCode == Killed ? "" : errors.Result);
    }

    private ProcessStartInfo Prepare(int write, bool after)
    {
        var start = ShellProcess.Prepare(ShellProcess.Program(), Path.Combine(_folder, "incidents.db"), "-NoProfile", "-NonInteractive", "-File", Path.Combine(_folder, "..", "runner.ps1"), _outage.Folder);
        start.Environment["INCIDENTTOOLS_WORKSPACE"] = _outage.Workspace;
        start.Environment["DOTNET_TieredPGO"] = "0"; // nobody measures a process that lives for seconds
        _kill.Set(start, write, after, Path.Combine(_folder, $"writes-{write}"));
        return start;
    }
}
