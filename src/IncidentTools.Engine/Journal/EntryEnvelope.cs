using System.Text;
using System.Text.Json;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal;

/// <summary>The hashed form of an entry: a fixed template in canonical order (RFC 8785 sorts names), filled in by the store under its lock.</summary>
internal sealed record EntryEnvelope(
    Actor Actor, string DataJson, string Host, string Id, string Stream, string Key, string OccurredAt, long Pos, string Prev, string RecordedAt, long Seq, string Type, int Version)
{
    /// <summary>The canonical text without the hash.</summary>
    public string ToCanonical()
    {
        var text = new StringBuilder(DataJson.Length + 700);
        text.Append("{\"actor\":{\"assurance\":");
        CanonicalJson.AppendString(text, Actor.Assurance);
        Member(text, "id", Actor.Id);
        Member(text, "via", Actor.Via);
        text.Append("},\"data\":").Append(DataJson);
        Member(text, "host", Host);
        Member(text, "id", Id);
        Member(text, "incident", Stream);
        Member(text, "key", Key);
        Member(text, "occurredAt", OccurredAt);
        text.Append(",\"pos\":").Append(Pos);
        Member(text, "prev", Prev);
        Member(text, "recordedAt", RecordedAt);
        text.Append(",\"seq\":").Append(Seq);
        Member(text, "type", Type);
        return text.Append(",\"v\":").Append(Version).Append('}').ToString();
    }

    /// <summary>Reads a stored text.</summary>
    /// <exception cref="FormatException">Not an entry: a member is missing, has another type, or there is one too many.</exception>
    public static EntryEnvelope Parse(string canonical)
    {
        try { return Parse(Strict.GetBytes(canonical)); }
        catch (EncoderFallbackException error) { throw new FormatException(error.Message, error); }
    }

    /// <summary>Reads a stored text, in UTF-8.</summary>
    /// <exception cref="FormatException">Not an entry.</exception>
    public static EntryEnvelope Parse(byte[] canonical)
    {
        try { return Read(canonical); }
        catch (Exception error) when (error is JsonException or InvalidOperationException) { throw new FormatException(error.Message, error); }
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] Names = ["actor", "data", "host", "id", "incident", "key", "occurredAt", "pos", "prev", "recordedAt", "seq", "type", "v"];

    // in one pass over the bytes: a run is folded from thousands of these
    private static EntryEnvelope Read(byte[] bytes)
    {
        var (texts, numbers, data) = (new string[Names.Length], new long[Names.Length], "");
        Actor? actor = null;
        var seen = 0;
        var reader = new Utf8JsonReader(bytes);
        Enter(ref reader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Array.IndexOf(Names, reader.GetString());
            if (name < 0 || (seen & 1 << name) != 0) throw new FormatException($"'{reader.GetString()}' is not a member of an entry, or is there twice");
            seen |= 1 << name;
            reader.Read();
            switch (Names[name])
            {
                case "actor": actor = ReadActor(ref reader); break;
                case "data":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    data = Encoding.UTF8.GetString(bytes, start, (int)reader.BytesConsumed - start);
                    break;
                case "v": numbers[name] = reader.GetInt32(); break;
                case "pos" or "seq": numbers[name] = reader.GetInt64(); break;
                default: texts[name] = Text(ref reader); break;
            }
        }
        if (seen != (1 << Names.Length) - 1) throw new FormatException($"an entry has {Names.Length} members");
        if (reader.Read()) throw new FormatException("something stands after the entry");
        return new EntryEnvelope(actor!, data, texts[2], texts[3], texts[4], texts[5], texts[6], numbers[7], texts[8], texts[9], numbers[10], texts[11], (int)numbers[12]);
    }

    private static Actor ReadActor(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new FormatException("actor is not an object");
        string? id = null, via = null, assurance = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "id": id = Text(ref reader); break;
                case "via": via = Text(ref reader); break;
                case "assurance": assurance = Text(ref reader); break;
                default: reader.Skip(); break;
            }
        }
        return id is not null && via is not null && assurance is not null ? new Actor(id, via, assurance) : throw new FormatException("actor is not whole");
    }

    private static void Enter(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new FormatException("an entry is an object");
    }

    private static string Text(ref Utf8JsonReader reader) => reader.GetString() ?? throw new FormatException("a text is null");

    private static void Member(StringBuilder text, string name, string value)
    {
        text.Append(",\"").Append(name).Append("\":");
        CanonicalJson.AppendString(text, value);
    }
}
