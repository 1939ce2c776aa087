using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <param name="Via">How it was told by hand; null = through the audience's channels.</param>
public sealed record UpdateRequest(string Audience, string? Template, string? Subject, string? Body, string? Via, IReadOnlyDictionary<string, object?> Values)
{
    /// <summary>Who approved the text; null = whoever sends it.</summary>
    public string? ApprovedBy { get; init; }
    /// <summary>Who sends it.</summary>
    public string Sender { get; init; } = "";
}

/// <summary>Posts updates: what was said and the messages it means in one append, then delivery.</summary>
public sealed class IncidentUpdates(IncidentJournal journal, IncidentService incidents, INotifier notifier, Func<LoadedWorkspace> workspace)
{
    private static readonly string[] Clients = ["customers", "clients", "public"];

    /// <summary>Messages of this update, delivered or not; none when its key was used before.</summary>
    /// <exception cref="IncidentToolsException">AudienceUnknown, TemplateNotFound, TemplateInvalid, TextNotApproved, TimeInFuture: nothing was recorded or sent.</exception>
    public async Task<IReadOnlyList<IncidentNotification>> PostAsync(IncidentRow row, UpdateRequest request, EntryTags tags, CancellationToken cancellation)
    {
        incidents.NotInFuture("OccurredAt", tags.OccurredAt);
        var audiences = workspace().Policy.Audiences;
        if (!audiences.ContainsKey(request.Audience)) throw Errors.AudienceUnknown(request.Audience, Nearest.Hint(request.Audience, audiences.Keys));
        if (tags.Key is not null && journal.Store.FindKey(row.Id, tags.Key) is not null) return [];

        // what was told by hand is recorded, approved or not: it has been said
        var approver = request.Via is null ? Approver(row, request) : request.ApprovedBy;
        var values = new Dictionary<string, object?>(request.Values, StringComparer.OrdinalIgnoreCase) { ["incident"] = row.ToPlain() };
        var subject = request.Subject ?? (request.Template is null ? $"{row.Id} ({row.Severity.Level}, {row.State}): {row.Title}" : null);
        var intended = request.Via is not null ? [] : notifier.Intend(new NotifyRequest(row.Id, "update", request.Audience, [], request.Template, subject, request.Body, values));
        var receipt = journal.Append(row.Id, [.. Said(request, subject, intended).Select(said => new EntryDraft(said with { ApprovedBy = approver }) { Key = tags.Key, OccurredAt = tags.OccurredAt }), .. intended]);
        await notifier.DeliverDueAsync(row.Id, cancellation).ConfigureAwait(false);
        return [.. receipt.Entries.SelectMany(NotificationProjection.Instance.Keys).Select(id => journal.Store.Find(NotificationProjection.Instance, id)!.ToPublic())];
    }

    /// <summary>What a message of a runbook step means for its stream: the intents and, where it tells an audience of the incident, the update it is for the clocks. Nothing is recorded or sent.</summary>
    /// <exception cref="IncidentToolsException">AudienceUnknown, TemplateNotFound, TemplateInvalid.</exception>
    public IReadOnlyList<EntryDraft> Drafts(NotifyRequest request)
    {
        var intended = notifier.Intend(request);
        if (request.Audience is not { } audience || !IncidentId.TryParse(request.Stream, out _)) return intended;
        return [.. Said(new UpdateRequest(audience, request.Template, request.Subject, request.Body, null, request.Values), request.Subject, intended).Select(said => new EntryDraft(said)), .. intended];
    }

    /// <summary>Who approved text to an audience that needs it; null where none does. What a runbook says was reviewed with the runbook.</summary>
    private string? Approver(IncidentRow row, UpdateRequest request)
    {
        if (!workspace().Policy.ExternalText.TryGetValue(request.Audience, out var roles)) return request.ApprovedBy;
        var holders = roles.Select(role => row.Roles.GetValueOrDefault(role)).OfType<string>().ToArray();
        var (approver, people) = (request.ApprovedBy ?? request.Sender, workspace().Contacts.People);
        return holders.FirstOrDefault(holder => holder == approver || (people.TryGetValue(holder, out var person) && person.Logins.Contains(approver, StringComparer.OrdinalIgnoreCase)))
            ?? throw Errors.TextNotApproved(row.Id, request.Audience, string.Join(" or ", roles), holders, request.ApprovedBy);
    }

    /// <summary>An update counts as posted when it goes somewhere; "nobody" is recorded as such and leaves the clock running.</summary>
    private static IEnumerable<UpdatePosted> Said(UpdateRequest request, string? subject, IReadOnlyList<EntryDraft> intended)
    {
        var toClients = Clients.Contains(request.Audience);
        if (request.Via is not null) return [new UpdatePosted(request.Audience, request.Template, $"{subject ?? request.Template} (told by {request.Via})", request.Body ?? "", toClients)];
        return intended.Select(draft => draft.Data).OfType<NotificationIntended>().Take(1).Select(first => new UpdatePosted(request.Audience, request.Template, first.Subject, first.Body, toClients));
    }
}
