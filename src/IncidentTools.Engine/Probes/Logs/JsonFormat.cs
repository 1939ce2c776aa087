using System.Globalization;
using System.Text.Json;
using IncidentTools.Engine.Probes.Containers;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>A JSON object a line, with the names that nginx and its like are usually given; others are named in <c>fields</c>.</summary>
internal sealed class JsonFormat(LogClock iso, IReadOnlyDictionary<string, object?> fields, double? unit) : IAccessFormat
{
    private static readonly Dictionary<string, string[]> Usual = new(StringComparer.Ordinal)
    {
        ["time"] = ["time", "@timestamp", "timestamp", "time_iso8601", "ts", "msec", "time_local"], ["status"] = ["status", "status_code", "response_status"],
        ["uri"] = ["request_uri", "uri", "path", "url", "request"], ["client"] = ["remote_addr", "client_ip", "client", "remote_ip", "ip"],
        ["bytes"] = ["body_bytes_sent", "bytes_sent", "bytes", "size"], ["seconds"] = ["request_time", "duration", "response_time", "latency"], ["agent"] = ["http_user_agent", "user_agent", "userAgent", "agent"],
    };

    public static IReadOnlyCollection<string> Parts => Usual.Keys;
    public string Name => "json";
    public bool IsRemark(string line) => line.Length == 0;

    public AccessEntry? Read(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            // Caddy and its like have what was asked in an object of its own
            var inner = Json.Part(root, "request") is { ValueKind: JsonValueKind.Object } request ? request : root;
            JsonElement? Find(string part) => (fields.TryGetValue(part, out var own) ? [(string)own!] : Usual[part]).Select(name => Json.Part(root, name) ?? Json.Part(inner, name)).FirstOrDefault(value => value is { ValueKind: JsonValueKind.String or JsonValueKind.Number });
            if (Number(Find("status")) is not { } status || status is < 100 or > 599) return null;
            var uri = Text(Find("uri"));
            if (uri?.Split(' ') is [_, var asked, ..]) uri = asked; // "GET / HTTP/1.1"
            return new(Time(Find("time")), Text(Find("client")), uri, (int)status, (long?)Number(Find("bytes")), Number(Find("seconds")) is { } took ? took * (unit ?? 1) : null, Text(Find("agent")));
        }
        catch (JsonException) { return null; }
    }

    private static string? Text(JsonElement? value) => value is { ValueKind: JsonValueKind.String } text ? text.GetString() : value?.GetRawText();
    private static double? Number(JsonElement? value) => value is { } known && double.TryParse(Text(known), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private DateTimeOffset? Time(JsonElement? value) => Number(value) is { } seconds ? seconds is > 0 and < 1e14 ? DateTimeOffset.UnixEpoch.AddMilliseconds(seconds > 1e11 ? seconds : seconds * 1000) : null
        : Text(value) is { } text ? iso.Read(text) ?? iso.Read($"[{text}]") : null;
}
