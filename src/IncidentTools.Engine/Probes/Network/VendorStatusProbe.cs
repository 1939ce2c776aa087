using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>What a vendor says of its own service. A status page that does not answer tells nothing, neither good nor bad; one that is green tells little.</summary>
internal sealed class VendorStatusProbe() : Probe("probe.vendor-status", "What a vendor's status page says of its service and its open incidents.", Shape,
    "indicator", "description", "page", "incidents", "components", "impaired", "updatedAt")
{
    private const string Summary2 = "/api/v2/summary.json";

    private static readonly ObjectShape Shape = new("probe.vendor-status",
        Required("url", Url, "the status page, or its summary in the form of /api/v2/summary.json"),
        Optional("components", ListOf(Text, allowSingle: true), "components that matter, by name; default: what the page says of the whole"),
        Optional("headers", new MapShape(Text), "request headers; a value of the form secret:name is looked up"),
        Optional("timeout", Shapes.Duration, "for the whole answer", TimeSpan.FromSeconds(10)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var plan = HttpPlan.Of(with, context);
        if (!plan.Url.AbsolutePath.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) plan = plan with { Url = new Uri(plan.Url.GetLeftPart(UriPartial.Path).TrimEnd('/') + Summary2) };
        plan = plan with { FollowRedirects = true, MaxBodyBytes = 4 * 1024 * 1024 };
        var sample = await new HttpExchange(plan, context.Time).RunAsync(cancellation).ConfigureAwait(false);
        var from = HttpExchange.Plain(plan.Url);
        // whatever is wrong on the way there: the vendor's service may be well, or not
        if (sample.Trouble is { } trouble) throw new CannotCheckException(trouble.Word, $"{from}: {trouble.Message}");
        if (sample.Status is not 200) throw new CannotCheckException(ProbeErrors.StatusUnexpected, $"{from} answers {sample.Status} {sample.Reason}");
        if (sample.Truncated) throw new CannotCheckException(ProbeErrors.Truncated, $"{from} gives more than {Say.Bytes(plan.MaxBodyBytes)}");
        var page = StatusPage.Read(sample.Body, from);
        List<StatusComponent> impaired = [.. page.Components.Where(item => item.Status != "operational")];
        (found["indicator"], found["description"], found["page"], found["updatedAt"]) = (page.Indicator, page.Description, page.Name, page.UpdatedAt);
        (found["incidents"], found["components"], found["impaired"]) = (page.Incidents.Count, page.Components.Count, impaired.Select(item => item.Name).Take(50).ToList());
        found.Observe("incidents", page.Incidents);
        found.Observe("impaired", impaired.Take(50).Select(item => new Dictionary<string, object?> { ["name"] = item.Name, ["status"] = item.Status }).ToList());
        var named = with.Texts("components");
        if (named.Count == 0) Whole(page, found);
        foreach (var name in named) Component(name, page, found);
    }

    private static void Whole(StatusPage page, Findings found)
    {
        var text = $"{page.Name} says: {(page.Description.Length > 0 ? page.Description : page.Indicator)}{(page.Incidents.Count > 0 ? $" ({page.Incidents[0]["name"]}{(page.Incidents[0]["id"] is string id ? $", their incident {id}" : "")})" : "")}";
        switch (page.Indicator)
        {
            case "none": found.Pass(text); break;
            case "minor": found.Warn(ProbeErrors.Degraded, text); break;
            case "maintenance": found.Warn(ProbeErrors.Maintenance, text); break;
            case "major" or "critical": found.Fail(ProbeErrors.Outage, text); break;
            default: found.Unknown(ProbeErrors.InvalidResponse, $"{page.Name}: the indicator '{page.Indicator}' is not known"); break;
        }
    }

    private static void Component(string name, StatusPage page, Findings found)
    {
        if (page.Components.FirstOrDefault(item => item.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } component)
        {
            found.Unknown(ProbeErrors.NotFound, $"{page.Name} has no component '{name}'{(Nearest.Hint(name, page.Components.Select(item => item.Name)) is { Length: > 0 } hint ? $": {hint}" : "")}");
            return;
        }
        var text = $"{page.Name} says of {component.Name}: {component.Status.Replace('_', ' ')}";
        switch (component.Status)
        {
            case "operational": found.Pass(text); break;
            case "degraded_performance": found.Warn(ProbeErrors.Degraded, text); break;
            case "under_maintenance": found.Warn(ProbeErrors.Maintenance, text); break;
            case "partial_outage" or "major_outage": found.Fail(ProbeErrors.Outage, text); break;
            default: found.Unknown(ProbeErrors.InvalidResponse, $"{text}: not a known state"); break;
        }
    }
}
