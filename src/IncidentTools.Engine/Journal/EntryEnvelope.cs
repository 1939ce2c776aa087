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
        try
        {
            using var document = JsonDocument.Parse(canonical);
            var root = document.RootElement;
            if (root.GetPropertyCount() != 13) throw new FormatException("an entry has 13 members");
            var actor = root.GetProperty("actor");
            return new EntryEnvelope(
                new Actor(Text(actor, "id"), Text(actor, "via"), Text(actor, "assurance")), root.GetProperty("data").GetRawText(), Text(root, "host"), Text(root, "id"),
                Text(root, "incident"), Text(root, "key"), Text(root, "occurredAt"), root.GetProperty("pos").GetInt64(), Text(root, "prev"), Text(root, "recordedAt"),
                root.GetProperty("seq").GetInt64(), Text(root, "type"), root.GetProperty("v").GetInt32());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException) { throw new FormatException(error.Message, error); }
    }

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static void Member(StringBuilder text, string name, string value)
    {
        text.Append(",\"").Append(name).Append("\":");
        CanonicalJson.AppendString(text, value);
    }
}
