namespace IncidentTools.Engine.Probes.Hosts;

/// <param name="Available">What programs can get without swapping: free memory and what the system gives up for it.</param>
internal sealed record MemoryReading(long Total, long Available, long SwapTotal, long SwapFree)
{
    /// <summary>Of all that may be promised (Windows); null elsewhere.</summary>
    public double? CommitPercent { get; init; }
    public double AvailablePercent => Total == 0 ? 0 : Math.Round(100d * Available / Total, 1);
    /// <summary>Null where there is no swap.</summary>
    public double? SwapUsedPercent => SwapTotal == 0 ? null : Math.Round(100d * (SwapTotal - SwapFree) / SwapTotal, 1);

    /// <summary>/proc/meminfo. Free memory alone says nothing: what caches hold is free, too.</summary>
    public static MemoryReading Parse(string meminfo)
    {
        var values = KernelFiles.Counters(meminfo);
        long Bytes(string name) => values.TryGetValue(name, out var kilobytes) ? kilobytes * 1024 : throw new CannotCheckException(ProbeErrors.Unreadable, $"/proc/meminfo has no {name}");
        return new MemoryReading(Bytes("MemTotal"), Bytes("MemAvailable"), Bytes("SwapTotal"), Bytes("SwapFree"));
    }
}
