namespace IncidentTools;

/// <summary>One message to one address through one channel, and what became of it.</summary>
public sealed record IncidentNotification
{
    /// <summary>Id of the notification; also the idempotency key on the wire.</summary>
    public required string Id { get; init; }
    public required string Incident { get; init; }
    /// <summary>page, update, step, client or review.</summary>
    public required string Purpose { get; init; }
    public string? Audience { get; init; }
    /// <summary>Contact id; null when it goes to an audience's channel.</summary>
    public string? Contact { get; init; }
    public required string Channel { get; init; }
    public required string Subject { get; init; }
    /// <summary>Intended, Sending, Sent, Rejected, Unknown or Unreachable.</summary>
    public required string State { get; init; }
    public string? Detail { get; init; }
    public int Attempts { get; init; }
    public DateTimeOffset IntendedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}
