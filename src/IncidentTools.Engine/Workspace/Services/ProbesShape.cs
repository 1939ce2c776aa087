using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>probes:</c> of a service: what is looked at beside what its url, unit, files and dependencies say already.</summary>
internal static class ProbesShape
{
    public static readonly ListShape Shape = ListOf(new ObjectShape("a probe of a service",
        Required("id", Slug, "its id, once in the service"),
        Required("uses", Text with { Pattern = "^probe\\.[a-z0-9-]+$", Expected = "a probe: probe.http, probe.disk …" }, "the probe"),
        Optional("with", new MapShape(new AnyShape()), "its arguments, as in a runbook, without expressions"),
        Optional("every", Shapes.Duration with { Min = 10, Max = 7 * 86400 }, "how often it is asked while nothing is wrong; else at every tick"),
        Optional("title", Text, "what is wrong when it fails, in words"),
        Optional("fault", Slug, "the fault it is a symptom of: those of one fault of a service are one incident; default by the kind of probe"),
        Optional("impact", Int with { Min = 1, Max = 3 }, "impact of the incident: 1 extensive, 2 significant, 3 minor"),
        Optional("urgency", Int with { Min = 1, Max = 3 }, "urgency: 1 grows by the minute, 2 worsens today, 3 stable"),
        Optional("conditions", ListOf(Slug, allowSingle: true), "conditions of policy.yaml that apply when it fails"),
        Optional("class", OneOf("availability", "security", "data", "compliance"), "class of the incident", "availability"),
        Optional("runbook", Slug, "the runbook for it"),
        Optional("onHosts", Bool, "whether it is asked on the machines of hosts (over ssh) instead of from here", false)));

    /// <summary>What the shape cannot see: each id once, conditions that the policy has.</summary>
    public static void Check(string service, PlainMap entry, IReadOnlyCollection<string> conditions, DiagnosticBag bag)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (probe, index) in entry.List("probes").OfType<PlainMap>().Select((probe, index) => (probe, index)))
        {
            var path = $"services.{service}.probes[{index}]";
            if (probe.TextOrNull("id") is { } id && !seen.Add(id)) bag.Error("IT3040", probe.At("id"), $"{path}.id", $"the id '{id}' is used twice in this service");
            foreach (var (condition, at) in probe.Texts("conditions").Select((condition, at) => (condition, at)))
                if (!conditions.Contains(condition, StringComparer.Ordinal)) bag.Error("IT3041", probe.List("conditions").At(at), $"{path}.conditions", $"there is no condition '{condition}' in policy.yaml", Nearest.Hint(condition, conditions));
            if (probe.Flag("onHosts") && entry.List("hosts").Count == 0) bag.Error("IT3042", probe.At("onHosts"), $"{path}.onHosts", "the service names no hosts", "Add hosts: [ssh://…], or leave onHosts out.");
        }
    }
}
