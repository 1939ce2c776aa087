using System.Security.Cryptography;
using System.Text.Json.Nodes;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>The one write path. Everything here runs inside one IMMEDIATE transaction.</summary>
internal sealed class SqliteAppender(SqliteDatabase database, SqliteReader reader, SqliteProjections projections, TimeProvider time, string host)
{
    public AppendResult Append(AppendRequest request, IReadOnlyList<PreparedEntry> entries)
    {
        projections.EnsureCurrent();
        if (Repeated(request.Stream, entries) is { } repeated) return repeated;
        if (Fenced(request.Fence) is { } fenced) return fenced;
        var head = reader.Head(request.Stream);
        if (request.ExpectedSeq is { } expected && expected != head.Seq) return new AppendConflict(expected, head.Seq);
        foreach (var bytes in request.Contents) Keep(bytes);
        return Insert(request.Stream, head, entries);
    }

    private AppendReceipt Insert(string stream, StreamHead head, IReadOnlyList<PreparedEntry> entries)
    {
        var pos = reader.Size();
        var now = UtcStamp.Truncate(time.GetUtcNow());
        var recorded = UtcStamp.Format(now);
        var written = new List<Entry>(entries.Count);
        var (seq, prev) = (head.Seq, head.Hash);
        foreach (var entry in entries)
        {
            var at = UtcStamp.Truncate(entry.OccurredAt ?? now);
            var envelope = new EntryEnvelope(entry.Actor, entry.Payload.Data, host, entry.Id, stream, entry.Key, UtcStamp.Format(at), pos, prev, recorded, ++seq, entry.Type.Name, entry.Type.Version);
            var body = CanonicalJson.Bytes(envelope.ToCanonical());
            prev = EntryHash.Of(body);
            database.Execute("INSERT INTO entries (pos, stream, seq, id, key, type, body, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                pos, stream, seq, entry.Id, entry.Key, entry.Type.Name, new Utf8Text(body), prev);
            for (var index = 0; index < entry.Payload.Values.Count; index++) Keep(pos, index, entry.Payload.Values[index]);
            pos++;
            var typed = EntryCodec.From(envelope, at, now, prev, entry.Data);
            projections.Apply(typed);
            written.Add(typed);
        }
        return new AppendReceipt(pos - 1, seq, prev, pos, false, written);
    }

    /// <summary>The first receipt when all of this was written before; a refusal when a key or id was used for something else.</summary>
    private AppendResult? Repeated(string stream, IReadOnlyList<PreparedEntry> entries)
    {
        if (!entries.Any(entry => entry.MayRepeat)) return null;
        var found = entries.Select(entry => (Draft: entry, Stored: reader.ByKey(stream, entry.Key) ?? reader.ById(entry.Id))).ToList();
        var first = found.Find(pair => pair.Stored is not null).Stored;
        if (first is null) return null;
        foreach (var (draft, stored) in found)
            if (stored is null || stored.Stream != stream || !SameContent(draft, stored))
                return new AppendKeyReuse(stored?.Key ?? first.Key, (stored ?? first).Pos);
        var last = found[^1].Stored!;
        return new AppendReceipt(last.Pos, last.Seq, last.Hash, reader.Size(), true, [.. found.Select(pair => pair.Stored!)]);
    }

    private bool SameContent(PreparedEntry draft, Entry stored)
    {
        if (draft.Type.Name != stored.Type || draft.Key != stored.Key) return false;
        // a value that was redacted since cannot be compared: what is left decides
        var given = JsonNode.Parse(draft.Payload.Plain)!;
        var plain = EntryCodec.Unseal(stored.DataJson, reader.Sealed(stored.Id), pointer => JsonPointers.Match(given, pointer).FirstOrDefault()?.DeepClone());
        return plain == draft.Payload.Plain;
    }

    private AppendFenced? Fenced(Fence? fence)
    {
        if (fence is null) return null;
        var lease = SqliteLeases.Read(database, fence.Lease);
        return lease?.Owner == fence.Owner && lease.Epoch == fence.Epoch ? null : new AppendFenced(lease?.Owner ?? "nobody", lease?.Epoch ?? 0);
    }

    private void Keep(long pos, int index, SealedValue value) => database.Execute(
        "INSERT INTO sealed (place, entry_id, pointer, salt, value) VALUES ((?1 << 20) + ?2, ?3, ?4, ?5, ?6)", pos, (long)index, value.EntryId, value.Pointer, value.Salt, value.Value);

    private void Keep(byte[] bytes) => database.Execute(
        "INSERT INTO contents (sha256, bytes) VALUES (?1, ?2) ON CONFLICT (sha256) DO NOTHING", Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant(), bytes);
}
