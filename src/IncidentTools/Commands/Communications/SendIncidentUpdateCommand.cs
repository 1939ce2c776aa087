using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Notifications;

namespace IncidentTools.Commands.Communications;

/// <summary>Posts an update to an audience through its channels; what was said and what became of it is in the journal.</summary>
[Cmdlet(VerbsCommunications.Send, "IncidentUpdate", SupportsShouldProcess = true)]
[OutputType(typeof(IncidentNotification))]
public sealed class SendIncidentUpdateCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "An audience of the policy: internal, stakeholders, customers …")]
    [ArgumentCompleter(typeof(AudienceCompleter))]
    public string Audience { get; set; } = "internal";

    [Parameter(HelpMessage = "A template of the workspace; its other values come from -Value.")]
    [ArgumentCompleter(typeof(TemplateCompleter))]
    public string? Template { get; set; }

    [Parameter(HelpMessage = "The subject; with -Body instead of a template.")]
    public string? Subject { get; set; }

    [Parameter(HelpMessage = "The text.")]
    public string? Body { get; set; }

    [Parameter(HelpMessage = "Values for the template: @{ condition = '…'; nextUpdate = '10:30 UTC' }.")]
    public Hashtable Value { get; set; } = [];

    [Parameter(HelpMessage = "You told them yourself, by this way (phone bridge, hall): recorded, nothing is sent.")]
    public string? Via { get; set; }

    [Parameter(HelpMessage = "Who read and approved it, where the policy asks for somebody.")]
    [ArgumentCompleter(typeof(ContactCompleter))]
    public string? ApprovedBy { get; set; }

    protected override void Execute()
    {
        if (Template is null && string.IsNullOrWhiteSpace(Body)) throw Errors.ValueNotGiven(nameof(Body), "Send-IncidentUpdate 12 -Audience internal -Body 'Half the users are back.'");
        var row = Engine.Incidents.Get(Target);
        if (!ShouldProcess($"{row.Id}, {Audience}", "Send update")) return;
        var values = Value.Keys.Cast<object>().ToDictionary(key => key.ToString()!, key => (object?)LanguagePrimitives.ConvertTo<string>(Value[key]), StringComparer.OrdinalIgnoreCase);
        var mine = Await(token => Engine.Updates.PostAsync(row, new UpdateRequest(Audience, Template, Subject, Body, Via, values) { ApprovedBy = ApprovedBy, Sender = Engine.Options.Actor.Id }, Tags, token));
        foreach (var item in mine) WriteObject(item);
        foreach (var warning in Delivery.Warnings(mine, "update").Distinct()) WriteWarning(warning);
    }
}
