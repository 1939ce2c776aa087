namespace IncidentTools.Engine.Journal;

/// <summary>Who did it. <c>Id</c> is pseudonymous: a contact id or a login name, never a display name.</summary>
/// <param name="Via">How we know: <c>os</c>, <c>db</c>, <c>token</c>, <c>claimed</c> …</param>
/// <param name="Assurance">How far to trust it: <c>os</c> (local login), <c>db</c> (session_user of PostgreSQL), <c>token</c>, <c>claimed</c> (shared login).</param>
public sealed record Actor(string Id, string Via, string Assurance);

/// <summary>Marks the payload record of one entry type. The record lives in the folder of the capability that writes it.</summary>
public interface IEntryData
{
    /// <summary>One line for the timeline and the report: what happened, in the past tense, without time or actor. Reads sealed values as they are given ("[redacted]" where gone).</summary>
    string Describe();
    /// <summary>Whether it only serves the machinery: a timeline leaves it out unless everything is asked for.</summary>
    bool IsDetail => false;
}

/// <summary>An entry as read back: typed, sealed values filled in ("[redacted]" where they are gone).</summary>
public sealed record Entry
{
    public required long Pos { get; init; }
    /// <summary>The stream: an incident id (<c>INC-12</c>) or <c>$store</c>, <c>$oncall</c>, <c>$run-&lt;uuid&gt;</c>, <c>$exercise-&lt;uuid&gt;</c>.</summary>
    public required string Stream { get; init; }
    public required long Seq { get; init; }
    public required string Id { get; init; }
    public required string Key { get; init; }
    public required string Type { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public required Actor Actor { get; init; }
    public required string Host { get; init; }
    public required IEntryData Data { get; init; }
    /// <summary>The stored canonical JSON of <c>data</c>, sealed values still as commitments.</summary>
    public required string DataJson { get; init; }
    public required string Hash { get; init; }
    public required string Prev { get; init; }
}

/// <summary>What a caller wants appended. The journal adds pos, seq, prev, hash, recordedAt, host and, where not given, id, key, actor and occurredAt.</summary>
public sealed record EntryDraft(IEntryData Data)
{
    public string? Id { get; init; }
    /// <summary>The caller's idempotency key; else = id.</summary>
    public string? Key { get; init; }
    /// <summary>When it happened, if that is not now.</summary>
    public DateTimeOffset? OccurredAt { get; init; }
    public Actor? Actor { get; init; }
}

/// <summary>A lease as a guard of an append: refused unless owner and epoch still hold it.</summary>
public sealed record Fence(string Lease, string Owner, long Epoch);

public sealed record AppendRequest(string Stream, IReadOnlyList<EntryDraft> Entries)
{
    /// <summary>The stream's head that the caller decided on; null = any.</summary>
    public long? ExpectedSeq { get; init; }
    public Fence? Fence { get; init; }
    /// <summary>Bytes to keep by SHA-256 in the same transaction (runbook sources, templates …).</summary>
    public IReadOnlyList<byte[]> Contents { get; init; } = [];
}

/// <summary>What came of an append: exactly one of the cases below.</summary>
public abstract record AppendResult;

/// <summary>Durable. <c>WasDuplicate</c>: the same ids and content were there already; this is their first receipt.</summary>
public sealed record AppendReceipt(long Pos, long Seq, string Hash, long TreeSize, bool WasDuplicate, IReadOnlyList<Entry> Entries) : AppendResult;
/// <summary>The stream's head is not what was expected; nothing was written.</summary>
public sealed record AppendConflict(long Expected, long Actual) : AppendResult;
/// <summary>The key or id was used before with other content; nothing was written.</summary>
public sealed record AppendKeyReuse(string Key, long Pos) : AppendResult;
/// <summary>The lease is somebody else's by now; nothing was written.</summary>
public sealed record AppendFenced(string Owner, long Epoch) : AppendResult;
/// <summary>The commit failed in a way that leaves open whether it took place: retry with the same ids.</summary>
public sealed record AppendUnknown(Exception Cause) : AppendResult;

public sealed record StreamHead(string Stream, long Seq, string Hash);
