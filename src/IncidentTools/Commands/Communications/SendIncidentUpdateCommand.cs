using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Notifications;

namespace IncidentTools.Commands.Communications;

/// <summary>Posts an update to an audience through its channels; what was said and what became of it is in the journal.</summary>
[Cmdlet(VerbsCommunications.Send, "IncidentUpdate", SupportsShouldProcess = true)]
[OutputType(typeof(IncidentNotification))]
public sealed class SendIncidentUpdateCommand : IncidentTargetCmdlet
{
    private static readonly string[] Clients = ["customers", "clients", "public"];

    [Parameter(HelpMessage = "An audience of the policy: internal, stakeholders, customers …")]
    [ArgumentCompleter(typeof(AudienceCompleter))]
    public string Audience { get; set; } = "internal";

    [Parameter(HelpMessage = "A template of the workspace; its other values come from -Value.")]
    public string? Template { get; set; }

    [Parameter(HelpMessage = "The subject; with -Body instead of a template.")]
    public string? Subject { get; set; }

    [Parameter(HelpMessage = "The text.")]
    public string? Body { get; set; }

    [Parameter(HelpMessage = "Values for the template: @{ condition = '…'; nextUpdate = '10:30 UTC' }.")]
    public Hashtable Value { get; set; } = [];

    [Parameter(HelpMessage = "You told them yourself, by this way (phone bridge, hall): recorded, nothing is sent.")]
    public string? Via { get; set; }

    protected override void Execute()
    {
        if (Template is null && string.IsNullOrWhiteSpace(Body)) throw Errors.ValueNotGiven(nameof(Body), "Send-IncidentUpdate 12 -Audience internal -Body 'Half the users are back.'");
        var row = Engine.Incidents.Get(Target);
        if (!ShouldProcess($"{row.Id}, {Audience}", "Send update")) return;
        if (IdempotencyKey is not null && Engine.Journal.Store.FindKey(row.Id, IdempotencyKey) is not null) return;

        var values = Value.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => (object?)LanguagePrimitives.ConvertTo<string>(Value[key]), StringComparer.OrdinalIgnoreCase);
        values["incident"] = row.ToPlain();
        var subject = Subject ?? (Template is null ? $"{row.Id} ({row.Severity.Level}, {row.State}): {row.Title}" : null);
        var intended = Via is not null ? [] : Engine.Notifier.Intend(new NotifyRequest(row.Id, "update", Audience, [], Template, subject, Body, values));
        // the update counts as posted when it goes somewhere; "nobody" is recorded as such and leaves the clock running
        var said = Via is not null ? new UpdatePosted(Audience, Template, $"{subject ?? Template} (told by {Via})", Body ?? "", Clients.Contains(Audience))
            : intended.Select(draft => draft.Data).OfType<NotificationIntended>().FirstOrDefault() is { } first ? new UpdatePosted(Audience, Template, first.Subject, first.Body, Clients.Contains(Audience)) : null;
        EntryDraft[] drafts = [.. said is null ? [] : new[] { new EntryDraft(said) { Key = IdempotencyKey, OccurredAt = OccurredAt } }, .. intended];
        Engine.Journal.Append(row.Id, drafts);
        Await(token => Engine.Notifier.DeliverDueAsync(row.Id, token));
        var ids = drafts.Select(draft => draft.Data).OfType<NotificationIntended>().Select(data => data.Notification).ToHashSet(StringComparer.Ordinal);
        var mine = Engine.Notifications(row.Id).Where(item => ids.Contains(item.Id) || (item.State == "Unreachable" && ids.Count == 0 && item.Audience == Audience)).ToArray();
        foreach (var item in mine) WriteObject(item);
        foreach (var warning in Delivery.Warnings(mine, "update").Distinct()) WriteWarning(warning);
    }
}
