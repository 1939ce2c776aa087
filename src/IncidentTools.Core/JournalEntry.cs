namespace IncidentTools;

/// <summary>One entry of the journal, as stored.</summary>
public sealed record JournalEntry
{
    public required long Pos { get; init; }
    /// <summary>The stream: an incident id, or a name that starts with $.</summary>
    public required string Incident { get; init; }
    public required long Seq { get; init; }
    public required string Id { get; init; }
    public required string Key { get; init; }
    public required string Type { get; init; }
    public required int Version { get; init; }
    /// <summary>When it happened (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }
    /// <summary>When it was written (UTC).</summary>
    public required DateTimeOffset RecordedAt { get; init; }
    /// <summary>The same as ISO 8601 text with six fractional digits.</summary>
    public string RecordedAtText => UtcStamp.Format(RecordedAt);
    public required string Actor { get; init; }
    /// <summary>os, db, token or claimed.</summary>
    public required string Assurance { get; init; }
    public required string Host { get; init; }
    /// <summary>One line: what happened.</summary>
    public required string Summary { get; init; }
    /// <summary>The stored payload; sealed values as commitments.</summary>
    public required string Data { get; init; }
    public required string Prev { get; init; }
    public required string Hash { get; init; }
}
