using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>How long disks take and how busy they are, each by itself: a mean over all of them hides the one that is failing.</summary>
internal sealed class DiskIoProbe() : Probe("probe.disk-io", "Whether disks are slow or saturated: latency of an operation, share of the time busy, queue.", Shape,
    "worstDevice", "latencyMs", "busyPercent", "queue", "devices")
{
    private const string Stats = "/proc/diskstats";
    /// <summary>A mean of fewer operations says little.</summary>
    private const int Enough = 10;

    private static readonly ObjectShape Shape = new("probe.disk-io",
        Optional("devices", ListOf(Text, allowSingle: true), "disks by the system's names: sda, nvme0n1; on Windows '0 C:'; default all that are whole disks"),
        Optional("sample", Shapes.Duration with { Min = 0.5, Max = 60 }, "how long it is measured", TimeSpan.FromSeconds(5)),
        Optional("warnLatency", Shapes.Duration, "slower operations are a warning", TimeSpan.FromMilliseconds(20)),
        Optional("maxLatency", Shapes.Duration, "slower operations fail", TimeSpan.FromMilliseconds(100)),
        Optional("warnBusyPercent", Number with { Min = 0, Max = 100 }, "busier is a warning", 80d),
        Optional("maxBusyPercent", Number with { Min = 0, Max = 100 }, "busier fails; a disk that does many things at once may be busy and well", 99d));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in new[] { "warnLatency", "maxLatency", "warnBusyPercent", "maxBusyPercent" }) found.Threshold(name, with[name]);
        var all = await MeasureAsync(with.Duration("sample") ?? TimeSpan.FromSeconds(5), context, cancellation).ConfigureAwait(false);
        var names = all.Select(item => item.Device).ToHashSet(StringComparer.Ordinal);
        var named = with.Texts("devices");
        // one that is not there does not hide the others
        foreach (var name in named.Where(name => !names.Contains(name))) found.Unknown(ProbeErrors.NotFound, $"there is no disk {name} (there are {string.Join(", ", names.Order(StringComparer.Ordinal).Take(10))})");
        var disks = all.Where(item => named.Count > 0 ? named.Contains(item.Device, StringComparer.Ordinal) : OperatingSystem.IsWindows() && context.Remote is null || DiskActivities.IsDisk(item.Device, names)).ToList();
        if (disks.Count == 0)
        {
            if (named.Count == 0) found.Unknown(ProbeErrors.NotFound, "no disk is to be seen: in a container the machine's disks are not");
            return;
        }
        foreach (var disk in disks) Judge(disk, with, found);
        var worst = disks.OrderByDescending(item => item.LatencyMs ?? 0).ThenByDescending(item => item.BusyPercent).First();
        (found["worstDevice"], found["latencyMs"], found["busyPercent"], found["queue"], found.Unit) = (worst.Device, worst.LatencyMs, disks.Max(item => item.BusyPercent), disks.Max(item => item.Queue), "ms");
        found["devices"] = disks.Select(item => item.ToPlain()).ToList();
        found.Pass(worst.LatencyMs is null ? "the disks had nothing to do" : $"{worst.Device} takes {Say.Ms(worst.LatencyMs)} for an operation and is {Say.Number(worst.BusyPercent)} % busy{(disks.Count > 1 ? ", the others less" : "")}");
    }

    private static async Task<IReadOnlyList<DiskActivity>> MeasureAsync(TimeSpan sample, ProbeContext context, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() && context.Remote is null)
        {
            var seconds = Math.Max(1, (int)Math.Round(sample.TotalSeconds));
            return DiskActivities.Of(await Typeperf.AskAsync(context, DiskActivities.Counters, seconds, cancellation).ConfigureAwait(false), seconds);
        }
        var before = await KernelFiles.ReadAsync(context, [Stats], cancellation).ConfigureAwait(false);
        await Task.Delay(sample, context.Time, cancellation).ConfigureAwait(false);
        var after = await KernelFiles.ReadAsync(context, [Stats], cancellation).ConfigureAwait(false);
        return DiskActivities.Between(before.Require(Stats), after.Require(Stats), after.Seconds - before.Seconds);
    }

    private static void Judge(DiskActivity disk, Arguments with, Findings found)
    {
        var slow = $"{disk.Device} takes {Say.Ms(disk.LatencyMs)} for an operation";
        if (disk.LatencyMs is { } latency && disk.Operations >= Enough)
        {
            if (latency > with.Duration("maxLatency")?.TotalMilliseconds) found.Fail(ProbeErrors.DiskSlow, slow);
            else if (latency > with.Duration("warnLatency")?.TotalMilliseconds) found.Warn(ProbeErrors.DiskSlow, slow);
        }
        var busy = string.Create(CultureInfo.InvariantCulture, $"{disk.Device} is {disk.BusyPercent} % busy, {disk.Queue} operations at once");
        if (disk.BusyPercent > with.Number("maxBusyPercent")) found.Fail(ProbeErrors.DiskBusy, busy);
        else if (disk.BusyPercent > with.Number("warnBusyPercent")) found.Warn(ProbeErrors.DiskBusy, busy);
    }
}
