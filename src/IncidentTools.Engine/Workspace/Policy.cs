namespace IncidentTools.Engine.Workspace;

/// <summary>policy.yaml: how this organisation grades, times, approves and reviews incidents. Plain, immutable, validated.</summary>
public sealed record Policy
{
    public required string Name { get; init; }
    /// <summary>SHA-256 of the file, lower-case hex: what the journal names when a decision was made by this policy.</summary>
    public required string Hash { get; init; }
    /// <summary>Nine cells, "impact,urgency" ("1,1" worst) → level.</summary>
    public required IReadOnlyDictionary<string, string> Matrix { get; init; }
    public required IReadOnlyList<SeverityFloor> Floors { get; init; }
    public required IReadOnlyDictionary<string, SeverityTargets> Targets { get; init; }
    public required BusinessCalendar Calendar { get; init; }
    public required IReadOnlyList<RoleDefinition> Roles { get; init; }
    public required ApprovalPolicy Approval { get; init; }
    /// <summary>Names of channels → their settings (<c>uses</c> plus arguments); see Notifications.</summary>
    public required IReadOnlyDictionary<string, ChannelDefinition> Channels { get; init; }
    /// <summary>Audience → names of channels: internal, stakeholders, customers, responders …</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Audiences { get; init; }
    /// <summary>Audience → roles; text to it is approved by a holder of one of them. Not there = nobody needs to.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ExternalText { get; init; } = new Dictionary<string, IReadOnlyList<string>>();
    /// <summary>How long symptoms must be gone before an incident may be lowered or resolved without -Force.</summary>
    public required TimeSpan StabilityWindow { get; init; }
    /// <summary>A symptom back within this time of Resolved reopens the same incident.</summary>
    public required TimeSpan ReopenWindow { get; init; }
    public DetectionPolicy Detection { get; init; } = DetectionPolicy.Default;
}

/// <summary>A condition that lifts (or, as a cap, limits) the level the matrix gives.</summary>
/// <param name="Id">Condition name used with -Condition: <c>tenant-isolation-breach</c>.</param>
/// <param name="Effect">floor (at least Level), raise (one level up, at least Level) or cap (at most Level).</param>
public sealed record SeverityFloor(string Id, string Effect, string Level, string Text, string Source);

/// <summary>Targets of one level. Business targets count only the calendar's hours.</summary>
public sealed record SeverityTargets(
    string Level, string Label, string Meaning, Target? Acknowledge, Target? Escalate, Target? Update, Target? ClientNotice, Target? Resolve, Target? Review, string ReviewDuty);

/// <param name="Amount">Elapsed time, or business time when <paramref name="Business"/>; business days are days of the calendar.</param>
/// <param name="BusinessDays">Set instead of Amount for targets in business days.</param>
public sealed record Target(TimeSpan Amount, bool Business = false, int? BusinessDays = null);

/// <param name="Days">ISO weekdays, Monday = 1.</param>
public sealed record BusinessCalendar(string TimeZone, IReadOnlyList<int> Days, TimeOnly Opens, TimeOnly Closes, IReadOnlyList<DateOnly> Holidays);

public sealed record RoleDefinition(string Id, string Title, string Duties, IReadOnlyList<string> RequiredFor);

/// <summary>Which impact needs whose approval.</summary>
public sealed record ApprovalPolicy(IReadOnlyDictionary<string, ApprovalRule> ByImpact, SoleOperatorRule SoleOperator);

/// <param name="By">Role ids or contact ids; anyone of them may answer. Empty = anyone.</param>
/// <param name="Min">How many different people must approve; 0 = no approval needed.</param>
/// <param name="Assurance">Least assurance of the approver's identity: claimed, os, db or token; null = any.</param>
public sealed record ApprovalRule(IReadOnlyList<string> By, int Min, bool NotRequester, TimeSpan? Expires, string? Assurance = null);

/// <summary>When one person is the whole organisation, self-approval is allowed, always with a reason that is journaled.</summary>
public sealed record SoleOperatorRule(bool Allowed, bool ReasonRequired);

/// <param name="Uses">file, script, smtp or webhook.</param>
public sealed record ChannelDefinition(string Name, string Uses, IReadOnlyDictionary<string, object?> With);
