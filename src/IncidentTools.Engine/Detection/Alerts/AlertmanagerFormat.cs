namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>The webhook of Alertmanager (version 4), and Grafana's, which has the same members and some more.</summary>
internal static class AlertmanagerFormat
{
    public static IEnumerable<Alert> Read(JsonPart root, string format)
    {
        var group = root.TextOrNull("groupKey") ?? "";
        var common = root.Find("commonAnnotations");
        foreach (var item in root.List("alerts").Items())
        {
            if (!item.IsObject) throw Errors.AlertInvalid(item.Path, "an alert should be an object");
            var status = item.Text("status");
            if (status is not ("firing" or "resolved")) throw Errors.AlertInvalid($"{item.Path}.status", $"'{Alert.Clean(status, 40)}' is neither firing nor resolved");
            var labels = AlertReader.Labels(item.Object("labels").Scalars());
            var annotations = AlertReader.Labels((item.Find("annotations")?.Scalars() ?? []).Concat(common?.Scalars() ?? []));
            var name = labels.GetValueOrDefault("alertname");
            var title = annotations.GetValueOrDefault("summary") ?? annotations.GetValueOrDefault("title") ?? (name is null ? null : $"{name}{(labels.GetValueOrDefault("instance") is { } instance ? $" on {instance}" : "")}") ?? "An alert without a name";
            yield return new Alert(format, Key(item, labels), group.Length > 0 ? group : name ?? title, status == "firing", Alert.Clean(title, Alert.LongestTitle))
            {
                Text = (annotations.GetValueOrDefault("description") ?? annotations.GetValueOrDefault("message") ?? item.TextOrNull("valueString")) is { } text ? Alert.Clean(text, Alert.LongestText, lines: true) : null,
                Severity = labels.GetValueOrDefault("severity") ?? labels.GetValueOrDefault("priority"), Labels = labels, StartsAt = item.Time("startsAt"),
                Link = (annotations.GetValueOrDefault("runbook_url") ?? item.TextOrNull("panelURL") ?? item.TextOrNull("generatorURL")) is { Length: > 0 } link ? Alert.Clean(link, Alert.LongestLabel) : null,
            };
        }
    }

    /// <summary>The fingerprint; of an older sender, one made of the labels, which are the alert's identity.</summary>
    private static string Key(JsonPart item, IReadOnlyDictionary<string, string> labels) => item.TextOrNull("fingerprint") is { Length: > 0 } fingerprint ? Alert.Clean(fingerprint, 100)
        : AlertReader.Digest(string.Join('\n', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")));
}
