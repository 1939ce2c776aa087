using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Tests.Foundation;

/// <summary>Each way to spoil a file a little: a key gone, a key too many, a value of another kind. Schema and loader must say the same of all.</summary>
internal static class SchemaMutation
{
    public static IEnumerable<YamlNode> Mutants(YamlNode node, string text = "%% no such")
    {
        switch (node)
        {
            case YamlMap map:
                yield return map with { Members = [.. map.Members, new YamlMember(new YamlScalar("UNKNOWN key", false, map.Span), new YamlScalar("1", false, map.Span))] };
                yield return new YamlList([map], map.Span);
                for (var index = 0; index < map.Members.Count; index++)
                {
                    yield return map with { Members = [.. map.Members.Where((_, at) => at != index)] };
                    foreach (var child in Mutants(map.Members[index].Value, text))
                        yield return map with { Members = [.. map.Members.Select((member, at) => at == index ? member with { Value = child } : member)] };
                }
                break;
            case YamlList list:
                for (var index = 0; index < list.Items.Count; index++)
                    foreach (var child in Mutants(list.Items[index], text))
                        yield return list with { Items = [.. list.Items.Select((item, at) => at == index ? child : item)] };
                yield return new YamlScalar(text, true, list.Span);
                break;
            case YamlScalar scalar:
                yield return new YamlMap([new YamlMember(new YamlScalar("key", false, scalar.Span), scalar)], scalar.Span);
                yield return new YamlScalar(text, true, scalar.Span);
                break;
        }
    }

    public static string Json(YamlNode node) => node switch
    {
        YamlMap map => "{" + string.Join(",", map.Members.Select(member => JsonSerializer.Serialize(member.Key.Text) + ":" + Json(member.Value))) + "}",
        YamlList list => "[" + string.Join(",", list.Items.Select(Json)) + "]",
        YamlScalar { IsQuoted: false, Text: "true" or "false" } word => word.Text,
        YamlScalar { IsNull: true } => "null",
        YamlScalar { IsQuoted: false } number when long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) || double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => number.Text,
        var scalar => JsonSerializer.Serialize(((YamlScalar)scalar).Text),
    };

    /// <summary>The same schema for a validator that knows neither <c>if</c> nor <c>false</c> nor <c>propertyNames</c>: "if A then B" is "not A, or B", and names by a pattern are properties by a pattern and no other.</summary>
    public static string WithoutConditions(string schema) => Rewrite(JsonNode.Parse(schema))!.ToJsonString();

    private static JsonNode? Rewrite(JsonNode? node)
    {
        if (node is JsonValue value && value.TryGetValue<bool>(out var allowed) && !allowed) return new JsonObject { ["not"] = new JsonObject() };
        if (node is JsonArray array) return new JsonArray([.. array.Select(Rewrite)]);
        if (node is not JsonObject map) return node?.DeepClone();
        if (map["if"] is { } condition) return new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["not"] = Rewrite(condition) }, Rewrite(map["then"])) };
        var result = new JsonObject();
        if (map["propertyNames"]?["pattern"] is { } names)
        {
            var values = Rewrite(map["additionalProperties"]);
            map.Remove("additionalProperties");
            result["patternProperties"] = new JsonObject { [names.GetValue<string>()] = values };
            result["additionalProperties"] = false;
        }
        map.Remove("propertyNames");
        foreach (var (key, member) in map)
            if (key == "$defs") result["definitions"] = Rewrite(member);
            else if (key == "$ref") result[key] = member!.GetValue<string>().Replace("#/$defs/", "#/definitions/", StringComparison.Ordinal);
            else result[key] = key is "additionalProperties" or "enum" or "const" ? member?.DeepClone() is JsonObject or JsonArray && key == "additionalProperties" ? Rewrite(member) : member?.DeepClone() : Rewrite(member);
        return result;
    }
}
