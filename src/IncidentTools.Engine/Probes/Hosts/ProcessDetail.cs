using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>What a process holds and whose it is; null where this account may not see it.</summary>
/// <param name="File">The program's file; " (deleted)" after it when that is gone: an update, or something that hides.</param>
internal sealed record ProcessDetail(string? User, string? File, long? Handles, long? Threads)
{
    private const string Passwd = "/etc/passwd";

    public static ProcessDetail Of(int pid) => OperatingSystem.IsLinux() ? Linux(pid) : Runtime(pid);

    private static ProcessDetail Linux(int pid)
    {
        var status = Try(() => System.IO.File.ReadAllLines($"/proc/{pid}/status")) ?? [];
        string? Line(string name) => status.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();
        return new ProcessDetail(Line("Uid")?.Split('\t')[0] is { } uid ? UserName(uid) : null, Try(() => new FileInfo($"/proc/{pid}/exe").LinkTarget),
            Try(() => (object)(long)Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count()) as long?, long.TryParse(Line("Threads"), NumberStyles.None, CultureInfo.InvariantCulture, out var threads) ? threads : null);
    }

    private static ProcessDetail Runtime(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return new ProcessDetail(null, Try(() => process.MainModule?.FileName), Try(() => (object)(long)process.HandleCount) as long?, Try(() => (object)(long)process.Threads.Count) as long?);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or Win32Exception) { return new ProcessDetail(null, null, null, null); }
    }

    /// <summary>Of /etc/passwd; accounts of a directory keep their number.</summary>
    private static string UserName(string uid) => (Try(() => System.IO.File.ReadAllLines(Passwd)) ?? []).Select(line => line.Split(':')).FirstOrDefault(parts => parts.Length > 2 && parts[2] == uid)?[0] ?? uid;

    /// <summary>A name of /etc/passwd, or a number.</summary>
    public static bool IsAccount(string user) => user.All(char.IsAsciiDigit) || (Try(() => System.IO.File.ReadAllLines(Passwd)) ?? []).Any(line => line.StartsWith(user + ":", StringComparison.Ordinal));

    private static T? Try<T>(Func<T?> read) where T : class
    {
        try { return read(); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception or InvalidOperationException or NotSupportedException) { return null; }
    }
}
