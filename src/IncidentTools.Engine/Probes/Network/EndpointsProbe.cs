using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>
/// Measures endpoints of several kinds side by side. Which kinds are slow tells where to look: a static file too = the machine, the network or what
/// stands in front; only what needs the database = the way to it.
/// </summary>
internal sealed class EndpointsProbe() : Probe("probe.endpoints", "Which endpoints of a service are slow, by percentiles and against their usual ones: static, light, or those with a database behind them.", Shape,
    "slow", "slowKinds", "slowest", "p95Ms", "p99Ms", "errorPercent", "phase", "table", "endpoints")
{
    internal static readonly string[] EndpointKinds = ["static", "light", "database"];

    private static readonly ObjectShape Endpoint = new("an endpoint",
        Required("name", Text, "its name in the results"),
        Required("url", Url, "http or https URL"),
        Optional("kind", OneOf(EndpointKinds), "static: a file; light: the application alone; database: with a query", "light"),
        Optional("p95", Shapes.Duration, "what nineteen of twenty requests must not exceed; more fails"),
        Optional("baseline", Shapes.Duration, "what nineteen of twenty usually take; much more is a warning, and fails where there is no p95"));

    private static readonly ObjectShape Shape = new("probe.endpoints",
        Required("endpoints", ListOf(Endpoint, allowSingle: true) with { MinItems = 1, MaxItems = 50 }, "what is measured, from the service's performance"),
        Optional("samples", Int with { Min = 1, Max = 1000 }, "requests to each, over new connections", 20L),
        Optional("concurrency", Int with { Min = 1, Max = 50 }, "how many requests to each at once", 2L),
        Optional("factor", Number with { Min = 1 }, "how many times its baseline an endpoint may take", 2d),
        Optional("warnErrorPercent", Number with { Min = 0, Max = 100 }, "more requests without a good answer are a warning", 0.5d),
        Optional("maxErrorPercent", Number with { Min = 0, Max = 100 }, "more of them fail", 2d),
        Optional("expectStatus", ListOf(Text, allowSingle: true), "statuses that are right: 200, 200-399 or a list; default 200-399"),
        Optional("previous", new AnyShape(), "the value of an earlier probe.endpoints: the table then shows before and after"),
        Optional("timeout", Shapes.Duration, "for each request; one that takes longer counts as that slow", TimeSpan.FromSeconds(10)),
        Optional("budget", Shapes.Duration, "after which no request is begun any more", TimeSpan.FromMinutes(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in new[] { "factor", "warnErrorPercent", "maxErrorPercent" }) found.Threshold(name, with[name]);
        var expected = StatusRanges.Parse(with.Texts("expectStatus"));
        var factor = with.Number("factor") ?? 2;
        var plans = with.List("endpoints").OfType<IReadOnlyDictionary<string, object?>>().Select(item => new Arguments(item))
            .Select(item => (Of: item, Plan: HttpPlan.Of(new Arguments(new Dictionary<string, object?> { ["url"] = item.Text("url"), ["timeout"] = with.Duration("timeout") }), context))).ToList();
        var measured = await Task.WhenAll(plans.Select(async item => EndpointFigures.Of(item.Of, await HttpSampling.RunAsync(item.Plan, with.Int("samples", 20), with.Int("concurrency", 2), with.Duration("budget"), context.Time, cancellation).ConfigureAwait(false), expected, factor))).ConfigureAwait(false);
        Report(measured, EndpointFigures.Before(with["previous"]), found);
        foreach (var endpoint in measured) Judge(endpoint, with, found);
        found.Pass($"all {measured.Length} endpoints are as fast as they should be");
    }

    private static void Report(EndpointFigures[] all, IReadOnlyDictionary<string, double> before, Findings found)
    {
        var slowest = all.MaxBy(item => item.Ratio ?? 0)!;
        (found["slow"], found["slowKinds"]) = (EndpointFigures.Pattern(all), EndpointKinds.Where(kind => all.Any(item => item.Kind == kind && item.IsSlow)).ToList());
        (found["slowest"], found["p95Ms"], found["p99Ms"], found["phase"], found.Unit) = (slowest.Name, slowest.P95, slowest.P99, slowest.Phase, "ms");
        found["errorPercent"] = Math.Round(100d * all.Sum(item => item.Failed) / Math.Max(1, all.Sum(item => item.Samples)), 1);
        found["endpoints"] = all.Select(item => item.ToPlain(before)).ToList();
        found["table"] = string.Join('\n', all.Select(item => item.Line(before)));
    }

    private static void Judge(EndpointFigures item, Arguments with, Findings found)
    {
        var errors = 100d * item.Failed / Math.Max(1, item.Samples);
        var wrong = $"{item.Name}: {item.Failed} of {item.Samples} requests got no good answer ({item.FirstTrouble})";
        // what this machine could not ask is no fault of the service
        if (item.NotAsked is { } why) found.Unknown(why.Word, $"{item.Name}: {why.Message}");
        else if (errors > with.Number("maxErrorPercent")) found.Fail(ProbeErrors.StatusUnexpected, wrong);
        else if (errors > with.Number("warnErrorPercent")) found.Warn(ProbeErrors.StatusUnexpected, wrong);
        if (!item.IsSlow) return;
        var slow = $"{item.Name} ({item.Kind}): nineteen of twenty within {Say.Ms(item.P95)}, {Say.Ms(item.LimitMs)} is the limit; most of it is {item.Phase ?? "not known"}";
        if (item.IsOver) found.Fail(ProbeErrors.TooSlow, slow);
        else found.Warn(ProbeErrors.TooSlow, slow);
    }
}
