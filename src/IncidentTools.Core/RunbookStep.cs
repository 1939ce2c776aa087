namespace IncidentTools;

/// <summary>A step of a run, or of a plan (<c>State</c> Planned). Times are UTC.</summary>
public sealed record RunbookStep
{
    /// <summary>The run; null in a plan.</summary>
    public string? Run { get; init; }
    public string? Incident { get; init; }
    public required string Runbook { get; init; }
    /// <summary>Its id.</summary>
    public required string Step { get; init; }
    /// <summary>Its place in the runbook, from 1.</summary>
    public required int Number { get; init; }
    /// <summary>The visit of this instance, from 1; 0 while it was not reached.</summary>
    public int Visit { get; init; }
    /// <summary>The instance: <c>/restart#1</c>.</summary>
    public string Path { get; init; } = "";
    /// <summary>detect triage investigate resolve verify communicate recover review</summary>
    public required string Phase { get; init; }
    public required string Title { get; init; }
    public string Purpose { get; init; } = "";
    /// <summary>What it does: probe.http, action.service-control, manual …</summary>
    public required string Uses { get; init; }
    /// <summary>Planned, Pending, Running, Waiting, Succeeded, Failed, TimedOut, Skipped, Waived, Cancelled, InDoubt, Undone or UndoFailed.</summary>
    public required string State { get; init; }
    /// <summary>none, low, medium or high.</summary>
    public string Impact { get; init; } = "none";
    /// <summary>What raised the impact above what the runbook declares, each with its place; empty when nothing did.</summary>
    public IReadOnlyList<string> ImpactReason { get; init; } = [];
    /// <summary>Number of attempts begun.</summary>
    public int Attempt { get; init; }
    /// <summary>Of a probe: Pass, Warn, Fail, Error or Skipped.</summary>
    public string? Status { get; init; }
    /// <summary>What it gave: a text, a number, a list or a map.</summary>
    public object? Value { get; init; }
    /// <summary>A stable word for what went wrong: DnsFailure, ConnectionRefused, Timeout …</summary>
    public string? Error { get; init; }
    /// <summary>How it went, in one line.</summary>
    public string Message { get; init; } = "";
    /// <summary>Observations, thresholds, output: what stands behind the value.</summary>
    public IReadOnlyDictionary<string, object?> Detail { get; init; } = new Dictionary<string, object?>();
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Answer, Approval, Timer or InDoubt while it waits.</summary>
    public string? WaitReason { get; init; }
    /// <summary>Id of the wait: an answer that carries it never meets another question.</summary>
    public string? Wait { get; init; }
    /// <summary>What is asked.</summary>
    public string Prompt { get; init; } = "";
    /// <summary>The words that answer it; none = free.</summary>
    public IReadOnlyList<string> Choice { get; init; } = [];
    /// <summary>Typed values that an answer may or must give: name → description.</summary>
    public IReadOnlyDictionary<string, string> Field { get; init; } = new Dictionary<string, string>();
    /// <summary>When the wait ends by itself.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>A command to paste that moves it on; null when nothing is asked.</summary>
    public string? Command { get; init; }

    /// <summary>What it acts on.</summary>
    public string? Target { get; init; }
    /// <summary>Exactly what would be done, one line each.</summary>
    public IReadOnlyList<string> Plan { get; init; } = [];
    /// <summary>Who must approve it, in words; null when nobody.</summary>
    public string? Approval { get; init; }
    /// <summary>What taking it back would do; null when it cannot be taken back or changes nothing.</summary>
    public string? Undo { get; init; }
    /// <summary>Why it cannot be taken back; null when it can, or changes nothing.</summary>
    public string? NoUndo { get; init; }
    /// <summary>What can only be known when the step is reached.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];
}
