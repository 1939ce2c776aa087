using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Notifications;

/// <summary>The door to notifications for everyone else: intents go into the caller's own append (an outbox), delivery follows.</summary>
public interface INotifier
{
    /// <summary>The <c>notification.intended</c> entries a request means: audience or contact resolved to channels, template rendered. Nothing is sent. One entry <c>notification.unreachable</c> when it means nobody.</summary>
    IReadOnlyList<EntryDraft> Intend(NotifyRequest request);

    /// <summary>Sends what is intended and not yet tried, or due again; every attempt and its result is an entry. Never throws for a channel that is down.</summary>
    Task<IReadOnlyList<IncidentNotification>> DeliverDueAsync(string stream, CancellationToken cancellation);
}

/// <param name="Stream">The stream that will hold the entries: the incident's id, or the run's own stream.</param>
/// <param name="Purpose">page, update, step, client, review.</param>
/// <param name="Audience">An audience of policy.yaml; null when <paramref name="Contacts"/> are given.</param>
/// <param name="Contacts">Ids of people to reach by their own methods, in order.</param>
/// <param name="Template">Name of a template file of the workspace, without .md; null when <paramref name="Body"/> is given.</param>
/// <param name="Values">What the template may read besides $incident, $service and $now: plain data.</param>
public sealed record NotifyRequest(
    string Stream, string Purpose, string? Audience, IReadOnlyList<string> Contacts, string? Template, string? Subject, string? Body,
    IReadOnlyDictionary<string, object?> Values)
{
    /// <summary>The step of a run that says it.</summary>
    public string? Step { get; init; }
}
