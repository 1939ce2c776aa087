using System.Globalization;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>From an entry of the catalogue to what is looked at: its own probes, and those that its url, unit, files and dependencies mean. Pure.</summary>
internal static class CatalogueChecks
{
    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);

    public static IEnumerable<ServiceCheck> Of(ServiceDefinition service) => Own(service).Concat(Derived(service)).DistinctBy(check => check.Key, StringComparer.Ordinal);

    private static IEnumerable<ServiceCheck> Own(ServiceDefinition service)
    {
        foreach (var probe in Maps(service, "probes"))
        {
            var uses = probe["uses"] as string ?? "";
            IEnumerable<string?> hosts = probe.GetValueOrDefault("onHosts") is true ? Hosts(service) : [null];
            foreach (var host in hosts)
                yield return Make(service, (string)probe["id"]! + At(host), uses, "probes", probe.GetValueOrDefault("with") as IReadOnlyDictionary<string, object?> ?? Nothing, host) with
                {
                    Title = probe.GetValueOrDefault("title") as string, Fault = probe.GetValueOrDefault("fault") as string ?? ServiceCheck.FaultOf(uses), Every = probe.GetValueOrDefault("every") as TimeSpan?,
                    Impact = Number(probe, "impact"), Urgency = Number(probe, "urgency"), Conditions = Texts(probe, "conditions"), Class = probe.GetValueOrDefault("class") as string ?? "availability",
                    Runbook = probe.GetValueOrDefault("runbook") as string,
                };
        }
    }

    private static IEnumerable<ServiceCheck> Derived(ServiceDefinition service)
    {
        var record = service.Record;
        var (url, health) = (record.GetValueOrDefault("url") as string, record.GetValueOrDefault("healthUrl") as string);
        if (health is not null) yield return Make(service, "health", "probe.http", "healthUrl", Map(("url", health)));
        if (url is not null && url != health) yield return Make(service, "url", "probe.http", "url", Map(("url", url)));
        foreach (var (id, address) in new[] { ("certificate", url), ("health-certificate", health) }.Where(item => item.Item2 is not null).Select(item => (item.Item1, new Uri(item.Item2!))).Where(item => item.Item2.Scheme == Uri.UriSchemeHttps).DistinctBy(item => (item.Item2.IdnHost, item.Item2.Port)))
            yield return Make(service, id, "probe.tls", id == "certificate" ? "url" : "healthUrl", Map(("host", address.IdnHost), ("port", (long)address.Port))) with { Every = Hourly };
        // what runs elsewhere is seen only there; who manages its services is not known from here
        var hosts = Hosts(service).ToArray();
        var here = hosts is [null];
        if (here && record.GetValueOrDefault("control") is IReadOnlyDictionary<string, object?> control && control.GetValueOrDefault("status") is { } status) yield return Make(service, "status", "probe.service", "control", Map(("status", status), ("manager", "command")));
        else if (here && service.Unit is { } unit) yield return Make(service, "unit", "probe.service", "unit", Map(("name", unit)));
        if (here && record.GetValueOrDefault("proxyUnit") is string proxy) yield return Make(service, "proxy-unit", "probe.service", "proxyUnit", Map(("name", proxy)));
        if (here && record.GetValueOrDefault("certificates") is IReadOnlyDictionary<string, object?> files && (files.ContainsKey("paths") || files.ContainsKey("store")))
            yield return Make(service, "certificate-files", "probe.certificates", "certificates", files.Where(pair => pair.Key != "renew").ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal)) with { Every = Hourly };
        if (record.GetValueOrDefault("containers") is IReadOnlyDictionary<string, object?> containers) yield return Make(service, "containers", "probe.container", "containers", containers);
        foreach (var host in hosts)
        {
            if (record.GetValueOrDefault("pidFile") is string file) yield return Make(service, "process" + At(host), "probe.process", "pidFile", Map(("pidFile", file)), host);
            if (record.GetValueOrDefault("paths") is IReadOnlyList<object?> { Count: > 0 } paths) yield return Make(service, "disk" + At(host), "probe.disk", "paths", Map(("paths", paths)), host);
        }
        foreach (var needed in Maps(service, "dependencies"))
            if (Dependency(service, needed) is { } check) yield return check;
    }

    /// <summary>What a service needs is asked once for all that need it; another service of the catalogue is looked at as such.</summary>
    private static ServiceCheck? Dependency(ServiceDefinition service, IReadOnlyDictionary<string, object?> needed)
    {
        var name = needed["name"] as string ?? "";
        if (needed.GetValueOrDefault("host") is string host && needed.GetValueOrDefault("port") is long port)
            return Make(service, "dependency-" + Slug(name), "probe.tcp", "dependencies", Map(("host", host), ("port", port))) with { Key = string.Create(CultureInfo.InvariantCulture, $"dependency/tcp:{host.ToLowerInvariant()}:{port}"), Dependency = string.Create(CultureInfo.InvariantCulture, $"{name} ({host}:{port})") };
        if (needed.GetValueOrDefault("url") is string url)
            return Make(service, "dependency-" + Slug(name), "probe.http", "dependencies", Map(("url", url))) with { Key = $"dependency/{Bare(url)}", Dependency = $"{name} ({Bare(url)})" };
        return null;
    }

    /// <summary>An address without who asks: keys are kept in the journal.</summary>
    private static string Bare(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.UserInfo.Length > 0 ? url.Replace(address.UserInfo + "@", "", StringComparison.Ordinal) : url;

    /// <summary>The other services of the catalogue that it needs.</summary>
    public static IEnumerable<string> Needs(ServiceDefinition service) => Maps(service, "dependencies").Select(needed => needed.GetValueOrDefault("service") as string).OfType<string>();

    private static ServiceCheck Make(ServiceDefinition service, string id, string uses, string source, IReadOnlyDictionary<string, object?> with, string? host = null)
    {
        var check = new ServiceCheck($"service/{service.Id}/{id}", [service.Id], id, uses, ServiceCheck.FaultOf(uses), source) { Host = host };
        if (!ProbeTable.All.TryGetValue(uses, out var probe)) return check with { Problem = $"there is no probe '{uses}'. {Nearest.Hint(uses, ProbeTable.All.Keys)}".TrimEnd() };
        if (host is not null && !StepKinds.Elsewhere.Contains(uses)) return check with { Problem = $"{uses} works only from here, not on {host}" };
        if (host is not null && RemoteTarget.Parse(host, out var why) is not { IsSsh: true }) return check with { Problem = $"{host} cannot be asked over ssh{(why.Length == 0 ? "" : $": {why}")}" };
        var bag = new DiagnosticBag();
        var read = ValueReader.Read(with, probe.Parameters, "", bag);
        return bag.HasErrors ? check with { Problem = Words(uses, bag.Items[0]) } : check with { With = new Arguments((IReadOnlyDictionary<string, object?>)read!) };
    }

    private static string Words(string uses, Diagnostic finding) => $"{uses}{(finding.Path.Length == 0 ? "" : $" {finding.Path}")}: {finding.Message}{(finding.Fix is null ? "" : " " + finding.Fix)}";

    /// <summary>The machines a service runs on; null is this one.</summary>
    private static IEnumerable<string?> Hosts(ServiceDefinition service) => Texts(service.Record, "hosts") is { Count: > 0 } hosts ? hosts.Select(host => host == "local" ? null : host) : [null];

    private static string At(string? host) => host is null ? "" : "@" + host;
    private static string Slug(string name) => string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')).Trim('-');
    private static int? Number(IReadOnlyDictionary<string, object?> map, string key) => map.GetValueOrDefault(key) is long number ? (int)number : null;
    private static IReadOnlyList<string> Texts(IReadOnlyDictionary<string, object?> map, string key) => map.GetValueOrDefault(key) is IReadOnlyList<object?> list ? [.. list.OfType<string>()] : [];
    private static IEnumerable<IReadOnlyDictionary<string, object?>> Maps(ServiceDefinition service, string key) => (service.Record.GetValueOrDefault(key) as IReadOnlyList<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>();
    private static Dictionary<string, object?> Map(params (string Key, object? Value)[] members) => members.ToDictionary(member => member.Key, member => member.Value, StringComparer.Ordinal);
    private static readonly Dictionary<string, object?> Nothing = [];
}
