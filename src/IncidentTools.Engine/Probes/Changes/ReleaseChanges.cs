using System.Globalization;
using System.Text.Json;
using IncidentTools.Engine.Probes.Containers;

namespace IncidentTools.Engine.Probes.Changes;

/// <summary>What a release system says, by an address or a program: a JSON list, or lines that begin with a time.</summary>
internal static class ReleaseChanges
{
    private static readonly string[] Times = ["at", "time", "date", "timestamp", "finished_at", "finishedAt", "deployed_at", "deployedAt", "created_at", "createdAt", "updated", "updated_at"];
    private static readonly string[] Texts = ["what", "title", "name", "description", "message", "version", "ref", "tag_name", "chart"], People = ["by", "user", "author", "creator", "actor"];

    /// <exception cref="CannotCheckException">Nothing in it can be read as a change with a time.</exception>
    public static IReadOnlyList<Change> Read(string text, string source, ChangeSpan span)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0) return [];
        List<Change?> all = trimmed[0] is '[' or '{' ? [.. Json(trimmed, source)] : [.. trimmed.Split('\n').Where(line => line.Trim().Length > 0).Select(line => Line(line.Trim(), source))];
        if (all.Contains(null)) throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{source} gives {(all.TrueForAll(item => item is null) ? "nothing" : "an entry")} with no time that can be read");
        return [.. all.OfType<Change>().Where(change => span.Holds(change.At))];
    }

    private static List<Change?> Json(string text, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            // a list, or a list under whatever name
            var list = root.ValueKind == JsonValueKind.Array ? root : root.EnumerateObject().Select(member => member.Value).FirstOrDefault(value => value.ValueKind == JsonValueKind.Array);
            if (list.ValueKind != JsonValueKind.Array) throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{source} gives no list");
            return [.. list.EnumerateArray().Select(item => Times.Select(name => Time(item, name)).FirstOrDefault(time => time is not null) is { } at ? new Change(at, source, Say.Cut(First(item, Texts) ?? "a release", 160), First(item, People)) : null)];
        }
        catch (JsonException error) { throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{source} gives no JSON: {Say.Cut(error.Message, 120)}"); }
    }

    private static string? First(JsonElement item, string[] names) => names.Select(name => Containers.Json.Part(item, name) is { ValueKind: JsonValueKind.Object } inner ? Containers.Json.Text(inner, "login") ?? Containers.Json.Text(inner, "name") : Containers.Json.Text(item, name)).FirstOrDefault(text => text is not null);

    private static DateTimeOffset? Time(JsonElement item, string name) => Containers.Json.Part(item, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var seconds) => seconds > 100_000_000_000 ? DateTimeOffset.FromUnixTimeMilliseconds(seconds) : DateTimeOffset.FromUnixTimeSeconds(seconds),
        { ValueKind: JsonValueKind.String } text => Time(text.GetString()!),
        _ => null,
    };

    private static Change? Line(string line, string source)
    {
        var parts = line.Split((char[])[' ', '\t', ','], 2, StringSplitOptions.TrimEntries);
        return Time(parts[0]) is { } at ? new Change(at, source, Say.Cut(parts.Length > 1 ? parts[1] : "a release", 160)) : null;
    }

    private static DateTimeOffset? Time(string text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
