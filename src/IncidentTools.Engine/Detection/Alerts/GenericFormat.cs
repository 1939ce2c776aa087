namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>Anything else: an object or a list of them, with the names that most tools use.</summary>
internal static class GenericFormat
{
    private static readonly string[] Firing = ["firing", "alerting", "triggered", "trigger", "open", "opened", "active", "problem", "down", "critical", "warning", "error", "fail", "failed", "1", "true"];
    private static readonly string[] Over = ["resolved", "resolve", "ok", "closed", "recovered", "recovery", "up", "inactive", "normal", "0", "false"];

    public static IEnumerable<Alert> Read(JsonPart root) => (root.IsList ? root.Items() : root.FindAny("alerts") is { IsList: true } list ? list.Items() : [root]).Select(One);

    private static Alert One(JsonPart item)
    {
        if (!item.IsObject) throw Errors.AlertInvalid(item.Path.Length == 0 ? "the body" : item.Path, "an alert should be an object");
        string? Named(params string[] names) => item.FindAny(names) is { } part ? part.AsText(names[0]) : null;
        var word = (Named("status", "state", "event_action") ?? "firing").Trim().ToLowerInvariant();
        var over = Over.Contains(word);
        // what is over needs no words
        var title = Named("title", "summary", "name", "alertname", "subject", "message") is { Length: > 0 } given ? given
            : over && item.FindAny("key", "dedup_key", "dedupKey", "fingerprint", "incident_key", "id", "alert_id") is not null ? "An alert that is over" : throw Errors.AlertInvalid(item.Path.Length == 0 ? "the body" : item.Path, "'title' is missing: what is wrong?");
        var labels = AlertReader.Labels((item.FindAny("labels", "tags") is { IsObject: true } own ? own.Scalars() : [])
            .Concat(new[] { "service", "app", "component", "host", "instance", "source", "severity", "priority" }.Select(name => KeyValuePair.Create(name, item.FindAny(name) is { IsObject: false, IsList: false } part ? Alert.Clean(part.AsText(name), Alert.LongestLabel) : "")).Where(label => label.Value.Length > 0)));
        if (!over && !Firing.Contains(word)) throw Errors.AlertInvalid($"{(item.Path.Length == 0 ? "" : item.Path + ".")}status", $"'{Alert.Clean(word, 40)}' says neither that it is firing nor that it is resolved");
        var key = Named("key", "dedup_key", "dedupKey", "fingerprint", "incident_key", "id", "alert_id") is { Length: > 0 } id ? id : AlertReader.Digest($"{title}\n{labels.GetValueOrDefault("service")}\n{labels.GetValueOrDefault("host")}\n{labels.GetValueOrDefault("instance")}");
        return new Alert("generic", Alert.Clean(key, 100), key, !over, Alert.Clean(title, Alert.LongestTitle))
        {
            Text = Named("description", "details", "text", "body") is { } text ? Alert.Clean(text, Alert.LongestText, lines: true) : null, Severity = Named("severity", "priority", "level"), Labels = labels,
            StartsAt = item.FindAny("startsAt", "startedAt", "timestamp", "time") is { Element.ValueKind: System.Text.Json.JsonValueKind.String } ? Time(item) : null, Link = Named("url", "link") is { } link ? Alert.Clean(link, Alert.LongestLabel) : null,
        };
    }

    private static DateTimeOffset? Time(JsonPart item) => new[] { "startsAt", "startedAt", "timestamp", "time" }.Select(item.Time).FirstOrDefault(time => time is not null);
}
