using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>Reads the body that a monitoring tool posts. Knows no incident and no service; everything in it is data. Pure.</summary>
internal static class AlertReader
{
    public const int MostBytes = 1024 * 1024, MostAlerts = 1000;
    private const int MostDepth = 32;

    /// <param name="format">Alertmanager, Grafana, PagerDuty or Generic; null = by what is in it.</param>
    /// <exception cref="IncidentToolsException">AlertInvalid, AlertTooLarge.</exception>
    public static IReadOnlyList<Alert> Read(string body, string? format)
    {
        var bytes = Encoding.UTF8.GetByteCount(body);
        if (bytes > MostBytes) throw Errors.AlertTooLarge(string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"), MostBytes);
        using var document = Parse(body);
        var root = new JsonPart(document.RootElement, "");
        var alerts = (format ?? FormatOf(root)) switch
        {
            "Alertmanager" => AlertmanagerFormat.Read(root, "alertmanager"),
            "Grafana" => AlertmanagerFormat.Read(root, "grafana"),
            "PagerDuty" => PagerDutyFormat.Read(root),
            _ => GenericFormat.Read(root),
        };
        List<Alert> all = [.. alerts.Take(MostAlerts + 1)];
        if (all.Count > MostAlerts) throw Errors.AlertTooLarge($"more than {MostAlerts} alerts", MostAlerts);
        return all.Count > 0 ? all : throw Errors.AlertInvalid("the body", "there is no alert in it");
    }

    private static JsonDocument Parse(string body)
    {
        try { return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MostDepth }); }
        catch (JsonException error)
        {
            throw Errors.AlertInvalid(string.Create(CultureInfo.InvariantCulture, $"line {(error.LineNumber ?? 0) + 1}, byte {(error.BytePositionInLine ?? 0) + 1}"), body.AsSpan().IsWhiteSpace() ? "the body is empty" : "this is not JSON");
        }
        // a lone surrogate cannot be written as UTF-8
        catch (ArgumentException) { throw Errors.AlertInvalid("the body", "this is not well-formed text"); }
    }

    private static string FormatOf(JsonPart root)
    {
        if (root.Find("event") is { IsObject: true } happened && happened.Find("event_type") is not null) return "PagerDuty";
        if (root.Find("event_action") is not null) return "PagerDuty";
        if (root.Find("alerts") is not { IsList: true } || (root.Find("groupKey") is null && root.Find("receiver") is null)) return "Generic";
        return root.Find("orgId") is not null || root.Find("state") is not null ? "Grafana" : "Alertmanager";
    }

    /// <summary>A short name for something long.</summary>
    public static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16].ToLowerInvariant();

    /// <summary>Labels as they are kept: not too many, each once.</summary>
    public static IReadOnlyDictionary<string, string> Labels(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var kept = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in labels)
            if (kept.Count < Alert.MostLabels && name.Length > 0) kept.TryAdd(name, value);
        return kept;
    }
}
