using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Disks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>Free space and inodes, read-only volumes, and when a volume will be full. The value given back later as <c>previous</c> gives the trend.</summary>
internal sealed class DiskProbe() : Probe("probe.disk", "Whether disks have free space and inodes, are writable, and when they will be full.", Shape,
    "at", "worstPath", "freePercent", "freeBytes", "inodesFreePercent", "hoursToFull", "volumes")
{
    private static readonly ObjectShape Shape = new("probe.disk",
        Optional("paths", ListOf(Text, allowSingle: true), "folders or volumes; default all fixed volumes"),
        Optional("warnFreePercent", Number with { Min = 0, Max = 100 }, "less free space is a warning", 20d),
        Optional("minFreePercent", Number with { Min = 0, Max = 100 }, "less free space fails", 10d),
        Optional("minFreeBytes", Int with { Min = 0 }, "fewer free bytes fail"),
        Optional("inodes", Bool, "whether the same percentages hold for inodes (Linux)", true),
        Optional("checkReadOnly", Bool, "whether a read-only volume is wrong: fails if named in paths, else a warning (Linux)", true),
        Optional("previous", new AnyShape(), "the value of an earlier probe.disk: gives the trend"),
        Optional("warnHours", Number with { Min = 0 }, "full in fewer hours by the trend is a warning", 24d),
        Optional("failHours", Number with { Min = 0 }, "full in fewer hours by the trend fails", 4d),
        Optional("timeout", Shapes.Duration, "for each volume: a lost network file system does not answer at all", TimeSpan.FromSeconds(5)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(5);
        foreach (var name in new[] { "warnFreePercent", "minFreePercent", "minFreeBytes", "warnHours", "failHours" }) found.Threshold(name, with[name]);
        var now = context.Time.GetUtcNow();
        var previous = Previous(with["previous"]);
        var named = with.Texts("paths");
        var paths = named.Count > 0 ? named : context.Remote is not null ? await RemoteVolumes.FixedAsync(context, timeout, cancellation).ConfigureAwait(false) : await AsideAsync(Volumes.Fixed, timeout, context.Time, "the list of volumes", cancellation).ConfigureAwait(false);
        if (paths.Count == 0) throw new CannotCheckException(ProbeErrors.NotFound, "no fixed volume was found: name paths");
        var seen = new List<(Volume Volume, double? Hours)>();
        foreach (var path in paths)
        {
            // one that cannot be read does not hide the others
            try { seen.Add(await LookAtAsync(path).ConfigureAwait(false)); }
            catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
        }
        Report(seen, now, found);

        async Task<(Volume, double?)> LookAtAsync(string path)
        {
            var volume = context.Remote is not null ? await RemoteVolumes.ReadAsync(path, context, timeout, cancellation).ConfigureAwait(false) : await AsideAsync(() => Volumes.Read(path), timeout, context.Time, path, cancellation).ConfigureAwait(false);
            var hours = HoursToFull(volume, previous, now);
            Space(volume, with, found);
            Trend(volume, hours, with, found);
            if (volume.ReadOnly == true && (with["checkReadOnly"] as bool? ?? true))
            {
                if (named.Count > 0) found.Fail(ProbeErrors.ReadOnly, $"{path} is read-only");
                else found.Warn(ProbeErrors.ReadOnly, $"{path} is read-only");
            }
            return (volume, hours);
        }
    }

    /// <summary>Runs it on a thread of its own, which is left behind when it does not come back.</summary>
    private static async Task<T> AsideAsync<T>(Func<T> read, TimeSpan timeout, TimeProvider time, string what, CancellationToken cancellation)
    {
        try { return await Task.Factory.StartNew(read, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(timeout, time, cancellation).ConfigureAwait(false); }
        catch (TimeoutException) { throw new CannotCheckException(ProbeErrors.Timeout, $"{what} did not answer in {Duration.Format(timeout)}: a file system that is lost?"); }
    }

    private static void Space(Volume volume, Arguments with, Findings found)
    {
        var free = $"{volume.Path}: {Say.Number(volume.FreePercent)} % free ({Say.Bytes(volume.FreeBytes)})";
        if (volume.FreePercent < with.Number("minFreePercent") || volume.FreeBytes < with.Number("minFreeBytes")) found.Fail(ProbeErrors.LowSpace, free);
        else if (volume.FreePercent < with.Number("warnFreePercent")) found.Warn(ProbeErrors.LowSpace, free);
        if (volume.InodesFreePercent is not { } inodes || !(with["inodes"] as bool? ?? true)) return;
        if (inodes < with.Number("minFreePercent")) found.Fail(ProbeErrors.LowInodes, $"{volume.Path}: {Say.Number(inodes)} % of inodes free");
        else if (inodes < with.Number("warnFreePercent")) found.Warn(ProbeErrors.LowInodes, $"{volume.Path}: {Say.Number(inodes)} % of inodes free");
    }

    private static void Trend(Volume volume, double? hours, Arguments with, Findings found)
    {
        if (hours < with.Number("failHours")) found.Fail(ProbeErrors.FillingUp, $"{volume.Path} will be full in {Say.Number(hours!.Value)} hours");
        else if (hours < with.Number("warnHours")) found.Warn(ProbeErrors.FillingUp, $"{volume.Path} will be full in {Say.Number(hours!.Value)} hours");
    }

    private static void Report(List<(Volume Volume, double? Hours)> seen, DateTimeOffset now, Findings found)
    {
        found["at"] = now;
        found["volumes"] = seen.Select(item => new Dictionary<string, object?>
        {
            ["path"] = item.Volume.Path, ["fileSystem"] = item.Volume.FileSystem, ["totalBytes"] = item.Volume.TotalBytes, ["freeBytes"] = item.Volume.FreeBytes, ["freePercent"] = item.Volume.FreePercent,
            ["inodesFreePercent"] = item.Volume.InodesFreePercent, ["readOnly"] = item.Volume.ReadOnly, ["hoursToFull"] = item.Hours,
        }).ToList();
        if (seen.Count == 0) return;
        var worst = seen.MinBy(item => item.Volume.FreePercent).Volume;
        (found["worstPath"], found["freePercent"], found["freeBytes"]) = (worst.Path, worst.FreePercent, worst.FreeBytes);
        (found["inodesFreePercent"], found["hoursToFull"]) = (seen.Min(item => item.Volume.InodesFreePercent), seen.Min(item => item.Hours));
        found.Pass($"{seen.Count} volume(s), the fullest is {worst.Path} with {Say.Number(worst.FreePercent)} % free ({Say.Bytes(worst.FreeBytes)})");
    }

    /// <summary>When each volume had how many bytes free.</summary>
    private static Dictionary<string, (DateTimeOffset At, double Free)> Previous(object? value)
    {
        if (value is null) return [];
        if (value is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault("at") is DateTimeOffset at && map.GetValueOrDefault("volumes") is IEnumerable<object?> list)
            return list.OfType<IReadOnlyDictionary<string, object?>>().Where(item => item.GetValueOrDefault("path") is string && item.GetValueOrDefault("freeBytes") is long or double or int)
                .ToDictionary(item => (string)item["path"]!, item => (at, Convert.ToDouble(item["freeBytes"], CultureInfo.InvariantCulture)), StringComparer.Ordinal);
        throw new CannotCheckException(ProbeErrors.InvalidArgument, "previous is not the value of a probe.disk");
    }

    private static double? HoursToFull(Volume volume, Dictionary<string, (DateTimeOffset At, double Free)> previous, DateTimeOffset now)
    {
        // two looks within a minute show one burst of writing, not a trend
        if (!previous.TryGetValue(volume.Path, out var before) || now - before.At < TimeSpan.FromMinutes(1)) return null;
        var perHour = (before.Free - volume.FreeBytes) / (now - before.At).TotalHours;
        return perHour > 0 ? Math.Round(volume.FreeBytes / perHour, 2) : null;
    }
}
