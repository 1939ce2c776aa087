using IncidentTools.Engine.Detection;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>What an entry of the catalogue means for what is looked at.</summary>
public sealed class CatalogueCheckTests
{
    private static ServiceCheck[] Of(string services, string id = "shop")
    {
        using var world = new DetectionWorld(services);
        return [.. CatalogueChecks.Of(world.Main.Workspace().Services[id])];
    }

    [Fact]
    public void Address_health_unit_proxy_files_and_dependencies_are_looked_at()
    {
        var checks = Of("""
              shop:
                name: Shop
                url: https://shop.example.com/
                healthUrl: https://health.example.com
                unit: shop.service
                proxyUnit: nginx.service
                pidFile: /run/shop.pid
                paths: [/srv]
                certificates: { paths: [/etc/ssl/shop], renew: [certbot, renew] }
                containers: { manager: docker, names: [web] }
                dependencies: [{ name: My DB, host: DB.example.com, port: 5432 }, { name: pay, url: 'https://pay.example.com/' }, { name: other, service: shop }]

            """);
        Assert.All(checks, check => Assert.Null(check.Problem));
        Assert.Equal(["certificate", "certificate-files", "containers", "dependency-my-db", "dependency-pay", "disk", "health", "health-certificate", "process", "proxy-unit", "unit", "url"], checks.Select(check => check.Id).Order(StringComparer.Ordinal));
        Assert.Equal("dependency/tcp:db.example.com:5432", checks.Single(check => check.Id == "dependency-my-db").Key);
        Assert.Equal(["certificate", "certificate"], checks.Where(check => check.Id.EndsWith("certificate", StringComparison.Ordinal)).Select(check => check.Fault));
        Assert.Equal("health.example.com", checks.Single(check => check.Id == "health-certificate").With.Text("host"));
        Assert.All(checks.Where(check => check.Fault == "certificate"), check => Assert.Equal(TimeSpan.FromHours(1), check.Every));
    }

    [Fact]
    public void What_runs_elsewhere_is_asked_there_or_not_at_all()
    {
        var checks = Of("  shop: { name: Shop, unit: shop.service, pidFile: /run/shop.pid, paths: [/srv], hosts: ['ssh://web1', 'psrp://win1'], probes: [{ id: full, uses: probe.disk, onHosts: true }, { id: page, uses: probe.http, with: { url: 'http://x/' }, onHosts: true }] }\n");
        Assert.DoesNotContain(checks, check => check.Id == "unit"); // nobody here knows its manager
        Assert.Equal(["disk@ssh://web1", "full@ssh://web1", "process@ssh://web1"], checks.Where(check => check.Problem is null).Select(check => check.Id).Order(StringComparer.Ordinal));
        Assert.Contains("cannot be asked over ssh", checks.Single(check => check.Id == "disk@psrp://win1").Problem, StringComparison.Ordinal);
        Assert.Contains("works only from here", checks.Single(check => check.Id == "page@ssh://web1").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_probes_say_what_their_failure_means()
    {
        var check = Assert.Single(Of("  shop: { name: Shop, probes: [{ id: pay, uses: probe.http, with: { url: 'http://x/', timeout: 5s }, every: 10m, title: Nobody can pay, fault: payment, impact: 1, urgency: 2, conditions: redundancy-lost, class: data, runbook: outage }] }\n"));
        Assert.Equal(("service/shop/pay", "payment", 1, 2, "data", "outage", "Nobody can pay"), (check.Key, check.Fault, check.Impact, check.Urgency, check.Class, check.Runbook, check.Title));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10)), (check.With.Duration("timeout"), check.Every));
        using var world = new DetectionWorld("  shop: { name: Shop, probes: [{ id: pay, uses: probe.http, with: { url: 'http://x/' }, conditions: redundancy-lost, title: Nobody can pay, impact: 3, urgency: 3 }] }\n");
        world.See("x", 'F');
        world.Ticks(2);
        Assert.Equal(("P2", "Shop: Nobody can pay"), (Assert.Single(world.Incidents).Severity.Level, world.Incidents[0].Title));
    }

    [Theory]
    [InlineData("{ id: a, uses: probe.htpp, with: {} }", "IT3006", "probes[0].uses", "probe.http")]
    [InlineData("{ id: a, uses: probe.http, with: { ulr: x } }", "IT2001", "probes[0].with.ulr", "url")]
    [InlineData("{ id: a, uses: probe.tcp, with: { host: x, port: 70000 } }", "IT2004", "probes[0].with.port", "65535")]
    [InlineData("{ id: a, uses: probe.http, with: { url: 'http://x/' }, runbook: outag }", "IT3044", "probes[0].runbook", "outage")]
    public void A_probe_that_cannot_be_asked_is_a_finding_of_the_workspace_with_its_place(string probe, string code, string path, string words)
    {
        using var world = new DetectionWorld($"  shop:\n    name: Shop\n    probes:\n      - {probe}\n");
        var finding = CatalogueFindings.Of(world.Main.Workspace().Services.Values, ["outage"])[0];
        Assert.Equal((code, $"services.shop.{path}", 6), (finding.Code, finding.Path, finding.Span.Line));
        Assert.Contains(words, finding.Message + finding.Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("probes: [{ id: a, uses: probe.http }, { id: a, uses: probe.tcp }]", "IT3040")]
    [InlineData("probes: [{ id: a, uses: probe.http, conditions: redundancy-lots }]", "IT3041")]
    [InlineData("probes: [{ id: a, uses: probe.disk, onHosts: true }]", "IT3042")]
    [InlineData("probes: [{ id: a, uses: action.drain }]", "IT2005")]
    [InlineData("maintenance: [{ from: 2026-12-02T00:00:00Z, to: 2026-12-01T00:00:00Z, reason: x }]", "IT3043")]
    [InlineData("maintenance: [{ from: 2026-12-02T00:00:00Z, reason: x }]", "IT2008")]
    [InlineData("maintenance: [{ weekly: { days: sun, from: '02:00', to: '25:00' }, reason: x }]", "IT2005")]
    [InlineData("dependencies: [{ name: db, service: shpo }]", "IT3001")]
    public void A_mistake_in_the_catalogue_is_a_finding(string line, string code)
    {
        var error = Assert.Throws<IncidentToolsException>(() => new DetectionWorld($"  shop: {{ name: Shop, {line} }}\n"));
        Assert.Equal("WorkspaceInvalid", error.ErrorId);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
    }
}
