namespace IncidentTools;

/// <summary>What a check of the journal found.</summary>
public sealed record JournalVerification
{
    /// <summary>True only when nothing was found.</summary>
    public required bool Valid { get; init; }
    /// <summary>How far the answer reaches. InternallyConsistent: that the whole store was replaced or its tail removed is not excluded.</summary>
    public required string Guarantee { get; init; }
    /// <summary>What from outside the store it was compared with; empty: nothing.</summary>
    public IReadOnlyList<string> Anchors { get; init; } = [];
    public required string Store { get; init; }
    /// <summary>Entries read.</summary>
    public required long Entries { get; init; }
    /// <summary>Streams that are incidents.</summary>
    public required long Incidents { get; init; }
    /// <summary>Position of the first bad entry; null when there is none.</summary>
    public long? FirstBad { get; init; }
    public IReadOnlyList<JournalFinding> Findings { get; init; } = [];
}

/// <summary>One thing that is wrong with the journal.</summary>
/// <param name="Code">HashMismatch, ChainBroken, SeqGap, PositionGap, ColumnMismatch, NotCanonical, NotAnEntry, SealedValueChanged, SealedValueMissing, NoStoreCreated, ProjectionDiffers.</param>
/// <param name="Pos">Position in the store, 0-based; null when it is about no single entry.</param>
/// <param name="Incident">The stream; empty when it is about no single entry.</param>
/// <param name="Seq">Position in the stream, 1-based; 0 when it is about no single entry.</param>
/// <param name="Message">What is wrong.</param>
public sealed record JournalFinding(string Code, long? Pos, string Incident, long Seq, string Message);
