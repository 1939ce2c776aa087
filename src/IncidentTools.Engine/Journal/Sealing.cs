using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal;

/// <summary>A value stored apart from the hashed entry, which only commits to it.</summary>
/// <param name="Pointer">JSON pointer into <c>data</c>.</param>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Value">Canonical JSON.</param>
public sealed record SealedValue(string EntryId, string Pointer, byte[] Salt, string Value);

/// <summary>A payload's canonical text, whole and as it is hashed, and what the second only commits to.</summary>
internal sealed record SealedPayload(string Plain, string Data, IReadOnlyList<SealedValue> Values);

/// <summary>Takes sealed values out of a payload and puts them back.</summary>
internal static class Sealing
{
    public const string Mark = "$sealed";
    public const string Redacted = "[redacted]";

    /// <summary>Writes a payload in canonical form, whole and with commitments in the place of the values at the type's sealed pointers.</summary>
    /// <exception cref="IncidentToolsException">ReservedName: the payload has a member named $sealed.</exception>
    /// <exception cref="FormatException">The payload has no canonical form.</exception>
    public static SealedPayload Seal(JsonElement payload, EntryType type, string entryId)
    {
        var writer = new SealingWriter();
        writer.Append(payload, type.SealedPaths);
        var plain = writer.ToString();
        // as a name; within a text its quotes would be escaped
        if (plain.Contains("{\"$sealed\":", StringComparison.Ordinal) || plain.Contains(",\"$sealed\":", StringComparison.Ordinal)) throw Errors.ReservedName(Mark);
        if (writer.Places.Count == 0) return new SealedPayload(plain, plain, []);
        var data = new StringBuilder(plain.Length + 64);
        var values = new List<SealedValue>();
        var done = 0;
        foreach (var (pointer, start, length) in writer.Places)
        {
            var value = new SealedValue(entryId, pointer, RandomNumberGenerator.GetBytes(32), plain.Substring(start, length));
            data.Append(plain, done, start - done).Append("{\"$sealed\":\"").Append(Commitment(value)).Append("\"}");
            values.Add(value);
            done = start + length;
        }
        return new SealedPayload(plain, data.Append(plain, done, plain.Length - done).ToString(), values);
    }

    /// <summary>Puts values back; a commitment without a value becomes <see cref="Redacted"/>, or what <paramref name="missing"/> says.</summary>
    public static void Unseal(JsonNode data, IReadOnlyList<SealedValue> values, Func<string, JsonNode?>? missing = null)
    {
        foreach (var node in JsonPointers.Commitments(data).ToList())
        {
            var pointer = JsonPointers.Of(node);
            var value = values.FirstOrDefault(item => item.Pointer == pointer);
            node.ReplaceWith(value is not null ? JsonNode.Parse(value.Value) : missing?.Invoke(pointer) ?? JsonValue.Create(Redacted));
        }
    }

    /// <summary>
    /// The whole text when every value is there, in the order of the text, and is the one that the entry commits to; else null. Within a text the
    /// quotes of a mark would be escaped, so that nothing need be parsed.
    /// </summary>
    public static string? Restore(string data, IReadOnlyList<SealedValue> values)
    {
        const string Open = "{\"$sealed\":\"", Close = "\"}";
        var text = new StringBuilder(data.Length + values.Sum(value => value.Value.Length));
        var done = 0;
        foreach (var value in values)
        {
            var at = data.IndexOf(Open, done, StringComparison.Ordinal);
            var end = at < 0 ? -1 : data.IndexOf(Close, at + Open.Length, StringComparison.Ordinal);
            if (end < 0 || !data.AsSpan(at + Open.Length, end - at - Open.Length).SequenceEqual(Commitment(value))) return null;
            text.Append(data, done, at - done).Append(value.Value);
            done = end + Close.Length;
        }
        return data.IndexOf(Open, done, StringComparison.Ordinal) < 0 ? text.Append(data, done, data.Length - done).ToString() : null;
    }

    /// <summary>Base64url of SHA-256(0x02 ‖ salt ‖ JCS([domain, entry, pointer, value])).</summary>
    public static string Commitment(SealedValue item)
    {
        var text = new StringBuilder("[\"incidenttools/sealed/v1\",");
        CanonicalJson.AppendString(text, item.EntryId);
        text.Append(',');
        CanonicalJson.AppendString(text, item.Pointer);
        text.Append(',').Append(item.Value).Append(']');
        byte[] bytes = [0x02, .. item.Salt, .. CanonicalJson.Bytes(text.ToString())];
        return Convert.ToBase64String(SHA256.HashData(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
