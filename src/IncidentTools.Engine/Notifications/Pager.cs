using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.OnCall;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <summary>Who is paged when an incident is declared: the first level of the escalation policy that fits.</summary>
internal sealed class Pager(INotifier notifier, Func<LoadedWorkspace> workspace, TimeProvider time)
{
    /// <summary>Entries for the declaration's own append.</summary>
    public IReadOnlyList<EntryDraft> Page(string id, IncidentDeclared declared)
    {
        var loaded = workspace();
        var policy = EscalationLadder.PolicyFor(loaded, declared.Services.Count == 0 ? null : declared.Services[0], declared.Severity.Level, declared.Class);
        IReadOnlyList<string> contacts = policy is null ? [] : [.. EscalationLadder.Contacts(loaded, policy, level: 1).Select(contact => contact.Contact)];
        var incident = new Dictionary<string, object?>
        {
            ["id"] = id, ["title"] = declared.Title, ["severity"] = declared.Severity.Level, ["class"] = declared.Class, ["services"] = declared.Services.ToList<object?>(), ["declaredAt"] = time.GetUtcNow(),
        };
        var request = new NotifyRequest(id, "page", null, contacts, "page", null, null, new Dictionary<string, object?> { ["incident"] = incident });
        try { return notifier.Intend(request); }
        catch (IncidentToolsException)
        {
            // a broken template must not keep an incident from being declared, nor a pager silent
            return notifier.Intend(request with { Template = null, Subject = $"{declared.Severity.Level} {id}: {declared.Title}", Body = $"Take it: Confirm-Incident {id}\n" });
        }
    }
}
