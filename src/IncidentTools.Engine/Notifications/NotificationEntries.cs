using System.Text.Json.Serialization;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Notifications;

/// <summary>A message that is to be sent: recorded before anything leaves, in the append that decided it.</summary>
public sealed record NotificationIntended(string Notification, string Purpose, string? Audience, string? Contact, string Channel, string? Address, string Severity, string Subject, string Body) : IEntryData
{
    public string Describe() => $"To {Contact ?? Audience} by {Channel} ({Purpose}): {Subject}";
}

/// <summary>Recorded before an attempt, so that a crash in it shows.</summary>
public sealed record NotificationAttempted(string Notification, int Attempt) : IEntryData
{
    bool IEntryData.IsDetail => true;
    public string Describe() => $"Sending, attempt {Attempt}";
}

/// <param name="Outcome">Sent, Rejected or Unknown.</param>
public sealed record NotificationFinished(string Notification, int Attempt, string Outcome, string Detail) : IEntryData
{
    public string Describe() => $"{Outcome} (attempt {Attempt}): {Detail}";
}

/// <summary>A message that had nobody to go to.</summary>
public sealed record NotificationUnreachable(string Purpose, string? Audience, string? Contact, string Why) : IEntryData
{
    public string Describe() => $"Nobody was notified ({Purpose}): {Why}";
}

/// <summary>Entry types of notifications.</summary>
public static class NotificationEntries
{
    public static IReadOnlyList<EntryType> All { get; } =
    [
        EntryType.Of<NotificationIntended>("notification.intended", 1, NotificationJson.Default, "/address", "/subject", "/body"),
        EntryType.Of<NotificationAttempted>("notification.attempted", 1, NotificationJson.Default),
        EntryType.Of<NotificationFinished>("notification.finished", 1, NotificationJson.Default, "/detail"),
        EntryType.Of<NotificationUnreachable>("notification.unreachable", 1, NotificationJson.Default),
    ];
}

/// <summary>A notification's row.</summary>
public sealed record NotificationRow(
    string Id, string Stream, string Purpose, string? Audience, string? Contact, string Channel, string? Address, string Severity, string Subject, string Body, string State, string? Detail, int Attempts,
    DateTimeOffset IntendedAt, DateTimeOffset? FinishedAt)
{
    public IncidentNotification ToPublic() => new()
    {
        Id = Id, Incident = Stream, Purpose = Purpose, Audience = Audience, Contact = Contact, Channel = Channel, Subject = Subject, State = State, Detail = Detail, Attempts = Attempts, IntendedAt = IntendedAt, FinishedAt = FinishedAt,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(NotificationIntended))]
[JsonSerializable(typeof(NotificationAttempted))]
[JsonSerializable(typeof(NotificationFinished))]
[JsonSerializable(typeof(NotificationUnreachable))]
[JsonSerializable(typeof(NotificationRow))]
internal sealed partial class NotificationJson : JsonSerializerContext;

/// <summary>One row a notification, unreachable ones included.</summary>
public sealed class NotificationProjection() : Projection<NotificationRow>("notification", 1, NotificationJson.Default, [.. NotificationEntries.All.Select(type => type.Name)])
{
    public static NotificationProjection Instance { get; } = new();

    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("stream"), new("state"), new("intended")];

    public override IEnumerable<string> Keys(Entry entry) => entry.Data switch
    {
        NotificationIntended data => [data.Notification],
        NotificationAttempted data => [data.Notification],
        NotificationFinished data => [data.Notification],
        NotificationUnreachable => [entry.Id],
        _ => [],
    };

    public override NotificationRow? Apply(string key, NotificationRow? row, Entry entry) => (row, entry.Data) switch
    {
        (null, NotificationIntended data) => new(key, entry.Stream, data.Purpose, data.Audience, data.Contact, data.Channel, data.Address, data.Severity, data.Subject, data.Body, "Intended", null, 0, entry.OccurredAt, null),
        (null, NotificationUnreachable data) => new(key, entry.Stream, data.Purpose, data.Audience, data.Contact, "none", null, "", "", "", "Unreachable", data.Why, 0, entry.OccurredAt, entry.OccurredAt),
        ({ } known, NotificationAttempted data) => known with { State = "Sending", Attempts = data.Attempt },
        ({ } known, NotificationFinished data) => known with { State = data.Outcome, Detail = data.Detail, FinishedAt = entry.OccurredAt },
        _ => row,
    };

    protected override object?[] Values(NotificationRow row) => [row.Stream, row.State, UtcStamp.Format(row.IntendedAt)];
}
