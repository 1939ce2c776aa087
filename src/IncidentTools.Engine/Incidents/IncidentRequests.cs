namespace IncidentTools.Engine.Incidents;

/// <summary>What a declaration says.</summary>
/// <param name="Key">The caller's idempotency key.</param>
public sealed record DeclareRequest(
    string Title, string Class, IReadOnlyList<string> Services, int Impact, int Urgency, IReadOnlyList<string> Conditions, string? Runbook, DateTimeOffset? OnsetAt, string? Description, DateTimeOffset? OccurredAt, string? Key);

/// <summary>A new grade; what is null stays as it is.</summary>
/// <param name="Level">Overrides what the policy gives; needs a reason.</param>
/// <param name="Force">Lower before the symptoms have been gone for the policy's time.</param>
public sealed record GradeRequest(int? Impact, int? Urgency, IReadOnlyList<string>? Conditions, string? Level, string? Reason, bool Force);

/// <summary>What the caller may say about an entry besides its content.</summary>
public readonly record struct EntryTags(DateTimeOffset? OccurredAt = null, string? Key = null);
