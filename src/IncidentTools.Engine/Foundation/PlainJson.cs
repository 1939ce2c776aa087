using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace IncidentTools.Engine.Foundation;

/// <summary>
/// Plain data (null, bool, number, text, time, duration, list, map) as JSON and back without loss of type:
/// a time is <c>{"$datetime":"…Z"}</c>, a duration <c>{"$duration":"PT1H30M"}</c>, a decimal <c>{"$decimal":"1.50"}</c>, an integer
/// beyond ±(2^53−1) <c>{"$integer":"…"}</c>; a map that has a key with <c>$</c> is wrapped as <c>{"$map":{…}}</c>.
/// Read back: long, double, List&lt;object?&gt; and Dictionary&lt;string, object?&gt;.
/// </summary>
public static class PlainJson
{
    private const long MaxExact = 9007199254740991;

    /// <summary>The value as JSON text.</summary>
    /// <exception cref="NotSupportedException">A value that is not plain data.</exception>
    public static string Write(object? value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) Write(writer, value);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, checked((int)stream.Length));
    }

    /// <summary>The value of a text written by <see cref="Write(object?)"/>.</summary>
    public static object? Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    internal static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case string text: writer.WriteStringValue(text); break;
            case char c: writer.WriteStringValue(c.ToString()); break;
            case Enum name: writer.WriteStringValue(name.ToString()); break;
            case sbyte or byte or short or ushort or int or uint or long: WriteInteger(writer, Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case ulong big when big <= long.MaxValue: WriteInteger(writer, (long)big); break;
            case float or double: WriteDouble(writer, Convert.ToDouble(value, CultureInfo.InvariantCulture)); break;
            case decimal exact: Tagged(writer, "$decimal", exact.ToString(CultureInfo.InvariantCulture)); break;
            case DateTimeOffset time: Tagged(writer, "$datetime", UtcStamp.Format(time)); break;
            case DateTime time: Tagged(writer, "$datetime", UtcStamp.Format(new DateTimeOffset(time))); break;
            case TimeSpan duration: Tagged(writer, "$duration", XmlConvert.ToString(duration)); break;
            case Guid id: writer.WriteStringValue(id.ToString()); break;
            case IReadOnlyDictionary<string, object?> map: WriteMap(writer, map); break;
            case IDictionary map: WriteMap(writer, map.Cast<DictionaryEntry>().Select(pair => KeyValuePair.Create(Convert.ToString(pair.Key, CultureInfo.InvariantCulture)!, pair.Value))); break;
            case IEnumerable list: WriteList(writer, list); break;
            default: throw new NotSupportedException($"{value.GetType().Name} is not plain data and cannot be kept");
        }
    }

    internal static object? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(), // boxed apart, or every whole number would become a double
        JsonValueKind.Array => value.EnumerateArray().Select(Read).ToList(),
        JsonValueKind.Object => ReadObject(value),
        _ => null,
    };

    private static object? ReadObject(JsonElement value)
    {
        var members = value.EnumerateObject().ToList();
        if (members is not [{ Name: ['$', ..] } tag]) return Map(value);
        return tag.Name switch
        {
            "$datetime" => UtcStamp.Parse(tag.Value.GetString()!),
            "$duration" => XmlConvert.ToTimeSpan(tag.Value.GetString()!),
            "$decimal" => decimal.Parse(tag.Value.GetString()!, CultureInfo.InvariantCulture),
            "$integer" => long.Parse(tag.Value.GetString()!, CultureInfo.InvariantCulture),
            "$double" => double.Parse(tag.Value.GetString()!, CultureInfo.InvariantCulture),
            "$map" => Map(tag.Value),
            _ => throw new FormatException($"{tag.Name} is not a kind of value this version knows"),
        };
    }

    private static Dictionary<string, object?> Map(JsonElement value) =>
        value.EnumerateObject().ToDictionary(member => member.Name, member => Read(member.Value), StringComparer.Ordinal);

    private static void WriteInteger(Utf8JsonWriter writer, long value)
    {
        if (value is >= -MaxExact and <= MaxExact) writer.WriteNumberValue(value);
        else Tagged(writer, "$integer", value.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteDouble(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value)) writer.WriteNumberValue(value);
        else Tagged(writer, "$double", value.ToString("R", CultureInfo.InvariantCulture));
    }

    private static void WriteMap(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, object?>> map)
    {
        var members = map.ToList();
        var wrapped = members.Exists(member => member.Key.StartsWith('$'));
        if (wrapped) { writer.WriteStartObject(); writer.WritePropertyName("$map"); }
        writer.WriteStartObject();
        foreach (var (key, value) in members)
        {
            writer.WritePropertyName(key);
            Write(writer, value);
        }
        writer.WriteEndObject();
        if (wrapped) writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, IEnumerable list)
    {
        writer.WriteStartArray();
        foreach (var item in list) Write(writer, item);
        writer.WriteEndArray();
    }

    private static void Tagged(Utf8JsonWriter writer, string tag, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(tag, text);
        writer.WriteEndObject();
    }
}
