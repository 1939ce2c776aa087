using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Incidents;

/// <summary>Acknowledges an incident: I have it.</summary>
[Cmdlet(VerbsLifecycle.Confirm, "Incident", SupportsShouldProcess = true)]
[Alias("Acknowledge-Incident")]
[OutputType(typeof(Incident))]
public sealed class ConfirmIncidentCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "What you are about to do.")]
    public string? Note { get; set; }

    protected override void Execute() => Change("Acknowledge", (incidents, id) => incidents.Acknowledge(id, Note, Tags));
}
