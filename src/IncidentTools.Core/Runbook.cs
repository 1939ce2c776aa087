namespace IncidentTools;

/// <summary>A runbook of the workspace, or one that ships with the module.</summary>
public sealed record Runbook
{
    /// <summary>Its id, as <c>Invoke-Runbook -Name</c> takes it.</summary>
    public required string Name { get; init; }
    /// <summary>Semantic version.</summary>
    public required string Version { get; init; }
    public required string Title { get; init; }
    public string Summary { get; init; } = "";
    /// <summary>The team or person who keeps it true.</summary>
    public string? Owner { get; init; }
    /// <summary>Classes of incident it is for; none = all.</summary>
    public IReadOnlyList<string> Class { get; init; } = [];
    /// <summary>Levels it is for; none = all.</summary>
    public IReadOnlyList<string> Severity { get; init; } = [];
    /// <summary>What it helps against, one line each.</summary>
    public IReadOnlyList<string> Symptom { get; init; } = [];
    public IReadOnlyList<RunbookParameter> Parameter { get; init; } = [];
    /// <summary>How many steps it has, handlers left out.</summary>
    public int Steps { get; init; }
    public DateOnly? LastReviewed { get; init; }
    /// <summary>When its next review is due; null when none is demanded.</summary>
    public DateOnly? ReviewDue { get; init; }
    /// <summary>Whether its review is overdue.</summary>
    public bool Stale { get; init; }
    /// <summary>workspace or shipped.</summary>
    public required string Source { get; init; }
    /// <summary>Its file.</summary>
    public required string Path { get; init; }
    /// <summary>SHA-256 of the file, lower-case hex: what a run is bound to.</summary>
    public required string Hash { get; init; }

    /// <summary>The id: how a runbook reads inside a text.</summary>
    public override string ToString() => Name;
}

/// <summary>A value that a runbook takes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">string int number bool duration datetime path service contact secret list map</param>
/// <param name="Required">Whether it must be given.</param>
/// <param name="Default">Its value when it is not given.</param>
/// <param name="Description">What it is for.</param>
public sealed record RunbookParameter(string Name, string Type, bool Required, object? Default, string Description);

/// <summary>A runbook that fits what is seen, and why.</summary>
/// <param name="Name">Id of the runbook.</param>
/// <param name="Title">Its title.</param>
/// <param name="Score">0 … 1.</param>
/// <param name="Symptom">Id of its symptom that fits best.</param>
/// <param name="Text">The symptom in words.</param>
/// <param name="Why">Words that matched.</param>
public sealed record RunbookMatch(string Name, string Title, double Score, string Symptom, string Text, IReadOnlyList<string> Why);

/// <summary>The result of checking a runbook without running it.</summary>
/// <param name="Name">Its id; the file's name when it cannot be read that far.</param>
/// <param name="Path">Its file.</param>
/// <param name="Valid">No finding is an error.</param>
/// <param name="Findings">Everything found.</param>
public sealed record RunbookVerification(string Name, string Path, bool Valid, IReadOnlyList<IncidentFinding> Findings);

/// <summary>One difference between two versions of a runbook: of what they mean, not of how they are written.</summary>
public sealed record RunbookDifference
{
    /// <summary>Id of the runbook (the newer one's).</summary>
    public required string Name { get; init; }
    /// <summary>Version of the older one.</summary>
    public required string From { get; init; }
    /// <summary>Version of the newer one.</summary>
    public required string To { get; init; }
    /// <summary>Added, Removed, Moved or Changed.</summary>
    public required string Change { get; init; }
    /// <summary>Step, Handler, Branch, Every, Parameter, Symptom, Output, Clock, Revision or Metadata.</summary>
    public required string Kind { get; init; }
    /// <summary>Id of the step, name of the parameter …; empty for metadata.</summary>
    public required string Item { get; init; }
    /// <summary>The key that changed: with.url, timeout; null when the whole item was added, removed or moved.</summary>
    public string? Field { get; init; }
    /// <summary>As it was; of what moved, where it stood.</summary>
    public string? Before { get; init; }
    /// <summary>As it is; of what moved, where it stands.</summary>
    public string? After { get; init; }

    /// <summary>The step, as the commands for steps take it.</summary>
    public string? Step => Kind is "Step" or "Handler" ? Item : null;
}
