using System.ComponentModel;
using System.Diagnostics;

namespace IncidentTools.Engine.Probes.Processes;

/// <param name="Command">Program and arguments as one text for matching and reading; null where the system does not show them.</param>
/// <param name="Program">The executable's file name.</param>
/// <param name="StartedAt">UTC, exact to about <see cref="ProcessList.Resolution"/>; null when the system does not say.</param>
internal sealed record ProcessInfo(int Pid, string Name, string? Program, string? Command, DateTimeOffset? StartedAt, long RssBytes, TimeSpan? Cpu)
{
    public int? ParentPid { get; init; }
    /// <summary>Ended and not yet collected by its parent: it does nothing any more.</summary>
    public bool IsZombie { get; init; }
}

/// <summary>The processes of this machine: from /proc on Linux, else from the runtime.</summary>
internal static class ProcessList
{
    /// <summary>How exactly start times are known: the kernel counts in hundredths of a second from boot.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(30);

    /// <summary>Whether the processes of other users can be seen (/proc may be mounted with hidepid).</summary>
    public static bool SeesAll => !OperatingSystem.IsLinux() || LinuxProcesses.SeesAll;

    public static IReadOnlyList<ProcessInfo> All(TimeProvider time, CancellationToken cancellation)
    {
        if (OperatingSystem.IsLinux()) return LinuxProcesses.All(time, cancellation);
        var list = new List<ProcessInfo>();
        foreach (var process in Process.GetProcesses())
        {
            cancellation.ThrowIfCancellationRequested();
            using (process)
                if (Read(process) is { } item) list.Add(item);
        }
        return list;
    }

    public static ProcessInfo? Find(int pid, TimeProvider time)
    {
        if (OperatingSystem.IsLinux()) return LinuxProcesses.Find(pid, time);
        try
        {
            using var process = Process.GetProcessById(pid);
            return Read(process);
        }
        catch (ArgumentException) { return null; } // no such process
        catch (InvalidOperationException) { return null; }
    }

    private static ProcessInfo? Read(Process process)
    {
        // of another user's processes some things are not shown: those stay null
        T? Try<T>(Func<T> get) where T : struct
        {
            try { return get(); }
            catch (Exception error) when (error is Win32Exception or InvalidOperationException or NotSupportedException or ArgumentOutOfRangeException) { return null; } // the last: no valid time
        }
        try
        {
            return process.HasExited ? null : new(process.Id, process.ProcessName, process.ProcessName, null, Try(() => new DateTimeOffset(process.StartTime).ToUniversalTime()), Try(() => process.WorkingSet64) ?? 0, Try(() => process.TotalProcessorTime));
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or NotSupportedException)
        {
            return Try(() => process.Id) is { } pid && Name(process) is { } name ? new(pid, name, name, null, null, 0, null) : null;
        }
    }

    private static string? Name(Process process)
    {
        try { return process.ProcessName; }
        catch (InvalidOperationException) { return null; }
    }
}
