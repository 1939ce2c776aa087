using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Probes.Processes;

/// <summary>Reads /proc. A process may end between two reads: then it is not there.</summary>
internal static class LinuxProcesses
{
    // USER_HZ, in which the kernel tells times to programs: 100 on every architecture .NET runs on
    private const int TicksPerSecond = 100;

    /// <summary>The first process belongs to root: who cannot read it sees only their own.</summary>
    public static bool SeesAll
    {
        get
        {
            try { return File.ReadAllText("/proc/1/stat").Length > 0; }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return false; }
        }
    }

    public static IReadOnlyList<ProcessInfo> All(TimeProvider time, CancellationToken cancellation)
    {
        var boot = Boot(time);
        var list = new List<ProcessInfo>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            cancellation.ThrowIfCancellationRequested();
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Read(pid, boot) is { } process) list.Add(process);
        }
        return list;
    }

    public static ProcessInfo? Find(int pid, TimeProvider time) => Read(pid, Boot(time));

    /// <summary>The moment of boot by today's clock. Not btime of /proc/stat: that has whole seconds only.</summary>
    private static DateTimeOffset Boot(TimeProvider time)
    {
        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        return time.GetUtcNow() - TimeSpan.FromSeconds(uptime);
    }

    private static ProcessInfo? Read(int pid, DateTimeOffset boot)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // the name stands in brackets and may itself hold brackets and spaces
            var (open, close) = (stat.IndexOf('(', StringComparison.Ordinal), stat.LastIndexOf(')'));
            var fields = stat[(close + 2)..].Split(' ');
            long Number(int field) => long.Parse(fields[field - 3], CultureInfo.InvariantCulture);
            var arguments = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return new(pid, stat[(open + 1)..close], arguments.Length > 0 ? Path.GetFileName(arguments[0]) : null, arguments.Length > 0 ? string.Join(' ', arguments) : null,
                boot + TimeSpan.FromSeconds((double)Number(22) / TicksPerSecond), Number(24) * Environment.SystemPageSize, TimeSpan.FromSeconds((double)(Number(14) + Number(15)) / TicksPerSecond))
            {
                ParentPid = (int)Number(4), IsZombie = fields[0] is "Z" or "X",
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return null; }
    }
}
