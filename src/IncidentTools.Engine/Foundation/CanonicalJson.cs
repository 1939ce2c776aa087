using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace IncidentTools.Engine.Foundation;

/// <summary>JSON in the canonical form of RFC 8785: one text for one value, so that a hash over it means something.</summary>
public static class CanonicalJson
{
    private const long MaxExact = 9007199254740991;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\']);

    /// <summary>How a text must be read so that it can have a canonical form: each name once.</summary>
    internal static readonly JsonDocumentOptions Reading = new() { AllowDuplicateProperties = false };

    /// <summary>The canonical text of a JSON text.</summary>
    /// <exception cref="FormatException">Not JSON, a duplicate name, a lone surrogate, or a number that a double cannot hold.</exception>
    public static string Canonicalize(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Reading);
            return Write(document.RootElement);
        }
        catch (JsonException error) { throw new FormatException(error.Message, error); }
    }

    /// <summary>The canonical text of a value.</summary>
    /// <exception cref="FormatException">A lone surrogate, or a number that a double cannot hold.</exception>
    public static string Write(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>Appends the canonical text of a value.</summary>
    /// <exception cref="FormatException">A lone surrogate, or a number that a double cannot hold.</exception>
    internal static void Append(StringBuilder text, JsonElement value)
    {
        try { AppendValue(text, value); }
        catch (InvalidOperationException error) { throw new FormatException("text with a lone surrogate", error); }
    }

    /// <summary>The members of an object in canonical order: by UTF-16 code units.</summary>
    internal static List<Member> Members(JsonElement value)
    {
        var members = new List<Member>();
        foreach (var member in value.EnumerateObject()) members.Add(new Member(member.Name, member.Value));
        members.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return members;
    }

    /// <summary>UTF-8, refusing lone surrogates.</summary>
    /// <exception cref="FormatException">A lone surrogate.</exception>
    public static byte[] Bytes(string canonical)
    {
        try { return Strict.GetBytes(canonical); }
        catch (EncoderFallbackException error) { throw new FormatException("text with a lone surrogate", error); }
    }

    /// <summary>Appends a string with quotes and the few escapes that RFC 8785 allows.</summary>
    public static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        var rest = value.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            text.Append(rest[..at]);
            _ = rest[at] switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                var c => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            };
            rest = rest[(at + 1)..];
        }
        text.Append(rest).Append('"');
    }

    // a class: lists of it need no code of their own, which a new process would have to compile
    internal sealed record Member(string Name, JsonElement Value);

    private static void AppendValue(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: AppendObject(text, value); break;
            case JsonValueKind.Array: AppendArray(text, value); break;
            case JsonValueKind.String: AppendString(text, value.GetString()!); break;
            case JsonValueKind.Number: AppendNumber(text, value); break;
            case JsonValueKind.True: text.Append("true"); break;
            case JsonValueKind.False: text.Append("false"); break;
            case JsonValueKind.Null: text.Append("null"); break;
            default: throw new FormatException("no value");
        }
    }

    private static void AppendObject(StringBuilder text, JsonElement value)
    {
        text.Append('{');
        var first = true;
        foreach (var (name, member) in Members(value))
        {
            if (!first) text.Append(',');
            first = false;
            AppendString(text, name);
            text.Append(':');
            AppendValue(text, member);
        }
        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonElement value)
    {
        text.Append('[');
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first) text.Append(',');
            first = false;
            AppendValue(text, item);
        }
        text.Append(']');
    }

    private static void AppendNumber(StringBuilder text, JsonElement value)
    {
        if (value.TryGetInt64(out var whole) && whole is >= -MaxExact and <= MaxExact) { text.Append(whole); return; }
        var number = value.GetDouble();
        var raw = value.GetRawText();
        if (!double.IsFinite(number) || (raw.AsSpan().IndexOfAny(".eE") < 0 && BigInteger.Parse(raw, CultureInfo.InvariantCulture) != new BigInteger(number)))
            throw new FormatException($"{raw} does not fit a JSON number exactly; store it as text");
        text.Append(CanonicalNumber.Format(number));
    }
}
