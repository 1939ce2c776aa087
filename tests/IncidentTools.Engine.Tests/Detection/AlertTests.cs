using IncidentTools.Engine.Detection.Alerts;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>Bodies as the tools post them, taken in over a real store.</summary>
public sealed class AlertTests
{
    private const string Shop = "  shop: { name: Web shop, critical: true, url: 'https://shop.example.com/', hosts: [web1], runbooks: [outage] }\n  db: { name: Database, url: 'http://db/' }\n";

    internal static string Alertmanager(string status = "firing", string service = "shop", string severity = "critical", string fingerprint = "c0ffee", string starts = "2026-11-24T02:59:00Z", string group = "{}:{alertname=\\\"Down\\\"}", string summary = "Shop answers 502") => $$"""
        { "version": "4", "groupKey": "{{group}}", "truncatedAlerts": 0, "status": "{{status}}", "receiver": "ops", "groupLabels": {}, "commonLabels": {}, "commonAnnotations": {}, "externalURL": "http://am",
          "alerts": [ { "status": "{{status}}", "labels": { "alertname": "Down", "service": "{{service}}", "severity": "{{severity}}" }, "annotations": { "summary": "{{summary}}", "description": "more" },
            "startsAt": "{{starts}}", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prom/graph", "fingerprint": "{{fingerprint}}" } ] }
        """;

    [Fact]
    public void A_firing_alert_opens_once_however_often_it_is_delivered_and_its_end_is_noted()
    {
        using var world = new DetectionWorld(Shop);
        var first = Assert.Single(world.Receive(Alertmanager()));
        Assert.Equal(("Opened", "INC-1", "shop", "outage"), (first.Action, first.Incident, first.Service, first.Runbook));
        var incident = Assert.Single(world.Incidents);
        Assert.Equal(("Web shop: Shop answers 502", "P0", "outage"), (incident.Title, incident.Severity.Level, incident.Runbook));
        var entries = world.Entries;
        Assert.Equal("Ignored", Assert.Single(world.Receive(Alertmanager())).Action);
        Assert.Equal(entries, world.Entries);
        Assert.Equal("Recovered", Assert.Single(world.Receive(Alertmanager("resolved"))).Action);
        Assert.Equal("Ignored", Assert.Single(world.Receive(Alertmanager("resolved"))).Action);
        // a delivery that was held up
        Assert.Equal(("Ignored", "an older message that came late"), (world.Receive(Alertmanager())[0].Action, world.Receive(Alertmanager())[0].Message));
        Assert.Equal(IncidentStates.Open, world.Incidents[0].State);
        Assert.Single(world.Notes("INC-1"));
        // and when it really fires again
        Assert.Equal("Updated", world.Receive(Alertmanager(starts: "2026-11-24T04:00:00Z"))[0].Action);
        Assert.Single(world.Incidents);
        Assert.Empty(world.Main.Journal.Store.ProjectionDifferences());
    }

    [Fact]
    public void Several_of_one_group_and_service_are_one_incident_until_the_last_is_over()
    {
        using var world = new DetectionWorld(Shop);
        world.Receive(Alertmanager(fingerprint: "a"));
        Assert.Equal("Updated", world.Receive(Alertmanager(fingerprint: "b", summary: "Slow, too"))[0].Action);
        Assert.Equal("Updated", world.Receive(Alertmanager("resolved", fingerprint: "a"))[0].Action);
        Assert.Equal("Recovered", world.Receive(Alertmanager("resolved", fingerprint: "b"))[0].Action);
        Assert.Equal(["new: Slow, too", "no longer: alert/a"], world.Notes("INC-1").Take(2).Select(note => note.Split("- ")[1]));
        // another service is another incident, whatever the group
        Assert.Equal("Opened", world.Receive(Alertmanager(service: "db", fingerprint: "c"))[0].Action);
    }

    [Fact]
    public void An_alert_about_what_a_probe_found_a_moment_ago_is_the_same_incident()
    {
        using var world = new DetectionWorld(Shop);
        world.See("shop.example.com", 'F');
        world.Ticks(2);
        Assert.Equal(("Joined", "INC-1"), (world.Receive(Alertmanager())[0].Action, world.Receive(Alertmanager())[0].Incident));
        Assert.Single(world.Incidents);
    }

    [Theory]
    [InlineData("service", "shop", "shop")]
    [InlineData("service", "SHOP", "shop")]
    [InlineData("app", "Web shop", "shop")]
    [InlineData("instance", "https://shop.example.com/x", "shop")]
    [InlineData("instance", "shop.example.com:443", "shop")]
    [InlineData("instance", "web1:9100", "shop")]
    [InlineData("instance", "web10:9100", null)]
    [InlineData("team", "shop", null)]
    public void The_service_is_found_through_labels(string label, string value, string? service)
    {
        using var world = new DetectionWorld(Shop);
        var body = $$"""{ "title": "Down", "labels": { "{{label}}": "{{value}}" } }""";
        Assert.Equal(service, Assert.Single(world.Receive(body)).Service);
        Assert.Equal(service ?? "db", Assert.Single(world.Receive(body, service: "db")).Service);
    }

    [Fact]
    public void The_senders_word_is_graded_by_the_policy()
    {
        using var world = new DetectionWorld(Shop, "  severity: { sev-9: { impact: 2, urgency: 3, conditions: [non-production] }, default: { impact: 3, urgency: 3 } }\n");
        world.Receive("""[{ "title": "a", "severity": "Sev-9", "key": "1" }, { "title": "b", "severity": "odd", "key": "2" }, { "title": "c", "severity": "critical", "key": "3" }]""");
        Assert.Equal(["P3", "P4", "P0"], world.Incidents.OrderBy(incident => incident.Title, StringComparer.Ordinal).Select(incident => incident.Severity.Level));
    }

    [Fact]
    public void Grafana_is_told_from_Alertmanager_and_read_alike()
    {
        using var world = new DetectionWorld(Shop);
        var body = Alertmanager().Replace("\"version\": \"4\"", "\"version\": \"1\", \"orgId\": 1, \"title\": \"[FIRING:1]\", \"state\": \"alerting\", \"message\": \"x\"", StringComparison.Ordinal).Replace("\"generatorURL\"", "\"valueString\": \"[ var='A' value=5 ]\", \"panelURL\": \"http://grafana/d/1\", \"generatorURL\"", StringComparison.Ordinal);
        Assert.StartsWith("alert/grafana/", world.Receive(body)[0].Fault, StringComparison.Ordinal);
        Assert.Equal("Recovered", world.Receive(body.Replace("firing", "resolved", StringComparison.Ordinal))[0].Action);
    }

    private static string PagerDuty(string type, string occurred, string status = "triggered") => $$"""
        { "event": { "id": "01E", "event_type": "incident.{{type}}", "resource_type": "incident", "occurred_at": "{{occurred}}", "agent": null, "client": null,
          "data": { "id": "PGR0VU2", "type": "incident", "self": "https://api/x", "html_url": "https://acme/incidents/PGR0VU2", "number": 2, "status": "{{status}}", "incident_key": "d3", "created_at": "2026-11-24T02:50:00Z", "title": "A little bump in the road",
            "service": { "html_url": "https://acme/s", "id": "PF9KMXH", "summary": "Web shop", "type": "service_reference" }, "assignees": [], "priority": null, "urgency": "high" } } }
        """;

    [Fact]
    public void PagerDuty_webhooks_open_are_kept_and_recover_and_one_opened_again_is_back()
    {
        using var world = new DetectionWorld(Shop);
        Assert.Equal(("Opened", "shop"), (world.Receive(PagerDuty("triggered", "2026-11-24T02:50:00Z"))[0].Action, world.Receive(PagerDuty("triggered", "2026-11-24T02:50:00Z"))[0].Service));
        Assert.Equal("P1", world.Incidents[0].Severity.Level);
        Assert.Equal("Ignored", world.Receive(PagerDuty("acknowledged", "2026-11-24T02:51:00Z", "acknowledged"))[0].Action);
        Assert.Equal("Recovered", world.Receive(PagerDuty("resolved", "2026-11-24T02:55:00Z", "resolved"))[0].Action);
        Assert.Equal("Ignored", world.Receive(PagerDuty("triggered", "2026-11-24T02:50:00Z"))[0].Action);
        Assert.Equal("Updated", world.Receive(PagerDuty("reopened", "2026-11-24T02:58:00Z"))[0].Action);
        Assert.Single(world.Incidents);
    }

    [Fact]
    public void PagerDuty_events_are_read_and_their_routing_key_is_kept_nowhere()
    {
        using var world = new DetectionWorld(Shop);
        var body = """{ "routing_key": "R0UT1NGK3Y", "dedup_key": "srv01/HTTP", "event_action": "trigger", "payload": { "summary": "HTTP is down", "source": "web1", "severity": "error", "timestamp": "2026-11-24T02:00:00Z", "component": "shop", "custom_details": { "ping": "1500ms", "nested": {} } } }""";
        Assert.Equal(("Opened", "shop", "srv01/HTTP"), (world.Receive(body)[0].Action, world.Receive(body)[0].Service, world.Receive(body)[0].Key));
        Assert.Equal("Recovered", world.Receive("""{ "routing_key": "R0UT1NGK3Y", "dedup_key": "srv01/HTTP", "event_action": "resolve" }""", service: "shop")[0].Action);
        Assert.DoesNotContain(world.Main.Journal.Store.ReadRaw(), entry => entry.CanonicalJson.Contains("R0UT1NGK3Y", StringComparison.Ordinal) || world.Main.Journal.Store.ReadSealed(entry.Id).Any(value => value.ToString().Contains("R0UT1NGK3Y", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("", "line 1, byte 1", "empty")]
    [InlineData("{ \"alerts\": [ }", "line 1, byte 15", "not JSON")]
    [InlineData("{\n \"a\": nope }", "line 2, byte 8", "not JSON")]
    [InlineData("5", "the body", "object")]
    [InlineData("[1]", "[0]", "object")]
    [InlineData("{}", "the body", "'title' is missing")]
    [InlineData("[]", "the body", "no alert")]
    [InlineData("{\"title\":\"x\",\"status\":\"maybe\"}", "status", "neither")]
    [InlineData("{\"title\":{}}", "title", "should be a text, and is an object")]
    [InlineData("{\"receiver\":\"x\",\"alerts\":[{\"status\":\"firing\",\"labels\":{}},{\"status\":\"odd\",\"labels\":{}}]}", "alerts[1].status", "neither firing nor resolved")]
    [InlineData("{\"receiver\":\"x\",\"alerts\":[{\"status\":\"firing\",\"labels\":[]}]}", "alerts[0]", "'labels' should be an object, and is a list")]
    [InlineData("{\"receiver\":\"x\",\"alerts\":[{\"status\":\"firing\",\"labels\":{},\"startsAt\":\"yesterday\"}]}", "alerts[0].startsAt", "no time")]
    [InlineData("{\"event\":{\"event_type\":\"service.updated\"}}", "event.event_type", "not about an incident")]
    [InlineData("{\"event\":{\"event_type\":\"incident.triggered\",\"data\":{}}}", "event.data", "'id' is missing")]
    [InlineData("{\"event_action\":\"explode\"}", "event_action", "none of trigger")]
    [InlineData("{\"event_action\":\"resolve\"}", "the body", "'dedup_key' is missing")]
    public void What_cannot_be_read_is_refused_with_the_place(string body, string where, string what)
    {
        var error = Assert.Throws<IncidentToolsException>(() => AlertReader.Read(body, null));
        Assert.Equal("AlertInvalid", error.ErrorId);
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_large_too_many_and_too_deep_are_refused()
    {
        Assert.Equal("AlertTooLarge", Assert.Throws<IncidentToolsException>(() => AlertReader.Read($"{{\"title\":\"{new string('x', AlertReader.MostBytes)}\"}}", null)).ErrorId);
        Assert.Equal("AlertTooLarge", Assert.Throws<IncidentToolsException>(() => AlertReader.Read($"[{string.Join(',', Enumerable.Repeat("{\"title\":\"x\"}", 1001))}]", null)).ErrorId);
        Assert.Equal("AlertInvalid", Assert.Throws<IncidentToolsException>(() => AlertReader.Read(new string('[', 100), null)).ErrorId);
        Assert.Equal(1000, AlertReader.Read($"[{string.Join(',', Enumerable.Repeat("{\"title\":\"x\"}", 1000))}]", null).Count);
    }

    [Fact]
    public void Hostile_text_is_only_data()
    {
        using var world = new DetectionWorld(Shop);
        var body = "{ \"title\": \"${{ $service.url }} $(Remove-Item /)\\u001b[31m \\u202eevil\\r\\nline\", \"service\": \"shop\", \"key\": \"../../x\\u0000y\", \"labels\": { \"a\": \"" + new string('z', 5000) + "\" } }";
        world.Receive(body);
        var incident = Assert.Single(world.Incidents);
        Assert.Equal("Web shop: ${{ $service.url }} $(Remove-Item /)[31m evil  line", incident.Title);
        Assert.Equal("Ignored", world.Receive(body)[0].Action);
        Assert.Single(AlertReader.Read("{ \"title\": \"x\", \"description\": \"a\\nb\\u0007\" }", null), alert => alert.Text == "a\nb");
    }

    [Fact]
    public void In_maintenance_nothing_is_opened_and_a_what_if_writes_nothing()
    {
        using var world = new DetectionWorld(Shop.Replace("hosts: [web1]", "maintenance: [{ from: 2026-11-24T02:00:00Z, to: 2026-11-24T03:10:00Z, reason: release }]", StringComparison.Ordinal));
        Assert.Equal(("Suppressed", "shop is in maintenance: release"), (world.Receive(Alertmanager())[0].Action, world.Receive(Alertmanager())[0].Message));
        world.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("Opened", world.Receive(Alertmanager(), whatIf: true)[0].Action);
        Assert.Empty(world.Incidents);
        Assert.Equal("Opened", world.Receive(Alertmanager())[0].Action);
    }
}
