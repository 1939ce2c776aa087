using System.Globalization;

namespace IncidentTools.Engine.Probes.Hosts;

/// <summary>Work of one disk between two readings.</summary>
/// <param name="LatencyMs">Of one operation, waiting in the queue included; null = there was none.</param>
/// <param name="BusyPercent">Share of the time with at least one operation under way. A disk that does many at once is not at its end at 100.</param>
/// <param name="Queue">Operations under way, on average.</param>
internal sealed record DiskActivity(string Device, double? LatencyMs, double? ReadMs, double? WriteMs, double BusyPercent, double Queue, double Operations, double PerSecond, double BytesPerSecond)
{
    public Dictionary<string, object?> ToPlain() => new()
    {
        ["device"] = Device, ["latencyMs"] = LatencyMs, ["readMs"] = ReadMs, ["writeMs"] = WriteMs, ["busyPercent"] = BusyPercent, ["queue"] = Queue, ["operationsPerSecond"] = PerSecond, ["bytesPerSecond"] = BytesPerSecond,
    };
}

/// <summary>/proc/diskstats, and Windows' counters of disks.</summary>
internal static class DiskActivities
{
    private const int Sector = 512;
    private static readonly string[] NoDisks = ["loop", "ram", "zram", "sr", "fd", "nbd"];
    internal static readonly string[] Counters =
    [
        """\PhysicalDisk(*)\Avg. Disk sec/Read""", """\PhysicalDisk(*)\Avg. Disk sec/Write""", """\PhysicalDisk(*)\% Idle Time""", """\PhysicalDisk(*)\Avg. Disk Queue Length""",
        """\PhysicalDisk(*)\Disk Reads/sec""", """\PhysicalDisk(*)\Disk Writes/sec""", """\PhysicalDisk(*)\Disk Bytes/sec""",
    ];

    /// <summary>Reads, their sectors and milliseconds, the same of writes, milliseconds busy and weighted, by device.</summary>
    private static Dictionary<string, long[]> Read(string text) => text.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length >= 14)
        .ToDictionary(words => words[2], words => words[3..14].Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0).ToArray(), StringComparer.Ordinal);

    public static IReadOnlyList<DiskActivity> Between(string before, string after, double seconds)
    {
        if (seconds <= 0) throw new CannotCheckException(ProbeErrors.Unreadable, "no time passed between the samples");
        var (then, now) = (Read(before), Read(after));
        // a disk that came in between has no beginning
        return [.. now.Where(item => then.ContainsKey(item.Key)).Select(item => Of(item.Key, [.. item.Value.Zip(then[item.Key], (high, low) => (double)Math.Max(0, high - low))], seconds))];
    }

    private static DiskActivity Of(string device, double[] passed, double seconds)
    {
        var (reads, readSectors, readMs, writes, writtenSectors, writeMs, busyMs, weightedMs) = (passed[0], passed[2], passed[3], passed[4], passed[6], passed[7], passed[9], passed[10]);
        double? Each(double milliseconds, double count) => count > 0 ? Math.Round(milliseconds / count, 1) : null;
        return new DiskActivity(device, Each(readMs + writeMs, reads + writes), Each(readMs, reads), Each(writeMs, writes), Math.Round(Math.Min(100, busyMs / (seconds * 10)), 1), Math.Round(weightedMs / (seconds * 1000), 2), reads + writes,
            Math.Round((reads + writes) / seconds, 1), Math.Round((readSectors + writtenSectors) * Sector / seconds));
    }

    /// <summary>Whole disks: their partitions, and what is no disk, would be counted twice.</summary>
    public static bool IsDisk(string device, IReadOnlyCollection<string> all) => !NoDisks.Any(prefix => device.StartsWith(prefix, StringComparison.Ordinal) && device[prefix.Length..].All(char.IsAsciiDigit))
        && !all.Any(other => other.Length < device.Length && device.StartsWith(other, StringComparison.Ordinal) && IsPartition(other, device[other.Length..]));

    /// <summary>sda1 of sda, but nvme0n1p1 of nvme0n1.</summary>
    private static bool IsPartition(string disk, string rest) => char.IsAsciiDigit(disk[^1]) ? rest is ['p', _, ..] && rest[1..].All(char.IsAsciiDigit) : rest.All(char.IsAsciiDigit);

    public static IReadOnlyList<DiskActivity> Of(IReadOnlyList<CounterColumn> columns, int seconds)
    {
        double? Mean(string instance, string counter) => columns.Where(column => column.Instance == instance && column.Is(counter)).SelectMany(column => column.Values).OfType<double>().ToList() is { Count: > 0 } values ? values.Average() : null;
        return [.. columns.Select(column => column.Instance).Distinct(StringComparer.Ordinal).Where(instance => instance is not "" and not "_Total").Select(instance =>
        {
            var (reads, writes) = (Mean(instance, "Disk Reads/sec") ?? 0, Mean(instance, "Disk Writes/sec") ?? 0);
            var (readMs, writeMs) = (Mean(instance, "Avg. Disk sec/Read") * 1000, Mean(instance, "Avg. Disk sec/Write") * 1000);
            double? latency = reads + writes > 0 ? Math.Round((((readMs ?? 0) * reads) + ((writeMs ?? 0) * writes)) / (reads + writes), 1) : null;
            return new DiskActivity(instance, latency, reads > 0 ? Round(readMs) : null, writes > 0 ? Round(writeMs) : null, Mean(instance, "% Idle Time") is { } idle ? Math.Round(Math.Clamp(100 - idle, 0, 100), 1) : 0,
                Math.Round(Mean(instance, "Avg. Disk Queue Length") ?? 0, 2), (reads + writes) * seconds, Math.Round(reads + writes, 1), Math.Round(Mean(instance, "Disk Bytes/sec") ?? 0));
        })];
    }

    private static double? Round(double? value) => value is { } known ? Math.Round(known, 1) : null;
}
