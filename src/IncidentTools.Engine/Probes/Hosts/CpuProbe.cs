using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>How busy the processors are and who waits for them. Several samples, of which the median is judged: one spike is not a state.</summary>
internal sealed class CpuProbe() : Probe("probe.cpu", "Whether the processors are saturated: busy, waiting for disks, taken by the host, held back by a quota, or queued for.", Shape,
    "busyPercent", "iowaitPercent", "stealPercent", "load1", "load5", "load15", "loadPerCore", "cores", "runQueue", "blocked", "quotaCores", "throttledPercent")
{
    private const string Stat = "/proc/stat", Load = "/proc/loadavg";
    private static readonly string[] Limits = ["warnBusyPercent", "maxBusyPercent", "warnIowaitPercent", "maxIowaitPercent", "warnStealPercent", "warnLoadPerCore", "maxLoadPerCore", "warnThrottledPercent"];

    private static readonly ObjectShape Shape = new("probe.cpu",
        Optional("samples", Int with { Min = 1, Max = 60 }, "how many times it is measured; the median is judged", 3L),
        Optional("interval", Shapes.Duration with { Min = 0.1, Max = 60 }, "how long each sample is", TimeSpan.FromSeconds(2)),
        Optional("warnBusyPercent", Number with { Min = 0, Max = 100 }, "busier is a warning", 80d),
        Optional("maxBusyPercent", Number with { Min = 0, Max = 100 }, "busier fails", 95d),
        Optional("warnIowaitPercent", Number with { Min = 0, Max = 100 }, "more waiting for disks is a warning (Linux)", 10d),
        Optional("maxIowaitPercent", Number with { Min = 0, Max = 100 }, "more waiting for disks fails (Linux)"),
        Optional("warnStealPercent", Number with { Min = 0, Max = 100 }, "more taken away by the host of a virtual machine is a warning (Linux)", 10d),
        Optional("warnLoadPerCore", Number with { Min = 0 }, "a higher load of five minutes for each core is a warning (Linux)", 2d),
        Optional("maxLoadPerCore", Number with { Min = 0 }, "a higher one fails (Linux)", 4d),
        Optional("warnThrottledPercent", Number with { Min = 0, Max = 100 }, "more periods held back by a quota are a warning (Linux control groups, version 2)", 25d),
        Optional("cgroup", Text, "control group whose quota counts, below /sys/fs/cgroup: system.slice/shop.service; default this process's own"));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in Limits) found.Threshold(name, with[name]);
        if (with.TextOrNull("cgroup") is { } named) _ = ControlGroup.Above(named);
        var (count, interval) = (with.Int("samples", 3), with.Duration("interval") ?? TimeSpan.FromSeconds(2));
        var readings = new List<CpuReading>();
        var windows = OperatingSystem.IsWindows() && context.Remote is null;
        var group = windows ? null : await ControlGroup.OfAsync(with, context, cancellation).ConfigureAwait(false);
        KernelSnapshot? first = null, last = null;
        for (var index = 0; index <= count; index++)
        {
            if (index > 0) await Task.Delay(interval, context.Time, cancellation).ConfigureAwait(false);
            if (OperatingSystem.IsWindows() && group is null)
            {
                readings.Add(WindowsHost.Cpu());
                continue;
            }
            last = await KernelFiles.ReadAsync(context, [Stat, Load, .. group!.Files("cpu.max", "cpu.stat")], cancellation).ConfigureAwait(false);
            first ??= last;
            readings.Add(CpuReading.Parse(last.Require(Stat)));
        }
        Shares(readings, with, found);
        if (last is not null) Load5(last.Require(Load), readings[^1].CoreCount, with, found);
        if (group is not null) Quota(group, first!, last!, with, found);
        else await WindowsQueueAsync(context, found, cancellation).ConfigureAwait(false);
    }

    private static void Shares(List<CpuReading> readings, Arguments with, Findings found)
    {
        var samples = readings.Zip(readings.Skip(1), (before, after) => after.All.Since(before.All)).OfType<CpuShare>().ToList();
        if (samples.Count == 0) throw new CannotCheckException(ProbeErrors.Unreadable, "the processors' times did not go on between the samples");
        var (busy, iowait, steal) = (Median(samples.Select(item => item.Busy)), Median(samples.Select(item => item.IoWait)), Median(samples.Select(item => item.Steal)));
        var last = readings[^1];
        (found["busyPercent"], found["iowaitPercent"], found["stealPercent"], found["cores"], found.Unit) = (busy, iowait, steal, last.CoreCount, "%");
        found["runQueue"] = readings.All(item => item.Running is not null) ? Median(readings.Skip(1).Select(item => (double)item.Running!.Value)) : null;
        found["blocked"] = readings.All(item => item.Blocked is not null) ? Median(readings.Skip(1).Select(item => (double)item.Blocked!.Value)) : null;
        found.Observe("samples", samples.Select(item => new Dictionary<string, object?> { ["busyPercent"] = item.Busy, ["iowaitPercent"] = item.IoWait, ["stealPercent"] = item.Steal }).ToList());
        if (readings[0].Cores.Count == last.Cores.Count) found.Observe("coresBusyPercent", last.Cores.Zip(readings[0].Cores, (after, before) => (object?)after.Since(before)?.Busy).ToList());
        Judge(busy, "BusyPercent", ProbeErrors.CpuBusy, $"the processors are {Say.Number(busy)} % busy", with, found);
        Judge(iowait, "IowaitPercent", ProbeErrors.IoWait, $"{Say.Number(iowait)} % of the time is spent waiting for disks", with, found);
        Judge(steal, "StealPercent", ProbeErrors.CpuStolen, $"the host takes {Say.Number(steal)} % away from this virtual machine", with, found);
        found.Pass($"the processors are {Say.Number(busy)} % busy");
    }

    private static void Load5(string text, int cores, Arguments with, Findings found)
    {
        double[] load = [.. text.Split(' ').Take(3).Select(word => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)];
        if (load.Length < 3 || load.Any(double.IsNaN)) throw new CannotCheckException(ProbeErrors.Unreadable, $"{Load} could not be understood");
        var each = Math.Round(load[1] / cores, 2);
        (found["load1"], found["load5"], found["load15"], found["loadPerCore"]) = (load[0], load[1], load[2], each);
        Judge(each, "LoadPerCore", ProbeErrors.LoadHigh, string.Create(CultureInfo.InvariantCulture, $"the load of five minutes is {each} for each of {cores} cores"), with, found);
    }

    private static void Quota(ControlGroup group, KernelSnapshot first, KernelSnapshot last, Arguments with, Findings found)
    {
        var throttled = group.ThrottledPercent(first, last);
        (found["quotaCores"], found["throttledPercent"]) = (group.Quota(last), throttled);
        if (throttled is { } percent) Judge(percent, "ThrottledPercent", ProbeErrors.CpuThrottled, $"a quota held it back in {Say.Number(percent)} % of its periods", with, found);
    }

    /// <summary>How many wait for a processor, where the counter's English name is known; without it the rest still holds.</summary>
    private static async Task WindowsQueueAsync(ProbeContext context, Findings found, CancellationToken cancellation)
    {
        try
        {
            var columns = await Typeperf.AskAsync(context, ["""\System\Processor Queue Length"""], 1, cancellation).ConfigureAwait(false);
            found["runQueue"] = columns.Select(column => column.Last).FirstOrDefault();
        }
        catch (CannotCheckException error) { found.Observe("runQueue", error.Message); }
    }

    private static void Judge(double value, string what, string word, string message, Arguments with, Findings found)
    {
        if (with.Number("max" + what) is { } most && value > most) found.Fail(word, message);
        else if (with.Number("warn" + what) is { } notable && value > notable) found.Warn(word, message);
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
