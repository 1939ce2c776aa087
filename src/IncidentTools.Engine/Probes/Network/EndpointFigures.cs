using System.Globalization;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>What the samples of one endpoint come to.</summary>
/// <param name="LimitMs">What its 95th percentile is held against.</param>
/// <param name="IsSlow">Above its limit, or far above what is usual.</param>
/// <param name="IsOver">Above the limit that is given, or usual where none is.</param>
/// <param name="Phase">The part of a request that takes longest.</param>
/// <param name="NotAsked">This machine could not ask at all.</param>
internal sealed record EndpointFigures(string Name, string Kind, int Samples, int Failed, double? P50, double? P95, double? P99, double LimitMs, bool IsSlow, bool IsOver, string? Phase, string? FirstTrouble, NetworkTrouble? NotAsked)
{
    /// <summary>The limit of an endpoint for which nothing is given, and what people call slow.</summary>
    private const double DefaultLimitMs = 1000;

    public double? Ratio => P95 / LimitMs;

    public static EndpointFigures Of(Arguments endpoint, IReadOnlyList<HttpSample> samples, Func<int, bool> expected, double factor)
    {
        var failed = samples.Where(sample => sample.Trouble is not null || !expected(sample.Status!.Value)).ToList();
        // a request that ran into its time limit took at least that long; one that was refused says nothing of speed
        var times = samples.Where(sample => sample.Trouble is null ? expected(sample.Status!.Value) : sample.Trouble.Word == ProbeErrors.Timeout).Select(sample => sample.TotalMs).Order().ToList();
        var (target, usual) = (endpoint.Duration("p95")?.TotalMilliseconds, endpoint.Duration("baseline")?.TotalMilliseconds * factor);
        var p95 = Percentiles.Of(times, 0.95);
        var limit = target ?? usual ?? DefaultLimitMs;
        var phases = Percentiles.Phases(samples);
        var first = failed.FirstOrDefault();
        return new EndpointFigures(endpoint.Text("name"), endpoint.TextOrNull("kind") ?? "light", samples.Count, failed.Count, Percentiles.Of(times, 0.5), p95, Percentiles.Of(times, 0.99), limit, p95 > limit || p95 > usual, p95 > limit,
            phases.Any(item => item.P95 is not null) ? phases.MaxBy(item => item.P95 ?? -1).Phase : null, first is null ? null : first.Trouble?.Message ?? $"{first.Status} {first.Reason}",
            samples.All(sample => sample.Trouble is { Known: false }) ? samples[0].Trouble : null);
    }

    /// <summary>Which kinds are slow: none, all, application, database; unclear where what would tell it was not measured.</summary>
    public static string Pattern(IReadOnlyList<EndpointFigures> all)
    {
        // null: no endpoint of that kind gave a time
        bool? Slow(string kind) => all.Where(item => item.Kind == kind && item.P95 is not null).ToList() is { Count: > 0 } some ? some.Exists(item => item.IsSlow) : null;
        return (Slow("static"), Slow("light"), Slow("database")) switch
        {
            (null, null, null) => "unclear",
            (not true, not true, not true) => "none",
            (true, null, null) => "unclear",
            (true, false, _) or (true, null, false) => "unclear", // a file that is slow by itself: not the whole machine
            (true, _, _) => "all",
            (false, true, _) => "application",
            (_, false, true) => "database",
            _ => "unclear",
        };
    }

    public static IReadOnlyDictionary<string, double> Before(object? previous) =>
        ((previous as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("endpoints") as IReadOnlyList<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>()
            .Where(item => item.GetValueOrDefault("name") is string && item.GetValueOrDefault("p95Ms") is double or long).GroupBy(item => (string)item["name"]!, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Convert.ToDouble(group.First()["p95Ms"], CultureInfo.InvariantCulture), StringComparer.Ordinal);

    public string Line(IReadOnlyDictionary<string, double> before) =>
        $"{Name} ({Kind}): p95 {(before.TryGetValue(Name, out var then) ? $"{Say.Ms(then)} before, now " : "")}{Say.Ms(P95)}, p99 {Say.Ms(P99)}, limit {Say.Ms(LimitMs)}{(Failed > 0 ? $", {Failed} of {Samples} failed" : "")}";

    public Dictionary<string, object?> ToPlain(IReadOnlyDictionary<string, double> before) => new()
    {
        ["name"] = Name, ["kind"] = Kind, ["samples"] = Samples, ["failed"] = Failed, ["p50Ms"] = P50, ["p95Ms"] = P95, ["p99Ms"] = P99, ["limitMs"] = LimitMs, ["slow"] = IsSlow, ["phase"] = Phase, ["trouble"] = FirstTrouble,
        ["beforeP95Ms"] = before.TryGetValue(Name, out var then) ? then : null,
    };
}
