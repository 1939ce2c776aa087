using System.Diagnostics;
using System.Globalization;

namespace IncidentTools.Engine.Execution;

/// <param name="Start">Tells this process from a later one with the same id; opaque.</param>
/// <param name="Ended">A zombie: it has ended and nobody has asked for its exit code yet.</param>
internal readonly record struct ProcessRow(int Pid, int Parent, string Start, bool Ended);

/// <summary>The processes of a Unix machine: from <c>/proc</c>, else from <c>ps</c>.</summary>
internal static class ProcessTable
{
    public static IReadOnlyList<ProcessRow> Read() => OperatingSystem.IsLinux() ? [.. FromProc()] : FromPs();

    public static ProcessRow? Find(int pid) => OperatingSystem.IsLinux() ? FromProc(pid) : FromPs().Where(row => row.Pid == pid).Select(row => (ProcessRow?)row).FirstOrDefault();

    private static IEnumerable<ProcessRow> FromProc()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && FromProc(pid) is { } row) yield return row;
    }

    private static ProcessRow? FromProc(int pid)
    {
        try
        {
            // the name in parentheses may hold anything, parentheses and blanks too
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessRow(pid, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[19], fields[0] is "Z" or "X");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return null; } // gone while we looked
    }

    internal static IReadOnlyList<ProcessRow> FromPs()
    {
        var start = new ProcessStartInfo("/bin/ps") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-A", "-o", "pid=", "-o", "ppid=", "-o", "stat=", "-o", "lstart=" }) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(parts => parts.Length == 4)
            .Select(parts => new ProcessRow(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), parts[3], parts[2].StartsWith('Z')))];
    }

    /// <summary>Processes that hold the write end of one of these pipes (<c>pipe:[123]</c>) and so were started below whoever was given it. Linux only; those of other users cannot be seen.</summary>
    public static IEnumerable<ProcessRow> Holding(IReadOnlyCollection<string> pipes)
    {
        if (!OperatingSystem.IsLinux() || pipes.Count == 0) yield break;
        foreach (var row in FromProc())
            if (row.Pid != Environment.ProcessId && !row.Ended && Holds(row.Pid, pipes)) yield return row;
    }

    private static bool Holds(int pid, IReadOnlyCollection<string> pipes)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/fd").Any(link => new FileInfo(link).LinkTarget is { } target && pipes.Contains(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return false; }
    }
}
