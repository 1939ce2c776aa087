using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>Memory that can be had, swap, pages fetched from disk, and what was ended for want of memory. An earlier value, given as <c>previous</c>, says since when.</summary>
internal sealed class MemoryProbe() : Probe("probe.memory", "Whether memory is short: what is available, swap, major faults, processes ended for want of it, a container's limit.", Shape,
    "totalBytes", "availableBytes", "availablePercent", "swapUsedPercent", "majorFaultsPerSecond", "oomKills", "oomKillsSince", "limitBytes", "limitUsedPercent", "commitPercent")
{
    private const string Meminfo = "/proc/meminfo", Vmstat = "/proc/vmstat";
    private static readonly string[] Limits = ["warnAvailablePercent", "minAvailablePercent", "warnSwapPercent", "warnMajorFaults", "maxMajorFaults", "warnLimitPercent", "maxLimitPercent"];

    private static readonly ObjectShape Shape = new("probe.memory",
        Optional("sample", Shapes.Duration with { Min = 0.1, Max = 60 }, "how long faults are counted", TimeSpan.FromSeconds(2)),
        Optional("warnAvailablePercent", Number with { Min = 0, Max = 100 }, "less available memory is a warning", 10d),
        Optional("minAvailablePercent", Number with { Min = 0, Max = 100 }, "less available memory fails", 3d),
        Optional("warnSwapPercent", Number with { Min = 0, Max = 100 }, "more swap in use is a warning", 80d),
        Optional("warnMajorFaults", Number with { Min = 0 }, "more pages a second fetched from disk are a warning (Linux)", 1000d),
        Optional("maxMajorFaults", Number with { Min = 0 }, "more fail (Linux)"),
        Optional("warnLimitPercent", Number with { Min = 0, Max = 100 }, "more of a container's limit in use is a warning (Linux control groups, version 2)", 90d),
        Optional("maxLimitPercent", Number with { Min = 0, Max = 100 }, "more of it fails", 97d),
        Optional("previous", new AnyShape(), "the value of an earlier probe.memory: processes ended since then fail"),
        Optional("cgroup", Text, "control group whose limit counts, below /sys/fs/cgroup: system.slice/shop.service; default this process's own"));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in Limits) found.Threshold(name, with[name]);
        if (with.TextOrNull("cgroup") is { } named) _ = ControlGroup.Above(named);
        found.Unit = "%";
        if (OperatingSystem.IsWindows() && context.Remote is null)
        {
            Tell(WindowsHost.Memory(), with, found);
            return;
        }
        var group = await ControlGroup.OfAsync(with, context, cancellation).ConfigureAwait(false);
        string[] paths = [Meminfo, Vmstat, .. group.Files("memory.max", "memory.current", "memory.stat", "memory.events")];
        var first = await KernelFiles.ReadAsync(context, paths, cancellation).ConfigureAwait(false);
        await Task.Delay(with.Duration("sample") ?? TimeSpan.FromSeconds(2), context.Time, cancellation).ConfigureAwait(false);
        var last = await KernelFiles.ReadAsync(context, paths, cancellation).ConfigureAwait(false);
        Faults(first, last, with, found);
        Kills(first, last, group, with, found);
        if (group.Memory(last) is { } limit) Limit(limit, with, found);
        Tell(MemoryReading.Parse(last.Require(Meminfo)), with, found);
    }

    private static void Tell(MemoryReading memory, Arguments with, Findings found)
    {
        (found["totalBytes"], found["availableBytes"], found["availablePercent"], found["swapUsedPercent"], found["commitPercent"]) = (memory.Total, memory.Available, memory.AvailablePercent, memory.SwapUsedPercent, memory.CommitPercent);
        var left = $"{Say.Number(memory.AvailablePercent)} % of {Say.Bytes(memory.Total)} is available";
        if (memory.AvailablePercent < with.Number("minAvailablePercent")) found.Fail(ProbeErrors.LowMemory, left);
        else if (memory.AvailablePercent < with.Number("warnAvailablePercent")) found.Warn(ProbeErrors.LowMemory, left);
        if (memory.SwapUsedPercent is { } swap && swap > with.Number("warnSwapPercent")) found.Warn(ProbeErrors.Swapping, $"{Say.Number(swap)} % of the swap is in use");
        found.Pass(left);
    }

    private static void Faults(KernelSnapshot first, KernelSnapshot last, Arguments with, Findings found)
    {
        var (before, after, seconds) = (KernelFiles.Counters(first.Require(Vmstat)), KernelFiles.Counters(last.Require(Vmstat)), last.Seconds - first.Seconds);
        if (seconds <= 0 || !after.TryGetValue("pgmajfault", out var now)) return;
        var rate = Math.Round((now - before.GetValueOrDefault("pgmajfault")) / seconds, 1);
        found["majorFaultsPerSecond"] = rate;
        var said = $"{Say.Number(rate)} pages a second are fetched from disk";
        if (rate > with.Number("maxMajorFaults")) found.Fail(ProbeErrors.MajorFaults, said);
        else if (rate > with.Number("warnMajorFaults")) found.Warn(ProbeErrors.MajorFaults, said);
    }

    /// <summary>The count since boot tells nothing of today; it fails by what came since the earlier value, else since this probe began.</summary>
    private static void Kills(KernelSnapshot first, KernelSnapshot last, ControlGroup group, Arguments with, Findings found)
    {
        long? Count(KernelSnapshot at) => KernelFiles.Counters(at.Require(Vmstat)).TryGetValue("oom_kill", out var machine) ? Math.Max(machine, group.OomKills(at) ?? 0) : group.OomKills(at);
        if (Count(last) is not { } now) return;
        var before = (with["previous"] as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("oomKills") as long? ?? Count(first) ?? now;
        // fewer than before: it was booted in between
        var since = now >= before ? now - before : now;
        (found["oomKills"], found["oomKillsSince"]) = (now, since);
        if (since > 0) found.Fail(ProbeErrors.OutOfMemory, $"{since} {(since == 1 ? "process was" : "processes were")} ended for want of memory");
    }

    private static void Limit(GroupMemory limit, Arguments with, Findings found)
    {
        (found["limitBytes"], found["limitUsedPercent"]) = (limit.LimitBytes, limit.UsedPercent);
        found.Observe("limitOf", limit.Folder);
        var said = $"{Say.Number(limit.UsedPercent)} % of the limit of {Say.Bytes(limit.LimitBytes)} ({limit.Folder}) is in use";
        if (limit.UsedPercent > with.Number("maxLimitPercent")) found.Fail(ProbeErrors.LowMemory, said);
        else if (limit.UsedPercent > with.Number("warnLimitPercent")) found.Warn(ProbeErrors.LowMemory, said);
    }
}
