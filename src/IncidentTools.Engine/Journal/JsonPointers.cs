using System.Text.Json.Nodes;

namespace IncidentTools.Engine.Journal;

/// <summary>JSON pointers (RFC 6901) into a payload, with <c>*</c> for every member or item.</summary>
internal static class JsonPointers
{
    /// <summary>The names of a pointer, unescaped.</summary>
    public static string[] Segments(string pointer) => [.. pointer.Split('/').Skip(1).Select(segment => segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    /// <summary>The pointer of a member or item.</summary>
    public static string Child(string parent, string name) => $"{parent}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    /// <summary>The nodes that are there; nothing for absent ones and nulls.</summary>
    public static List<JsonNode> Match(JsonNode root, string pattern)
    {
        List<JsonNode> found = [root];
        foreach (var segment in Segments(pattern))
            found = [.. found.SelectMany(node => Children(node, segment)).OfType<JsonNode>()];
        return found;
    }

    /// <summary>The pointer of a node below its root.</summary>
    public static string Of(JsonNode node)
    {
        var pointer = "";
        for (var current = node; current.Parent is { } parent; current = parent)
        {
            var segment = parent is JsonArray list ? list.IndexOf(current).ToString(System.Globalization.CultureInfo.InvariantCulture) : current.GetPropertyName();
            pointer = Child("", segment) + pointer;
        }
        return pointer;
    }

    /// <summary>Every <c>{"$sealed": …}</c> below a node.</summary>
    public static IEnumerable<JsonObject> Commitments(JsonNode? node) => node switch
    {
        JsonObject map when map.Count == 1 && map.ContainsKey(Sealing.Mark) => [map],
        JsonObject map => map.SelectMany(member => Commitments(member.Value)),
        JsonArray list => list.SelectMany(Commitments),
        _ => [],
    };

    private static IEnumerable<JsonNode?> Children(JsonNode node, string segment) => (node, segment) switch
    {
        (JsonObject map, "*") => [.. map.Select(member => member.Value)],
        (JsonArray list, "*") => [.. list],
        (JsonObject map, _) => [map[segment]],
        (JsonArray list, _) when int.TryParse(segment, out var index) && index < list.Count => [list[index]],
        _ => [],
    };
}
