namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>PagerDuty: its webhooks (v3), and the events (v2) that tools send to it and may send here as well.</summary>
internal static class PagerDutyFormat
{
    public static IEnumerable<Alert> Read(JsonPart root) => root.Find("event_action") is not null ? [Event(root)]
        : root.Find("messages") is not null ? throw Errors.AlertInvalid("messages", "these are PagerDuty webhooks of version 1 or 2; only version 3 is read")
        : Webhook(root.Object("event")) is { } alert ? [alert] : [];

    private static Alert Webhook(JsonPart happened)
    {
        var type = happened.Text("event_type");
        if (!type.StartsWith("incident.", StringComparison.Ordinal)) throw Errors.AlertInvalid(happened.Path + ".event_type", $"'{Alert.Clean(type, 60)}' is not about an incident");
        var data = happened.Object("data");
        // notes and the like are about an incident that they only name
        var incident = data.TextOrNull("type") is null or "incident" ? data : data.Object("incident");
        var id = incident.Text("id");
        var service = incident.Find("service");
        var labels = AlertReader.Labels(new (string Name, string? Value)[]
        {
            ("service", service?.TextOrNull("summary")), ("service_id", service?.TextOrNull("id")), ("urgency", incident.TextOrNull("urgency")), ("priority", incident.Find("priority") is { IsObject: true } priority ? priority.TextOrNull("summary") : null), ("event", type),
        }.Where(item => item.Value is { Length: > 0 }).Select(item => KeyValuePair.Create(item.Name, Alert.Clean(item.Value!, Alert.LongestLabel))));
        return new Alert("pagerduty", Alert.Clean(id, 100), id, type != "incident.resolved" && incident.TextOrNull("status") != "resolved", Alert.Clean(incident.TextOrNull("title") ?? incident.TextOrNull("summary") ?? $"PagerDuty incident {id}", Alert.LongestTitle))
        {
            Severity = labels.GetValueOrDefault("priority") ?? labels.GetValueOrDefault("urgency"), Labels = labels, StartsAt = happened.Time("occurred_at") ?? incident.Time("created_at"), // of one opened again, the latter stays
            Link = incident.TextOrNull("html_url") is { } link ? Alert.Clean(link, Alert.LongestLabel) : null,
        };
    }

    /// <summary>The routing key is a secret of somebody else's and is never looked at.</summary>
    private static Alert Event(JsonPart root)
    {
        var action = root.Text("event_action");
        if (action is not ("trigger" or "acknowledge" or "resolve")) throw Errors.AlertInvalid("event_action", $"'{Alert.Clean(action, 40)}' is none of trigger, acknowledge and resolve");
        var payload = root.Find("payload");
        if (payload is null && action == "trigger") throw Errors.AlertInvalid("the body", "'payload' is missing");
        var title = payload?.Text("summary") ?? "PagerDuty event";
        var labels = AlertReader.Labels(new[] { "source", "component", "group", "class", "severity" }.Select(name => KeyValuePair.Create(name, payload?.TextOrNull(name) is { } value ? Alert.Clean(value, Alert.LongestLabel) : "")).Where(label => label.Value.Length > 0)
            .Concat(payload?.Find("custom_details")?.Scalars() ?? []));
        var key = root.TextOrNull("dedup_key") is { Length: > 0 } given ? given : action == "trigger" ? AlertReader.Digest($"{title}\n{labels.GetValueOrDefault("source")}") : throw Errors.AlertInvalid("the body", $"'dedup_key' is missing: nobody knows what to {action}");
        return new Alert("pagerduty", Alert.Clean(key, 100), key, action != "resolve", Alert.Clean(title, Alert.LongestTitle))
        {
            Severity = labels.GetValueOrDefault("severity"), Labels = labels, StartsAt = action == "trigger" ? payload?.Time("timestamp") : null, Link = root.TextOrNull("client_url") is { } link ? Alert.Clean(link, Alert.LongestLabel) : null,
        };
    }
}
