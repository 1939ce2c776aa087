using System.Diagnostics;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>Runners that are processes over one store, each of which may be killed; and a session that goes on where they were stopped.</summary>
/// <param name="folder">Has the store.</param>
/// <param name="script">What a runner does, killed or not: it finds out what is left to do.</param>
/// <param name="arguments">Of the script.</param>
internal sealed class MortalRunner(KillAt kill, string folder, string workspace, string script, params string[] arguments)
{
    private const int Killed = 128 + 9;

    public string Store { get; } = Path.Combine(folder, "incidents.db");

    /// <summary>False when the run was through, or waited for somebody, before it came to that write.</summary>
    public bool Kill(KillPoint point)
    {
        using var process = Process.Start(Prepare(point))!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        process.WaitForExit();
        // what a killed runner started may hold its output open: the runner's own end is what counts
        var text = process.ExitCode == Killed ? "" : errors.Result;
        Assert.True(process.ExitCode is 0 or Killed, $"exit code {process.ExitCode}: {text}");
        return process.ExitCode == Killed;
    }

    /// <summary>Kills a runner from outside, once something is seen.</summary>
    public void KillWhen(Func<bool> seen)
    {
        using var process = Process.Start(Prepare(KillPoint.Never))!;
        process.StandardInput.Close();
        while (!seen() && !process.HasExited) Thread.Sleep(20);
        process.Kill();
        process.WaitForExit();
        Assert.Equal(Killed, process.ExitCode);
    }

    /// <summary>A runner that nobody kills, and the number of its writes.</summary>
    public int Count()
    {
        Assert.False(Kill(KillPoint.Never));
        return File.ReadAllLines(Path.Combine(folder, "writes-0")).Length;
    }

    /// <summary>Another session that goes on to the end, here, and what it says then.</summary>
    public string[] Finish()
    {
        using var host = Session();
        var lines = host.Run($"& {{ {script} }} {string.Join(' ', arguments.Select(argument => $"'{argument}'"))}").Select(item => item.ToString()).ToArray();
        host.Run("Disconnect-IncidentStore");
        return lines;
    }

    public ModuleHost Session()
    {
        var host = new ModuleHost();
        host.Run($"$PSDefaultParameterValues['*-*:Store'] = '{Store}'; $PSDefaultParameterValues['*-*:Workspace'] = '{workspace}'");
        return host;
    }

    private ProcessStartInfo Prepare(KillPoint point)
    {
        var file = Path.Combine(folder, "runner.ps1");
        File.WriteAllText(file, script);
        var start = ShellProcess.Prepare(ShellProcess.Program(), Store, ["-NoProfile", "-NonInteractive", "-File", file, .. arguments]);
        start.Environment["INCIDENTTOOLS_WORKSPACE"] = workspace;
        start.Environment["DOTNET_TieredPGO"] = "0"; // nobody measures a process that lives for seconds
        kill.Set(start, point.Write, point.Moment, Path.Combine(folder, $"writes-{point.Write}"));
        return start;
    }
}
