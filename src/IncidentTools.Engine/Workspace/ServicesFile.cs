using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace.Services;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>services.yaml: the catalogue that fills runbook parameters.</summary>
internal static class ServicesFile
{
    private static readonly ListShape CommandLine = ListOf(Text) with { MinItems = 1 };

    internal static readonly ObjectShape Service = new("a service",
        Required("name", Text, "its name for people"),
        Optional("critical", Bool, "whether its outage alone is extensive impact", false),
        Optional("owner", Slug, "a team or person of contacts.yaml"),
        Optional("escalationPolicy", Slug, "an escalation policy of contacts.yaml"),
        Optional("url", Url, "where it answers"),
        Optional("healthUrl", Url, "where it says whether it is well, if not at url"),
        Optional("upstreamUrl", Url, "where the proxy in front gets it from, asked past the proxy"),
        Optional("unit", Text, "its unit (systemd) or service name (Windows)"),
        Optional("proxyUnit", Text, "the proxy's unit or service name"),
        Optional("hosts", ListOf(Text with { Pattern = @"^([a-z]+://)?[A-Za-z0-9_.\[][^\s/]*$", Expected = "a name or ssh://user@host:port" }, allowSingle: true), "machines it runs on: a step's target may be ${{ $service.hosts }}"),
        Optional("control", new ObjectShape("control",
            Optional("start", CommandLine, "program and arguments"), Optional("stop", CommandLine, "program and arguments"),
            Optional("restart", CommandLine, "program and arguments"), Optional("reload", CommandLine, "program and arguments"),
            Optional("status", CommandLine, "program and arguments; exit code 0 = running")), "commands instead of a service manager"),
        Optional("configTest", CommandLine, "program and arguments that check the configuration; exit code 0 = good"),
        Optional("drain", CommandLine, "program and arguments that take it out of the load balancer"),
        Optional("undrain", CommandLine, "program and arguments that put it back"),
        Optional("rollback", CommandLine, "program and arguments that bring the last good release back"),
        Optional("logs", ListOf(Text, allowSingle: true), "log files"),
        Optional("pidFile", Text, "file with its process id"),
        Optional("paths", ListOf(Text, allowSingle: true), "folders whose disks matter"),
        Optional("dependencies", ListOf(new ObjectShape("a dependency", Required("name", Text, "its name"), Optional("host", Text, "host"), Optional("port", Int with { Min = 1, Max = 65535 }, "TCP port"), Optional("url", Url, "URL"),
            Optional("status", Url, "its vendor's status page"), Optional("components", ListOf(Text, allowSingle: true), "components of that page that matter; default the whole"),
            Optional("service", Slug, "its id, when it is a service of this catalogue"))), "what it needs"),
        ChangesShape.Field,
        ContainersShape.Field,
        BackupsShape.Field,
        CertificatesShape.Field,
        DatabasesShape.Field,
        Services.SecurityShape.Field,
        PerformanceShape.Field,
        InstancesShape.Field,
        Optional("probes", ProbesShape.Shape, "what is looked at beside its url, unit, files and dependencies"),
        Optional("maintenance", MaintenanceShape.Shape, "when it may be down: nothing is opened then"),
        Optional("runbooks", ListOf(Slug, allowSingle: true), "runbooks that fit it, best first"));

    public static readonly ObjectShape Shape = new("services.yaml",
        Required("schema", OneOf("incidenttools/services/v1"), "the format"),
        Optional("services", new MapShape(Service) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "services by id"));

    /// <summary>What <c>$service</c> may have, x- keys aside.</summary>
    public static IReadOnlyCollection<string> Keys { get; } = [.. Service.Fields.Select(field => field.Name), "id"];

    public static IReadOnlyDictionary<string, ServiceDefinition> Bind(PlainMap file) => file.Map("services").Maps().ToDictionary(item => item.Key, item => new ServiceDefinition
    {
        Id = item.Key, Name = item.Value.Text("name"), Critical = item.Value.Flag("critical"), Owner = item.Value.TextOrNull("owner"), EscalationPolicy = item.Value.TextOrNull("escalationPolicy"),
        Url = item.Value.TextOrNull("url"), Unit = item.Value.TextOrNull("unit"), Runbooks = item.Value.Texts("runbooks"),
        Record = new Dictionary<string, object?>(item.Value, StringComparer.OrdinalIgnoreCase) { ["id"] = item.Key },
    }, StringComparer.Ordinal);

    public static void Check(PlainMap services, PlainMap? contacts, PlainMap? policyFile, DiagnosticBag bag)
    {
        foreach (var (id, service) in services.Map("services").Maps()) DatabasesShape.Check(id, service, bag);
        var conditions = policyFile?.Map("severity").Map("conditions").Keys.ToArray() ?? [];
        foreach (var (id, service) in services.Map("services").Maps())
        {
            ProbesShape.Check(id, service, conditions, bag);
            MaintenanceShape.Check(service.List("maintenance"), $"services.{id}.maintenance", bag);
            foreach (var (needed, index) in service.List("dependencies").OfType<PlainMap>().Select((needed, index) => (needed, index)))
                if (needed.TextOrNull("service") is { } other && !services.Map("services").ContainsKey(other))
                    bag.Error("IT3001", needed.At("service"), $"services.{id}.dependencies[{index}].service", $"there is no service '{other}' in services.yaml", Nearest.Hint(other, services.Map("services").Keys));
        }
        if (contacts is null) return;
        var policies = contacts.Map("escalationPolicies");
        var owners = contacts.Map("people").Keys.Concat(contacts.Map("teams").Keys).ToArray();
        foreach (var (id, service) in services.Map("services").Maps())
        {
            if (service.TextOrNull("escalationPolicy") is { } policy && !policies.ContainsKey(policy))
                bag.Error("IT3001", service.At("escalationPolicy"), $"services.{id}.escalationPolicy", $"there is no escalation policy '{policy}' in contacts.yaml", Nearest.Hint(policy, policies.Keys));
            if (service.TextOrNull("owner") is { } owner && !owners.Contains(owner, StringComparer.Ordinal))
                bag.Error("IT3001", service.At("owner"), $"services.{id}.owner", $"there is no person or team '{owner}' in contacts.yaml", Nearest.Hint(owner, owners));
        }
    }
}
