namespace IncidentTools.Engine.Journal;

/// <summary>Facts about an open store.</summary>
public sealed record StoreInfo(string Location, string Kind, string StoreId, string Origin, int SchemaVersion, bool ReadOnly, string EngineVersion);

/// <summary>
/// Where entries live. Two hand-written implementations, one acceptance suite. Synchronous on purpose: both providers' synchronous
/// paths are the honest ones, and an append is a single short transaction.
/// </summary>
public interface IJournalStore : IDisposable
{
    StoreInfo Info { get; }

    /// <summary>How many entries there are.</summary>
    long Size { get; }

    /// <summary>The one write path: entries, chain, projections, keys, contents and fence check in one durable transaction.</summary>
    AppendResult Append(AppendRequest request);

    /// <summary>The stream's head; seq 0 and 64 zeros when the stream does not exist.</summary>
    StreamHead Head(string stream);

    /// <summary>The first receipt of a key in a stream, or null.</summary>
    AppendReceipt? FindKey(string stream, string key);

    /// <summary>The entries of all streams that were given this key.</summary>
    IReadOnlyList<Entry> FindKey(string key);

    IEnumerable<Entry> Read(string stream, long fromSeq = 1);
    IEnumerable<Entry> ReadAll(long fromPos = 0);

    /// <summary>Entries as stored bytes, without knowing their types: for verification and export.</summary>
    IEnumerable<RawEntry> ReadRaw(long fromPos = 0);

    /// <summary>The values that an entry only commits to; those redacted are not among them.</summary>
    IReadOnlyList<SealedValue> ReadSealed(string entryId);

    /// <summary>Projections whose stored rows are not what a fold of the journal gives, with the first key that differs.</summary>
    IReadOnlyList<(string Projection, string Key)> ProjectionDifferences();

    byte[]? Content(string sha256);

    TRow? Find<TRow>(Projection<TRow> projection, string key) where TRow : class;
    IReadOnlyList<TRow> Query<TRow>(Projection<TRow> projection, ProjectionQuery query) where TRow : class;

    ILeaseStore Leases { get; }
}

/// <summary>One stored entry, untouched: the exact canonical bytes and the hash kept beside them.</summary>
public sealed record RawEntry(long Pos, string Stream, long Seq, string Id, string Type, string CanonicalJson, string Hash)
{
    public required string Key { get; init; }
}

/// <summary>Leases: owner and epoch. A lease that only expires protects nothing, so appends check the epoch (<see cref="Fence"/>).</summary>
public interface ILeaseStore
{
    /// <summary>Takes a free or expired lease (epoch + 1), or one this owner already has (same epoch); else null, and <paramref name="holder"/> says who has it until when.</summary>
    Lease? Acquire(string name, string owner, TimeSpan term, out Lease? holder);
    /// <summary>False when owner or epoch no longer hold it.</summary>
    bool Renew(Lease lease, TimeSpan term, out Lease renewed);
    void Release(Lease lease);
    Lease? Find(string name);
}

public sealed record Lease(string Name, string Owner, long Epoch, DateTimeOffset Expires)
{
    public Fence ToFence() => new(Name, Owner, Epoch);
}
