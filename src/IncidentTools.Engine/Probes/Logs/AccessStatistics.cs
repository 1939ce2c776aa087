namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Durations in buckets that grow by the same factor: any percentile to one per cent, in a few kilobytes however many there are.</summary>
internal sealed class LatencySketch
{
    /// <summary>How far a percentile may be from the true one, as a part of it.</summary>
    public const double Error = 0.01;
    private const double Growth = (1 + Error) / (1 - Error), Least = 1e-6, Most = 1e6;
    private static readonly int Buckets = (int)Math.Ceiling(Math.Log(Most / Least) / Math.Log(Growth)) + 2;
    private readonly long[] _counts = new long[Buckets];

    public long Count { get; private set; }

    public void Add(double seconds)
    {
        Count++;
        _counts[seconds <= Least ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log(seconds / Least) / Math.Log(Growth)))]++;
    }

    /// <summary>The smallest duration that so many are not longer than; null when there is none.</summary>
    public double? Quantile(double part)
    {
        if (Count == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(part * Count));
        for (var (index, seen) = (0, 0L); index < Buckets; index++)
            if ((seen += _counts[index]) >= rank) return index == 0 ? 0 : Least * Math.Pow(Growth, index) * (1 - Error); // the bucket's middle, seen from both of its ends
        return null;
    }
}

/// <summary>What is counted over the requests of a window, in memory that does not grow with them.</summary>
internal sealed class AccessStatistics
{
    private const int LongestKey = 300;
    private readonly long[] _classes = new long[6];

    public long Requests { get; private set; }
    public long Bytes { get; private set; }
    public DateTimeOffset? First { get; private set; }
    public DateTimeOffset? Last { get; private set; }
    public LatencySketch Latency { get; } = new();
    public TopCounter Uris { get; } = new();
    public TopCounter FailedUris { get; } = new();
    public TopCounter Clients { get; } = new();
    public TopCounter Agents { get; } = new();

    /// <param name="family">2 = 2xx.</param>
    public long Class(int family) => _classes[family];
    public double? Percent(int family) => Requests == 0 ? null : Math.Round(100.0 * _classes[family] / Requests, 2);

    public void Add(AccessEntry entry, DateTimeOffset? time)
    {
        Requests++;
        _classes[Math.Min(5, entry.Status / 100)]++;
        Bytes += entry.Bytes ?? 0;
        if (First is null || time < First) First = time ?? First;
        if (Last is null || time > Last) Last = time ?? Last;
        if (entry.Seconds is { } seconds) Latency.Add(seconds);
        // what stands behind the question mark is different for each, and may hold a secret
        if (entry.Uri is { } uri)
        {
            var path = Say.Cut(uri.Split('?')[0], LongestKey);
            Uris.Add(path);
            if (entry.Status >= 500) FailedUris.Add(path);
        }
        if (entry.Client is { } client) Clients.Add(client, entry.Bytes ?? 0);
        if (entry.Agent is { Length: > 0 } agent) Agents.Add(Say.Cut(agent, LongestKey));
    }
}
