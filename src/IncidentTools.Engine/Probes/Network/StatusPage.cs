using System.Text.Json;

namespace IncidentTools.Engine.Probes.Network;

internal sealed record StatusComponent(string Name, string Status);

/// <summary>What a status page says, as <c>/api/v2/summary.json</c> gives it.</summary>
internal sealed record StatusPage(string Name, string Indicator, string Description, IReadOnlyList<StatusComponent> Components, IReadOnlyList<IReadOnlyDictionary<string, object?>> Incidents, string? UpdatedAt)
{
    private const int MostIncidents = 20;

    /// <exception cref="CannotCheckException">It is something else.</exception>
    public static StatusPage Read(string json, string from)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var (root, status) = (document.RootElement, document.RootElement.GetProperty("status"));
            var page = root.TryGetProperty("page", out var found) ? found : default;
            return new(Text(page, "name") ?? from, status.GetProperty("indicator").GetString() ?? "", Text(status, "description") ?? "",
                [.. Items(root, "components").Where(item => !(item.TryGetProperty("group", out var group) && group.ValueKind == JsonValueKind.True)).Select(item => new StatusComponent(Text(item, "name") ?? "", Text(item, "status") ?? ""))],
                [.. Items(root, "incidents").Take(MostIncidents).Select(Incident)], Text(page, "updated_at"));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException) { throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{from} does not give the summary of a status page: {Say.Cut(error.Message, 120)}"); }
    }

    private static Dictionary<string, object?> Incident(JsonElement item) => new()
    {
        ["id"] = Text(item, "id"), ["name"] = Text(item, "name"), ["status"] = Text(item, "status"), ["impact"] = Text(item, "impact"), ["since"] = Text(item, "started_at") ?? Text(item, "created_at"), ["url"] = Text(item, "shortlink"),
    };

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) => parent.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
    private static string? Text(JsonElement item, string name) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Say.Cut(value.GetString()!) : null;
}
