namespace IncidentTools;

/// <summary>One line of the response checklist, as it stands for one incident.</summary>
public sealed record IncidentChecklistItem
{
    /// <summary>INC-12.</summary>
    public required string Incident { get; init; }
    /// <summary>Its id, as <c>Complete-IncidentChecklistItem -Item</c> takes it.</summary>
    public required string Item { get; init; }
    /// <summary>Its place in the checklist, from 1.</summary>
    public required int Number { get; init; }
    /// <summary>detect, triage, investigate, resolve, verify, communicate, recover or review.</summary>
    public required string Phase { get; init; }
    /// <summary>What must be there.</summary>
    public required string Text { get; init; }
    /// <summary>Open, Done or NotApplicable.</summary>
    public required string State { get; init; }
    /// <summary>The role that sees to it; empty = whoever commands.</summary>
    public string Role { get; init; } = "";
    /// <summary>What would show that it was done.</summary>
    public string Evidence { get; init; } = "";
    /// <summary>When it should be done; null when nothing says so.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>Open, and its time has passed.</summary>
    public bool Overdue { get; init; }
    /// <summary>Position in the incident of the entry that proves it; null while it is open.</summary>
    public long? Seq { get; init; }
    /// <summary>What that entry says.</summary>
    public string Proof { get; init; } = "";
    /// <summary>Who did or said so.</summary>
    public string? By { get; init; }
    /// <summary>When (UTC).</summary>
    public DateTimeOffset? At { get; init; }
    /// <summary>Whether somebody ticked it; false when the journal shows it by itself.</summary>
    public bool ByHand { get; init; }
    /// <summary>A command to paste; null when nothing is open.</summary>
    public string? Command { get; init; }
}
