using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Incidents;

/// <summary>Closes a resolved incident, with the review that its worst level owes.</summary>
[Cmdlet(VerbsCommon.Close, "Incident", SupportsShouldProcess = true)]
[OutputType(typeof(Incident))]
public sealed class CloseIncidentCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "What was learned: cause, what went well and badly, what will change.")]
    public string? Review { get; set; }

    [Parameter(HelpMessage = "Close without the review that is owed; needs -Reason.")]
    public SwitchParameter Force { get; set; }

    [Parameter(HelpMessage = "Why there is no review.")]
    public string? Reason { get; set; }

    // what ends things names its incident
    protected override bool MayUseCurrent => Engine.Incidents.Unresolved().Count == 0;

    protected override void Execute() => Change("Close", (incidents, id) => incidents.Close(id, Review, Force, Reason, Tags));
}
