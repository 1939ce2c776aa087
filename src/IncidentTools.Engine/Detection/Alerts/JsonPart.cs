using System.Globalization;
using System.Text.Json;

namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>A part of a body and where it stands, so that every complaint says where.</summary>
internal readonly record struct JsonPart(JsonElement Element, string Path)
{
    public bool IsObject => Element.ValueKind == JsonValueKind.Object;
    public bool IsList => Element.ValueKind == JsonValueKind.Array;
    private string Here => Path.Length == 0 ? "the body" : Path;

    /// <summary>A member; null when it is not there, or is nothing.</summary>
    public JsonPart? Find(string name) => IsObject && Element.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? new JsonPart(value, Path.Length == 0 ? name : $"{Path}.{name}") : null;

    /// <summary>The first of several names, whatever their case.</summary>
    public JsonPart? FindAny(params string[] names)
    {
        if (!IsObject) return null;
        foreach (var name in names)
            foreach (var member in Element.EnumerateObject())
                if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind is not JsonValueKind.Null) return new JsonPart(member.Value, Path.Length == 0 ? member.Name : $"{Path}.{member.Name}");
        return null;
    }

    public JsonPart Object(string name) => Find(name) is { IsObject: true } part ? part : throw Errors.AlertInvalid(Here, $"'{name}' should be an object{Found(Find(name))}");
    public JsonPart List(string name) => Find(name) is { IsList: true } part ? part : throw Errors.AlertInvalid(Here, $"'{name}' should be a list{Found(Find(name))}");
    public string Text(string name) => Find(name) is { } part ? part.AsText(name) : throw Errors.AlertInvalid(Here, $"'{name}' is missing");
    public string? TextOrNull(string name) => Find(name) is { } part ? part.AsText(name) : null;

    public string AsText(string name) => Element.ValueKind switch
    {
        JsonValueKind.String => Unpaired(Element) ?? throw Errors.AlertInvalid(Path, $"'{name}' is not well-formed text"),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => Element.GetRawText(),
        _ => throw Errors.AlertInvalid(Path, $"'{name}' should be a text{Found(this)}"),
    };

    /// <summary>A time; null when it is not there, nothing, or the zero time that stands for "not yet".</summary>
    public DateTimeOffset? Time(string name)
    {
        if (TextOrNull(name) is not { Length: > 0 } text) return null;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) throw Errors.AlertInvalid($"{(Path.Length == 0 ? "" : Path + ".")}{name}", "this is no time");
        return time.Year < 1970 ? null : UtcStamp.Truncate(time);
    }

    public IEnumerable<JsonPart> Items()
    {
        var (element, path) = (Element, Path);
        return element.EnumerateArray().Select((item, index) => new JsonPart(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]")));
    }

    /// <summary>Members that are scalars, as labels.</summary>
    public IEnumerable<KeyValuePair<string, string>> Scalars() => !IsObject ? [] : Members().Where(member => member.Value.Element.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        .Select(member => KeyValuePair.Create(Alert.Clean(member.Key, 100), Alert.Clean(member.Value.AsText(member.Key), Alert.LongestLabel)));

    private IEnumerable<KeyValuePair<string, JsonPart>> Members()
    {
        var path = Path;
        return Element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, new JsonPart(member.Value, $"{path}.{member.Name}")));
    }

    private static string? Unpaired(JsonElement element)
    {
        try { return element.GetString(); }
        catch (InvalidOperationException) { return null; } // a lone surrogate
    }

    private static string Found(JsonPart? part) => part is { } there ? $", and is {there.Element.ValueKind switch { JsonValueKind.Object => "an object", JsonValueKind.Array => "a list", JsonValueKind.String => "a text", JsonValueKind.Number => "a number", _ => "true or false" }}" : "";
}
