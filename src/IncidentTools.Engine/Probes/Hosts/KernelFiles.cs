using System.Globalization;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>Files of /proc and /sys as they were at one moment. One that is not there, or may not be read, has no text.</summary>
internal sealed class KernelSnapshot(IReadOnlyDictionary<string, string> files)
{
    public string? this[string path] => files.GetValueOrDefault(path);

    public string Require(string path) => this[path] ?? throw new CannotCheckException(ProbeErrors.Unreadable, $"{path} could not be read");

    /// <summary>Seconds since boot by that machine's own clock: what rates are worked out with.</summary>
    public double Seconds => double.TryParse(Require(KernelFiles.Uptime).Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
        ? seconds : throw new CannotCheckException(ProbeErrors.Unreadable, $"{KernelFiles.Uptime} could not be understood");
}

/// <summary>Reads what the kernel says of this machine or another one, in one go.</summary>
internal static class KernelFiles
{
    public const string Uptime = "/proc/uptime";
    private const int MaxBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private const string Mark = "==> ";
    private const string Script = "for f in \"$@\"; do [ -r \"$f\" ] || continue; printf '\\n" + Mark + "%s\\n' \"$f\"; cat \"$f\" 2>/dev/null; done; exit 0";

    /// <exception cref="CannotCheckException">Not Linux, or the other machine gave no answer.</exception>
    public static async Task<KernelSnapshot> ReadAsync(ProbeContext context, IEnumerable<string> paths, CancellationToken cancellation)
    {
        string[] all = [Uptime, .. paths.Distinct(StringComparer.Ordinal)];
        if (context.Remote is null) return OperatingSystem.IsLinux() ? new KernelSnapshot(Here(all)) : throw new CannotCheckException(ProbeErrors.NotSupported, "this system does not say it");
        var result = await Elsewhere.AskAsync(context, Limit, MaxBytes, cancellation, Script, all).ConfigureAwait(false);
        var there = Split(result.Output);
        return there.ContainsKey(Uptime) ? new KernelSnapshot(there) : throw Elsewhere.NotSupported("only Linux says it", context);
    }

    private static Dictionary<string, string> Here(IEnumerable<string> paths)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in paths)
            // pressure may be switched off, a control group may end: then it is not there
            try { files[path] = File.ReadAllText(path); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
        return files;
    }

    /// <summary>The script's output: each file after a line with its name.</summary>
    internal static Dictionary<string, string> Split(string output)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in ("\n" + output).Split("\n" + Mark).Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            if (end > 0) files[part[..end].TrimEnd('\r')] = part[(end + 1)..];
        }
        return files;
    }

    /// <summary><c>name value</c> lines, as of vmstat, cpu.stat and memory.events.</summary>
    public static IReadOnlyDictionary<string, long> Counters(string? text)
    {
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in (text ?? "").Split('\n'))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, var number, ..] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) values[name.TrimEnd(':')] = value;
        return values;
    }
}
