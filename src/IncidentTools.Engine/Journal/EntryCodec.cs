using System.Text.Json;
using System.Text.Json.Nodes;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal;

/// <summary>A draft made ready for a store: everything but pos, seq, prev and recordedAt.</summary>
/// <param name="MayRepeat">False when the id was made just now: nothing in the store can have it.</param>
internal sealed record PreparedEntry(string Id, string Key, EntryType Type, SealedPayload Payload, IEntryData Data, Actor Actor, DateTimeOffset? OccurredAt, bool MayRepeat);

/// <summary>Payload records to stored text and back.</summary>
internal sealed class EntryCodec(EntryCatalog catalog)
{
    /// <summary>Serialises, seals and reads back: what cannot be read again is refused before it is durable.</summary>
    public PreparedEntry Prepare(EntryDraft draft, Actor actor, TimeProvider time)
    {
        var type = catalog.Of(draft.Data);
        var id = draft.Id ?? Uuid7.New(time.GetUtcNow());
        using var written = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(draft.Data, type.Info), CanonicalJson.Reading);
        var payload = Sealing.Seal(written.RootElement, type, id);
        // the fold sees the same object now and when the projection is rebuilt
        var read = (IEntryData)JsonSerializer.Deserialize(payload.Plain, type.Info)!;
        return new(id, draft.Key ?? id, type, payload, read, draft.Actor ?? actor, draft.OccurredAt, draft.Id is not null || draft.Key is not null);
    }

    /// <summary>The plain payload of a stored one; <paramref name="missing"/> supplies values that are gone.</summary>
    public static string Unseal(string dataJson, IReadOnlyList<SealedValue> values, Func<string, JsonNode?>? missing = null)
    {
        if (!dataJson.Contains(Sealing.Mark, StringComparison.Ordinal)) return dataJson;
        var node = JsonNode.Parse(dataJson)!;
        Sealing.Unseal(node, values, missing);
        return CanonicalJson.Canonicalize(node.ToJsonString());
    }

    /// <summary>A stored entry, typed. A type or version this program does not know becomes <see cref="UnrecognisedData"/>.</summary>
    /// <exception cref="IncidentToolsException">EntryDamaged.</exception>
    public Entry Read(long pos, byte[] canonical, string hash, Func<IEnumerable<SealedValue>> values)
    {
        try { return Read(canonical, hash, values); }
        catch (Exception error) when (error is FormatException or JsonException) { throw Errors.EntryDamaged(pos, error); }
    }

    private Entry Read(byte[] canonical, string hash, Func<IEnumerable<SealedValue>> values)
    {
        var envelope = EntryEnvelope.Parse(canonical);
        var type = catalog.Find(envelope.Type);
        var plain = envelope.DataJson;
        if (plain.Contains(Sealing.Mark, StringComparison.Ordinal))
        {
            var found = values().Select(value => value with { EntryId = envelope.Id }).ToList();
            plain = Sealing.Restore(plain, found) ?? Unseal(plain, found);
        }
        var data = type is null || envelope.Version > type.Version
            ? new UnrecognisedData(envelope.Type, envelope.Version)
            : (IEntryData)JsonSerializer.Deserialize(plain, type.Info)!;
        return From(envelope, UtcStamp.Parse(envelope.OccurredAt), UtcStamp.Parse(envelope.RecordedAt), hash, data);
    }

    /// <param name="occurredAt">The envelope's, as a time.</param>
    /// <param name="recordedAt">The envelope's, as a time.</param>
    public static Entry From(EntryEnvelope envelope, DateTimeOffset occurredAt, DateTimeOffset recordedAt, string hash, IEntryData data) => new()
    {
        Pos = envelope.Pos,
        Stream = envelope.Stream,
        Seq = envelope.Seq,
        Id = envelope.Id,
        Key = envelope.Key,
        Type = envelope.Type,
        Version = envelope.Version,
        OccurredAt = occurredAt,
        RecordedAt = recordedAt,
        Actor = envelope.Actor,
        Host = envelope.Host,
        Data = data,
        DataJson = envelope.DataJson,
        Hash = hash,
        Prev = envelope.Prev,
    };
}
