using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Commands.Communications;

/// <summary>Messages of an incident and what became of them: sent, rejected, unknown, or nobody was there.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentNotification")]
[OutputType(typeof(IncidentNotification))]
public sealed class GetIncidentNotificationCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "Only messages in these states.")]
    [ValidateSet("Intended", "Sending", "Sent", "Rejected", "Unknown", "Unreachable")]
    public string[]? State { get; set; }

    protected override void Execute()
    {
        var id = Engine.Incidents.Get(CurrentIncident.Resolve(this, Incident, mayUseCurrent: true)).Id;
        foreach (var item in Engine.Notifications(id))
            if (State is null || State.Contains(item.State, StringComparer.OrdinalIgnoreCase)) WriteObject(item);
    }
}
