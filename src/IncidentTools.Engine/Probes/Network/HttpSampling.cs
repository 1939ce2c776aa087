namespace IncidentTools.Engine.Probes.Network;

/// <summary>The same question several times, so many at once; the samples in the order in which they were begun.</summary>
internal static class HttpSampling
{
    /// <param name="budget">After which no sample is begun any more: what hangs would take its whole time limit each time.</param>
    public static async Task<IReadOnlyList<HttpSample>> RunAsync(HttpPlan plan, int count, int concurrency, TimeSpan? budget, TimeProvider time, CancellationToken cancellation)
    {
        var (samples, next, began) = (new HttpSample?[count], -1, time.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(concurrency, 1, count)).Select(_ => LaneAsync())).ConfigureAwait(false);
        return [.. samples.OfType<HttpSample>()];

        async Task LaneAsync()
        {
            for (var index = Interlocked.Increment(ref next); index < count && (index == 0 || budget is null || time.GetElapsedTime(began) < budget); index = Interlocked.Increment(ref next))
                samples[index] = await new HttpExchange(plan, time).RunAsync(cancellation).ConfigureAwait(false);
        }
    }
}

/// <summary>Percentiles by nearest rank. Of latency the mean says nothing: a few that hang vanish in it, and they are the ones that users report.</summary>
internal static class Percentiles
{
    public static double? Of(IReadOnlyList<double> sorted, double part) => sorted.Count == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Count) - 1)];

    /// <summary>Each part of a request: its name, its median and its 95th percentile; null = nothing of it was seen.</summary>
    public static IReadOnlyList<(string Phase, double? P50, double? P95)> Phases(IEnumerable<HttpSample> samples)
    {
        var good = samples.Where(sample => sample.Trouble is null).ToList();
        return [.. new (string Name, Func<HttpSample, double?> Of)[]
        {
            ("dns", sample => sample.Times.DnsMs), ("connect", sample => sample.Times.ConnectMs), ("tls", sample => sample.TlsMs), ("firstByte", sample => sample.FirstByteMs), ("transfer", Transfer),
        }.Select(phase => (phase.Name, Values: good.Select(phase.Of).OfType<double>().Order().ToList())).Select(phase => (phase.Name, Of(phase.Values, 0.5), Of(phase.Values, 0.95)))];
    }

    /// <summary>What is left of the whole; after redirects it would hold the requests before.</summary>
    private static double? Transfer(HttpSample sample) => sample.Redirects.Count > 0 || sample.FirstByteMs is null ? null
        : Math.Round(Math.Max(0, sample.TotalMs - (sample.Times.DnsMs ?? 0) - (sample.Times.ConnectMs ?? 0) - (sample.TlsMs ?? 0) - sample.FirstByteMs.Value), 1);

    public static Dictionary<string, object?> Plain(IEnumerable<(string Phase, double? P50, double? P95)> phases) =>
        phases.ToDictionary(item => item.Phase, item => (object?)new Dictionary<string, object?> { ["p50Ms"] = item.P50, ["p95Ms"] = item.P95 });
}
