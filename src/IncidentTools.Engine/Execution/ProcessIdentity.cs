using System.ComponentModel;
using System.Diagnostics;

namespace IncidentTools.Engine.Execution;

public enum ProcessLife { Lives, Gone, Unknown }

/// <summary>
/// A process as <c>step.started</c> names it. After a crash of the runner its successor asks whether it still lives, and awaits or ends it, before
/// it asks what became of the attempt.
/// </summary>
public sealed record ProcessIdentity(int Pid, DateTimeOffset StartedAt, string Host)
{
    /// <summary>Start times are counted from the machine's start and shown by its clock; both are rounded, and the clock is corrected a little at times.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2), Poll = TimeSpan.FromMilliseconds(100), MostKilling = TimeSpan.FromSeconds(5);

    public static ProcessIdentity Here(int pid, DateTimeOffset startedAt) => new(pid, startedAt, Environment.MachineName);

    /// <summary>Unknown on another machine, and where the process exists but its start cannot be read.</summary>
    public ProcessLife Life()
    {
        if (!string.Equals(Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase)) return ProcessLife.Unknown;
        if (!OperatingSystem.IsWindows() && ProcessTable.Find(Pid) is not { Ended: false }) return ProcessLife.Gone;
        try
        {
            using var process = Process.GetProcessById(Pid);
            if (OperatingSystem.IsWindows() && process.HasExited) return ProcessLife.Gone;
            return StartOf(process) is not { } start ? ProcessLife.Unknown : (start - StartedAt).Duration() <= Tolerance ? ProcessLife.Lives : ProcessLife.Gone;
        }
        catch (ArgumentException) { return ProcessLife.Gone; }
        catch (InvalidOperationException) { return ProcessLife.Gone; }
        catch (Win32Exception) { return ProcessLife.Unknown; }
    }

    /// <summary>Waits until it has ended, at most so long.</summary>
    public async Task<ProcessLife> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var life = Life();
            if (life != ProcessLife.Lives || time.GetElapsedTime(began) >= limit) return life;
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Asks it and everything below it to end, and after the grace ends them. Touches nothing unless the process is known to be that one.</summary>
    public async Task<ProcessLife> EndAsync(TimeSpan grace, TimeProvider time, CancellationToken cancellation)
    {
        if (Life() is not ProcessLife.Lives and var life) return life;
        if (OperatingSystem.IsWindows())
        {
            try
            {
                using var process = Process.GetProcessById(Pid);
                WindowsTree.End(process);
            }
            catch (Exception error) when (error is ArgumentException or InvalidOperationException) { }
            return await WaitAsync(MostKilling, time, cancellation).ConfigureAwait(false);
        }
        var tree = new ProcessTree(Pid, []);
        tree.Ask();
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < grace && !tree.IsGone()) await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        await tree.EndAsync(time, MostKilling).ConfigureAwait(false);
        return Life();
    }

    /// <summary>Null when it cannot be read: the process has ended or is only just there, or belongs to somebody whose processes we may not look at.</summary>
    internal static DateTimeOffset? StartOf(Process process)
    {
        try { return new DateTimeOffset(process.StartTime.ToUniversalTime()); }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or NotSupportedException or ArgumentOutOfRangeException) { return null; }
    }

    internal static DateTimeOffset? StartOf(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return StartOf(process);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException) { return null; }
    }
}
