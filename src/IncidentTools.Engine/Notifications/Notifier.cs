using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <summary>
/// The outbox. An intent is an entry in the append that decided it; every attempt is an entry before it is made and another after it. A crash
/// between the two leaves "Sending", which counts as unknown: it is tried again only on a channel where twice is harmless.
/// </summary>
internal sealed class Notifier(IncidentJournal journal, Func<LoadedWorkspace> workspace, string shippedTemplates, ChannelContext context, IReadOnlyDictionary<string, IChannel> channels, IExpressionEvaluator? expressions = null) : INotifier
{
    private const int MaxAttempts = 3;

    public IReadOnlyList<EntryDraft> Intend(NotifyRequest request)
    {
        var loaded = workspace();
        var targets = Targets(loaded, request, out var why);
        if (targets.Count == 0) return [new EntryDraft(new NotificationUnreachable(request.Purpose, request.Audience, request.Contacts.Count == 0 ? null : string.Join(", ", request.Contacts), why))];
        var values = new Dictionary<string, object?>(request.Values, StringComparer.OrdinalIgnoreCase) { ["now"] = context.Time.GetUtcNow() };
        var (subject, body) = request.Template is { } name ? MessageTemplate.Load(name, loaded.TemplateFolder, shippedTemplates).Render(values, expressions) : (request.Subject ?? "", request.Body ?? "");
        var severity = (values.GetValueOrDefault("incident") as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("severity") as string ?? "";
        return [.. targets.Select(target => new EntryDraft(new NotificationIntended(
            Uuid7.New(context.Time.GetUtcNow()), request.Purpose, request.Audience, target.Contact, target.Channel, target.Address, severity, context.Mask.Apply(request.Subject ?? subject), context.Mask.Apply(request.Body ?? body))))];
    }

    public async Task<IReadOnlyList<IncidentNotification>> DeliverDueAsync(string stream, CancellationToken cancellation)
    {
        var touched = new List<IncidentNotification>();
        foreach (var row in journal.Store.Query(NotificationProjection.Instance, new ProjectionQuery().Where("stream", stream).Order("intended")))
        {
            if (!IsDue(row)) continue;
            cancellation.ThrowIfCancellationRequested();
            await DeliverAsync(row, cancellation).ConfigureAwait(false);
            touched.Add(journal.Store.Find(NotificationProjection.Instance, row.Id)!.ToPublic());
        }
        return touched;
    }

    private async Task DeliverAsync(NotificationRow row, CancellationToken cancellation)
    {
        var attempt = row.Attempts + 1;
        // whoever else wants to send it meanwhile loses this race and sees that it is no longer due
        var mine = journal.Update(row.Stream, _ => journal.Store.Find(NotificationProjection.Instance, row.Id) is { } now && now.Attempts == row.Attempts && now.State == row.State ? [new EntryDraft(new NotificationAttempted(row.Id, attempt))] : []);
        if (mine is null) return;
        var result = await SendAsync(row, cancellation).ConfigureAwait(false);
        journal.Append(row.Stream, new EntryDraft(new NotificationFinished(row.Id, attempt, result.Outcome.ToString(), context.Mask.Apply(result.Detail))));
    }

    private async Task<SendResult> SendAsync(NotificationRow row, CancellationToken cancellation)
    {
        var loaded = workspace();
        if (!loaded.Trusted) return new SendResult(SendOutcome.Rejected, $"the workspace {loaded.Path} was found by searching upward and is not trusted yet: look at it, then Test-IncidentWorkspace -Trust");
        if (!loaded.Policy.Channels.TryGetValue(row.Channel, out var definition)) return new SendResult(SendOutcome.Rejected, $"policy.yaml has no channel '{row.Channel}' any more");
        var channel = channels[definition.Uses];
        var settings = new Dictionary<string, object?>(definition.With, StringComparer.Ordinal);
        if (definition.Uses == "file" && settings.GetValueOrDefault("path") is string path) settings["path"] = Path.GetFullPath(path, loaded.Path);
        // trust was looked up when the workspace was read; its scripts are read now
        if (definition.Uses == "script" && loaded.FoundBy == "parent" && !WorkspaceLocation.IsTrusted(loaded.Path)) return new SendResult(SendOutcome.Rejected, $"the workspace {loaded.Path} was changed since it was trusted: look at it, then Test-IncidentWorkspace -Trust");
        if (definition.Uses == "script" && settings.GetValueOrDefault("file") is string file) settings["file"] = ScriptFile.Full(loaded.Path, file);
        var head = journal.Store.Head(row.Stream);
        var message = new OutgoingMessage(row.Id, row.Stream, row.Severity, row.Audience ?? row.Contact ?? "", row.Address, row.Subject, row.Body, $"{journal.Store.Info.Origin} {journal.Store.Size} {head.Hash}", row.IntendedAt) { Again = row.Attempts > 0 };
        try { return await channel.SendAsync(message, new Arguments(settings), context, cancellation).ConfigureAwait(false); }
        catch (OperationCanceledException) { return new SendResult(SendOutcome.Unknown, "interrupted while sending"); }
        catch (Exception error) when (error is not OutOfMemoryException) { return new SendResult(SendOutcome.Unknown, $"{error.GetType().Name}: {error.Message}"); } // a defect of a channel must not end the incident command
    }

    private bool IsDue(NotificationRow row)
    {
        if (row.Attempts >= MaxAttempts) return false;
        var harmless = workspace().Policy.Channels.TryGetValue(row.Channel, out var channel) && channels[channel.Uses].IsIdempotent;
        return row.State switch { "Intended" or "Rejected" => true, "Sending" or "Unknown" => harmless, _ => false };
    }

    /// <summary>Where it goes: the audience's channels, or the first deliverable way to each contact.</summary>
    private static List<(string Channel, string? Contact, string? Address)> Targets(LoadedWorkspace loaded, NotifyRequest request, out string why)
    {
        why = "";
        if (request.Audience is { } audience)
        {
            if (!loaded.Policy.Audiences.TryGetValue(audience, out var names)) throw Errors.AudienceUnknown(audience, Nearest.Hint(audience, loaded.Policy.Audiences.Keys));
            why = $"the audience '{audience}' has no channel in policy.yaml";
            return [.. names.Select(name => (name, (string?)null, (string?)null))];
        }
        if (request.Contacts.Count == 0) why = "nobody is on call for this: no escalation policy fits";
        var targets = new List<(string, string?, string?)>();
        foreach (var id in request.Contacts)
        {
            if (loaded.Contacts.People.TryGetValue(id, out var person) && person.Methods.FirstOrDefault(method => method.Channel is not null) is { } way) targets.Add((way.Channel!, id, way.Address));
            else why = $"{id} has no contact method with a channel; somebody must dial";
        }
        return targets;
    }
}
