using System.Globalization;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>
/// A control group (version 2) and those above it: a limit of any of them holds, so all are read. On machines that still have version 1 no limit is known.
/// </summary>
internal sealed class ControlGroup
{
    private const string Root = "/sys/fs/cgroup", OwnFile = "/proc/self/cgroup";
    private readonly IReadOnlyList<string> _folders;

    private ControlGroup(IReadOnlyList<string> folders) => _folders = folders;

    /// <summary>The one that is named, or that of this process; on another machine the whole machine's.</summary>
    public static async Task<ControlGroup> OfAsync(Arguments with, ProbeContext context, CancellationToken cancellation)
    {
        if (with.TextOrNull("cgroup") is { } named) return new ControlGroup(Above(named));
        if (context.Remote is not null) return new ControlGroup([]);
        var files = await KernelFiles.ReadAsync(context, [OwnFile], cancellation).ConfigureAwait(false);
        var own = files[OwnFile]?.Split('\n').FirstOrDefault(line => line.StartsWith("0::/", StringComparison.Ordinal));
        return new ControlGroup(own is null ? [] : Above(own["0::".Length..]));
    }

    /// <summary>From the group itself up to the topmost; the root of all has no limits, but in a container what looks like the root may have.</summary>
    internal static IReadOnlyList<string> Above(string path)
    {
        var bare = path.StartsWith(Root + "/", StringComparison.Ordinal) ? path[Root.Length..] : path;
        var parts = bare.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Any(part => part is "." or "..") || path.Contains('\n', StringComparison.Ordinal)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{path}' is not the path of a control group");
        return [.. Enumerable.Range(0, parts.Length + 1).Select(length => string.Join('/', [Root, .. parts[..^length]]))];
    }

    public IEnumerable<string> Files(params string[] names) => _folders.SelectMany(folder => names.Select(name => $"{folder}/{name}"));

    /// <summary>The tightest quota, in cores; null = none.</summary>
    public double? Quota(KernelSnapshot now) => _folders.Select(folder => now[$"{folder}/cpu.max"]?.Split(' ')).Select(words =>
        words is [var quota, var period] && double.TryParse(quota, NumberStyles.Float, CultureInfo.InvariantCulture, out var most) && double.TryParse(period, NumberStyles.Float, CultureInfo.InvariantCulture, out var of) && of > 0 ? most / of : (double?)null).Min();

    /// <summary>Share of the periods since then in which a group was held back, of the group where it is worst; null = no quota, or no period passed.</summary>
    public double? ThrottledPercent(KernelSnapshot before, KernelSnapshot now) => _folders.Select(folder =>
    {
        var (then, after) = (KernelFiles.Counters(before[$"{folder}/cpu.stat"]), KernelFiles.Counters(now[$"{folder}/cpu.stat"]));
        var periods = after.GetValueOrDefault("nr_periods") - then.GetValueOrDefault("nr_periods");
        return periods > 0 ? Math.Round(100d * (after.GetValueOrDefault("nr_throttled") - then.GetValueOrDefault("nr_throttled")) / periods, 1) : (double?)null;
    }).Max();

    /// <summary>The group nearest to its limit of memory; null = no limit.</summary>
    public GroupMemory? Memory(KernelSnapshot now) => _folders.Select(folder => Memory(folder, now)).Where(group => group is not null).MaxBy(group => group!.UsedPercent);

    /// <summary>Processes that were ended for want of memory, in the group or anywhere below it.</summary>
    public long? OomKills(KernelSnapshot now) => _folders.Select(folder => now[$"{folder}/memory.events"]).Select(text => text is null ? (long?)null : KernelFiles.Counters(text).GetValueOrDefault("oom_kill")).FirstOrDefault(count => count is not null);

    /// <summary>Its own file of pressure, if there is one.</summary>
    public string? Pressure(KernelSnapshot now, string resource) => _folders.Count > 0 ? now[$"{_folders[0]}/{resource}.pressure"] : null;

    private static GroupMemory? Memory(string folder, KernelSnapshot now)
    {
        if (!long.TryParse(now[$"{folder}/memory.max"]?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit <= 0) return null;
        if (!long.TryParse(now[$"{folder}/memory.current"]?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var current)) return null;
        // cached files that nobody uses are given up before anything is ended
        var used = Math.Max(0, current - KernelFiles.Counters(now[$"{folder}/memory.stat"]).GetValueOrDefault("inactive_file"));
        return new GroupMemory(folder, limit, used, Math.Round(100d * used / limit, 1));
    }
}

/// <param name="UsedBytes">Without file cache that can be given up.</param>
internal sealed record GroupMemory(string Folder, long LimitBytes, long UsedBytes, double UsedPercent);
