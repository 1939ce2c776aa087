using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal;

/// <summary>A value stored apart from the hashed entry, which only commits to it.</summary>
/// <param name="Pointer">JSON pointer into <c>data</c>.</param>
/// <param name="Salt">32 random bytes.</param>
/// <param name="Value">Canonical JSON.</param>
public sealed record SealedValue(string EntryId, string Pointer, byte[] Salt, string Value);

/// <summary>Takes sealed values out of a payload and puts them back.</summary>
internal static class Sealing
{
    public const string Mark = "$sealed";
    public const string Redacted = "[redacted]";

    /// <summary>Replaces the values at the type's sealed pointers by commitments; what was taken out is returned.</summary>
    /// <exception cref="IncidentToolsException">ReservedName: the payload has a member named $sealed.</exception>
    public static List<SealedValue> Seal(JsonNode data, EntryType type, string entryId)
    {
        Refuse(data);
        var taken = new List<SealedValue>();
        foreach (var pattern in type.Sealed)
            foreach (var node in JsonPointers.Match(data, pattern))
            {
                var pointer = JsonPointers.Of(node);
                var value = CanonicalJson.Canonicalize(node.ToJsonString());
                var item = new SealedValue(entryId, pointer, RandomNumberGenerator.GetBytes(32), value);
                node.ReplaceWith(new JsonObject { [Mark] = Commitment(item) });
                taken.Add(item);
            }
        return taken;
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

    /// <summary>Base64url of SHA-256(0x02 ‖ salt ‖ JCS([domain, entry, pointer, value])).</summary>
    public static string Commitment(SealedValue item)
    {
        var text = new System.Text.StringBuilder("[\"incidenttools/sealed/v1\",");
        CanonicalJson.AppendString(text, item.EntryId);
        text.Append(',');
        CanonicalJson.AppendString(text, item.Pointer);
        text.Append(',').Append(item.Value).Append(']');
        byte[] bytes = [0x02, .. item.Salt, .. CanonicalJson.Bytes(text.ToString())];
        return Convert.ToBase64String(SHA256.HashData(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private static void Refuse(JsonNode? node)
    {
        if (node is JsonArray list) foreach (var item in list) Refuse(item);
        if (node is not JsonObject map) return;
        if (map.ContainsKey(Mark)) throw Errors.ReservedName(Mark);
        foreach (var (_, value) in map) Refuse(value);
    }
}
