using System.Text.Json;
using System.Text.Json.Serialization;

namespace IncidentTools.Engine.Foundation;

/// <summary>For <c>object?</c> members of payload records: name it in the context's options (<c>Converters = [typeof(PlainValueConverter)]</c>) or on the member.</summary>
public sealed class PlainValueConverter : JsonConverter<object?>
{
    public override bool HandleNull => true;

    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return PlainJson.Read(document.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options) => PlainJson.Write(writer, value);
}

/// <summary>For members of type <c>IReadOnlyDictionary&lt;string, object?&gt;</c>.</summary>
public sealed class PlainMapConverter : JsonConverter<IReadOnlyDictionary<string, object?>>
{
    public override IReadOnlyDictionary<string, object?> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return PlainJson.Read(document.RootElement) as IReadOnlyDictionary<string, object?> ?? throw new JsonException("a map was expected");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> value, JsonSerializerOptions options) => PlainJson.Write(writer, value);
}
