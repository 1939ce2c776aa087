namespace IncidentTools;

/// <summary>A run of a runbook as it stands now. Times are UTC.</summary>
public sealed record RunbookRun
{
    /// <summary>Its id: <c>R-7KQ2M9XD</c>.</summary>
    public required string Run { get; init; }
    /// <summary>The incident it belongs to; null for a run on its own.</summary>
    public string? Incident { get; init; }
    public required string Runbook { get; init; }
    public required string Version { get; init; }
    public required string Title { get; init; }
    /// <summary>The service it is about.</summary>
    public string? Service { get; init; }
    /// <summary>Running, Waiting, Succeeded, SucceededWithFailures, Failed, TimedOut, Cancelled, RolledBack or Rejected.</summary>
    public required string State { get; init; }
    /// <summary>Answer, Approval, Timer or InDoubt while it waits; null otherwise.</summary>
    public string? WaitReason { get; init; }
    /// <summary>The step it is at.</summary>
    public string? Step { get; init; }
    /// <summary>What it waits for, or how it ended.</summary>
    public string Message { get; init; } = "";
    /// <summary>When the wait ends by itself.</summary>
    public DateTimeOffset? DueAt { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required string StartedBy { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Nothing was executed: results were simulated. It belongs to no incident and counts in no figure.</summary>
    public bool Exercise { get; init; }
    /// <summary>Who drives it now: <c>user@host (process 4711)</c>; null when nobody does.</summary>
    public string? Holder { get; init; }
    /// <summary>0 Succeeded; 1 Failed, TimedOut, Cancelled, RolledBack, Rejected; 2 SucceededWithFailures; 3 Waiting; 4 in doubt; 5 another runner holds it.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The id: how a run reads inside a text.</summary>
    public override string ToString() => Run;
}
