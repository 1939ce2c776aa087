using System.Text.Json.Serialization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Incidents;

/// <summary>Why a level is what it is, as recorded with every severity decision.</summary>
/// <param name="Matrix">What the matrix alone gave.</param>
/// <param name="Reasons">One sentence each: the cell, every condition hit, an override.</param>
/// <param name="PolicyHash">SHA-256 of the policy.yaml that decided.</param>
public sealed record SeverityRecord(string Level, string Matrix, int Impact, int Urgency, IReadOnlyList<string> Conditions, IReadOnlyList<string> Reasons, string Policy, string PolicyHash);

public sealed record IncidentDeclared(string Title, string Class, IReadOnlyList<string> Services, SeverityRecord Severity, string? Runbook, DateTimeOffset? OnsetAt, string? Description) : IEntryData
{
    public string Describe() => $"Declared {Severity.Level}: {Title}{(Services.Count == 0 ? "" : $" ({string.Join(", ", Services)})")}";
}

public sealed record SeverityChanged(string From, SeverityRecord Severity, string? Reason) : IEntryData
{
    public string Describe() => $"Severity {From} → {Severity.Level}{(Reason is null ? "" : $": {Reason}")}";
}

/// <summary>Facts about the incident that were corrected or became known; null = unchanged.</summary>
public sealed record IncidentChanged(string? Title, string? Class, IReadOnlyList<string>? Services, string? Parent, DateTimeOffset? OnsetAt, DateTimeOffset? MitigatedAt) : IEntryData
{
    public string Describe() => "Changed: " + string.Join(", ", new[]
    {
        Title is null ? null : $"title '{Title}'", Class is null ? null : $"class {Class}", Services is null ? null : $"services {string.Join(", ", Services)}",
        Parent is null ? null : $"part of {Parent}", OnsetAt is { } onset ? $"impact began {UtcStamp.Format(onset)}" : null, MitigatedAt is { } mitigated ? $"mitigated {UtcStamp.Format(mitigated)}" : null,
    }.Where(part => part is not null));
}

public sealed record IncidentAcknowledged(string? Note) : IEntryData
{
    public string Describe() => $"Acknowledged{(Note is null ? "" : $": {Note}")}";
}

/// <param name="As">Fixed, FalseAlarm or Duplicate.</param>
/// <param name="Forced">Why it did not wait for the stability window; null when it did.</param>
public sealed record IncidentResolved(string As, string? Summary, string? DuplicateOf, string? Forced) : IEntryData
{
    public string Describe() => $"Resolved as {As}{(DuplicateOf is null ? "" : $" of {DuplicateOf}")}{(Summary is null ? "" : $": {Summary}")}{(Forced is null ? "" : $" (forced: {Forced})")}";
}

public sealed record IncidentReopened(string? Reason) : IEntryData
{
    public string Describe() => $"Reopened{(Reason is null ? "" : $": {Reason}")}";
}

/// <param name="WithoutReview">Why it was closed without the review it owed; null when none was owed or it is there.</param>
public sealed record IncidentClosed(string? WithoutReview) : IEntryData
{
    public string Describe() => $"Closed{(WithoutReview is null ? "" : $" without the review it owed: {WithoutReview}")}";
}

/// <summary>A deadline of its own begins: one that a law or a contract sets. It outlives the run that started it.</summary>
/// <param name="From">When the time began to count.</param>
/// <param name="Warn">How long before its end it becomes urgent, the longest first.</param>
public sealed record ClockStarted(string Name, string Title, DateTimeOffset From, DateTimeOffset Due, IReadOnlyList<TimeSpan> Warn) : IEntryData
{
    /// <summary>Of a statutory clock: the rule it comes from, who is to be told, and why somebody started it.</summary>
    public string? Law { get; init; }
    public string? Recipient { get; init; }
    public string? Note { get; init; }

    public string Describe() => $"Clock {Name} runs until {UtcStamp.Format(Due)}{(Title.Length == 0 ? "" : $": {Title}")}{(Law is null ? "" : $" ({Law})")}{(Note is null ? "" : $", {Note}")}";
}

/// <summary>A statutory clock may come to apply: it stands in view from here on.</summary>
public sealed record ClockWatched(string Name, string Title, string Law, string Recipient) : IEntryData
{
    public string Describe() => $"Clock {Name} may come to apply: {Title} ({Law})";
}

/// <summary>What a clock demands was found not to be required.</summary>
public sealed record ClockWaived(string Name, string Reason, string Approver) : IEntryData
{
    public string Describe() => $"Clock {Name} not required, approved by {Approver}: {Reason}";
}

/// <summary>What a clock demanded was done.</summary>
public sealed record ClockMet(string Name, string? Note) : IEntryData
{
    /// <summary>What shows it: a message, a ticket, a receipt.</summary>
    public string? Evidence { get; init; }

    public string Describe() => $"Clock {Name} met{(Note is null ? "" : $": {Note}")}{(Evidence is null ? "" : $" ({Evidence})")}";
}

/// <param name="Text">What was learned.</param>
public sealed record ReviewRecorded(string Text) : IEntryData
{
    public string Describe() => $"Review: {Text}";
}

/// <param name="Contact">Who has it from now on; null = nobody.</param>
/// <param name="From">Who had it.</param>
/// <param name="Brief">What was handed over.</param>
public sealed record RoleAssigned(string Role, string? Contact, string? From, string? Brief) : IEntryData
{
    public string Describe() => (Contact, From) switch
    {
        (null, _) => $"{From} gave up {Role}",
        (_, null) => $"{Contact} is {Role}",
        _ => $"{Role} handed over from {From} to {Contact}",
    } + (Brief is null ? "" : $": {Brief}");
}

/// <param name="Kind">note, finding, decision or cause.</param>
public sealed record NoteAdded(string Kind, string Text) : IEntryData
{
    public string Describe() => Kind == "note" ? Text : $"{char.ToUpperInvariant(Kind[0])}{Kind[1..]}: {Text}";
}

/// <summary>What was said to an audience; the deliveries are entries of their own.</summary>
/// <param name="ClientNotice">Whether this tells clients.</param>
public sealed record UpdatePosted(string Audience, string? Template, string Subject, string Body, bool ClientNotice) : IEntryData
{
    /// <summary>Who approved the text, where that is recorded.</summary>
    public string? ApprovedBy { get; init; }

    public string Describe() => $"Update to {Audience}: {Subject}{(ApprovedBy is null ? "" : $" (approved by {ApprovedBy})")}";
}

/// <summary>Entry types of incidents. Free text is sealed, so that it can be redacted later.</summary>
public static class IncidentEntries
{
    public static IReadOnlyList<EntryType> All { get; } =
    [
        EntryType.Of<IncidentDeclared>("incident.declared", 1, IncidentJson.Default, "/title", "/description"),
        EntryType.Of<SeverityChanged>("severity.changed", 1, IncidentJson.Default, "/reason"),
        EntryType.Of<IncidentChanged>("incident.changed", 1, IncidentJson.Default, "/title"),
        EntryType.Of<IncidentAcknowledged>("incident.acknowledged", 1, IncidentJson.Default, "/note"),
        EntryType.Of<IncidentResolved>("incident.resolved", 1, IncidentJson.Default, "/summary", "/forced"),
        EntryType.Of<IncidentReopened>("incident.reopened", 1, IncidentJson.Default, "/reason"),
        EntryType.Of<IncidentClosed>("incident.closed", 1, IncidentJson.Default, "/withoutReview"),
        EntryType.Of<ClockStarted>("clock.started", 1, IncidentJson.Default, "/title", "/note"),
        EntryType.Of<ClockWatched>("clock.watched", 1, IncidentJson.Default),
        EntryType.Of<ClockWaived>("clock.waived", 1, IncidentJson.Default, "/reason"),
        EntryType.Of<ClockMet>("clock.met", 1, IncidentJson.Default, "/note", "/evidence"),
        EntryType.Of<ReviewRecorded>("review.recorded", 1, IncidentJson.Default, "/text"),
        EntryType.Of<RoleAssigned>("role.assigned", 1, IncidentJson.Default, "/brief"),
        EntryType.Of<NoteAdded>("note.added", 1, IncidentJson.Default, "/text"),
        EntryType.Of<UpdatePosted>("update.posted", 1, IncidentJson.Default, "/subject", "/body"),
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(IncidentDeclared))]
[JsonSerializable(typeof(SeverityChanged))]
[JsonSerializable(typeof(IncidentChanged))]
[JsonSerializable(typeof(IncidentAcknowledged))]
[JsonSerializable(typeof(IncidentResolved))]
[JsonSerializable(typeof(IncidentReopened))]
[JsonSerializable(typeof(IncidentClosed))]
[JsonSerializable(typeof(ClockStarted))]
[JsonSerializable(typeof(ClockWatched))]
[JsonSerializable(typeof(ClockWaived))]
[JsonSerializable(typeof(ClockMet))]
[JsonSerializable(typeof(ReviewRecorded))]
[JsonSerializable(typeof(RoleAssigned))]
[JsonSerializable(typeof(NoteAdded))]
[JsonSerializable(typeof(UpdatePosted))]
[JsonSerializable(typeof(IncidentRow))]
internal sealed partial class IncidentJson : JsonSerializerContext;
