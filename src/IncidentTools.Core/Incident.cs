namespace IncidentTools;

/// <summary>An incident as it stands now. Times are UTC.</summary>
public sealed record Incident
{
    /// <summary><c>INC-12</c>.</summary>
    public required string Id { get; init; }
    /// <summary>Its number within the store.</summary>
    public required int Number { get; init; }
    /// <summary>What is wrong, in one line.</summary>
    public required string Title { get; init; }
    /// <summary>Open, Acknowledged, Resolved or Closed.</summary>
    public required string State { get; init; }
    /// <summary>P0 (worst) to P4.</summary>
    public required string Severity { get; init; }
    /// <summary>The worst level it ever had; review duties follow it.</summary>
    public required string HighestSeverity { get; init; }
    /// <summary>availability, security, data or compliance.</summary>
    public required string Class { get; init; }
    /// <summary>Services it concerns, the main one first.</summary>
    public required IReadOnlyList<string> Service { get; init; }
    /// <summary>1 extensive, 2 significant, 3 minor.</summary>
    public required int Impact { get; init; }
    /// <summary>1 grows by the minute, 2 worsens today, 3 stable.</summary>
    public required int Urgency { get; init; }
    /// <summary>Conditions of the policy that apply.</summary>
    public required IReadOnlyList<string> Condition { get; init; }
    /// <summary>The runbook named at declaration.</summary>
    public string? Runbook { get; init; }
    /// <summary>Role → contact.</summary>
    public required IReadOnlyDictionary<string, string> Role { get; init; }
    /// <summary>The incident commander; null when nobody has the role.</summary>
    public string? Commander => Role.TryGetValue("incident-commander", out var contact) ? contact : null;
    /// <summary>Who declared it.</summary>
    public required string Reporter { get; init; }
    /// <summary>When the impact began, if known.</summary>
    public DateTimeOffset? OnsetAt { get; init; }
    /// <summary>When it was declared.</summary>
    public required DateTimeOffset DeclaredAt { get; init; }
    /// <summary>When somebody took it.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }
    /// <summary>Who took it.</summary>
    public string? AcknowledgedBy { get; init; }
    /// <summary>When users stopped being affected.</summary>
    public DateTimeOffset? MitigatedAt { get; init; }
    /// <summary>When it was resolved.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }
    /// <summary>Fixed, FalseAlarm or Duplicate.</summary>
    public string? Resolution { get; init; }
    /// <summary>When it was closed.</summary>
    public DateTimeOffset? ClosedAt { get; init; }
    /// <summary>The incident this one belongs to or duplicates.</summary>
    public string? Parent { get; init; }
    /// <summary>How often it came back after being resolved.</summary>
    public required int Reopened { get; init; }
    /// <summary>When the last update was posted.</summary>
    public DateTimeOffset? LastUpdateAt { get; init; }
    /// <summary>When clients were first told.</summary>
    public DateTimeOffset? ClientNoticeAt { get; init; }
    /// <summary>When the review was recorded.</summary>
    public DateTimeOffset? ReviewedAt { get; init; }

    /// <summary>The id: how an incident reads inside a text.</summary>
    public override string ToString() => Id;
}

/// <summary>A severity decision: the level and everything that led to it.</summary>
public sealed record IncidentSeverity
{
    /// <summary>P0 (worst) to P4.</summary>
    public required string Severity { get; init; }
    /// <summary>One word: Critical, High …</summary>
    public required string Label { get; init; }
    /// <summary>1 to 3.</summary>
    public required int Impact { get; init; }
    /// <summary>1 to 3.</summary>
    public required int Urgency { get; init; }
    /// <summary>What the matrix alone gives.</summary>
    public required string Matrix { get; init; }
    /// <summary>Conditions that were given.</summary>
    public required IReadOnlyList<string> Condition { get; init; }
    /// <summary>Why it is this level, one sentence each.</summary>
    public required IReadOnlyList<string> Reason { get; init; }
    /// <summary>Name of the policy that decided.</summary>
    public required string Policy { get; init; }
}

/// <summary>One clock of an incident.</summary>
public sealed record IncidentClock
{
    /// <summary>INC-12.</summary>
    public required string Incident { get; init; }
    /// <summary>Acknowledge, Update, ClientNotice, Resolve or Review, or the name of a statutory clock or one that a runbook started.</summary>
    public required string Name { get; init; }
    /// <summary>What is due, of a clock that a runbook started.</summary>
    public string Title { get; init; } = "";
    /// <summary>Whether one of its warnings has come.</summary>
    public bool Urgent { get; init; }
    /// <summary>Of a statutory clock: the rule it comes from.</summary>
    public string Law { get; init; } = "";
    /// <summary>Of a statutory clock: who is to be told.</summary>
    public string Recipient { get; init; } = "";
    /// <summary>Watch (may come to apply), Running, Met, MetLate, Missed (still owed), NotRequired or Stopped.</summary>
    public required string State { get; init; }
    /// <summary>From when it counts; null while it is only watched.</summary>
    public required DateTimeOffset? StartedAt { get; init; }
    /// <summary>When it is due; null while it is only watched.</summary>
    public required DateTimeOffset? DueAt { get; init; }
    /// <summary>How much of its time is used, in percent; null when it does not run.</summary>
    public int? Used { get; init; }
    /// <summary>When it was met; null when it was not.</summary>
    public DateTimeOffset? MetAt { get; init; }
    /// <summary>Time left, negative when overdue; null when it no longer runs.</summary>
    public TimeSpan? Left { get; init; }
}

/// <summary>One thing a responder should do now.</summary>
/// <param name="Incident">INC-12; null for a run without an incident.</param>
/// <param name="Priority">1 is most urgent.</param>
/// <param name="What">What is owed, and why.</param>
/// <param name="DueAt">When, if there is a clock.</param>
/// <param name="Command">A command to paste.</param>
public sealed record IncidentNextStep(string? Incident, int Priority, string What, DateTimeOffset? DueAt, string Command);

/// <summary>One line of an incident's timeline.</summary>
/// <param name="Incident">INC-12.</param>
/// <param name="Seq">Position in the incident, from 1.</param>
/// <param name="OccurredAt">When it happened (UTC).</param>
/// <param name="OccurredAtUtc">The same as ISO 8601 text.</param>
/// <param name="Actor">Who.</param>
/// <param name="Type">Type of the journal entry.</param>
/// <param name="Text">What happened.</param>
/// <param name="Recorded">True when it was recorded more than a minute after it happened.</param>
public sealed record TimelineEntry(string Incident, long Seq, DateTimeOffset OccurredAt, string OccurredAtUtc, string Actor, string Type, string Text, bool Recorded);
