using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Incidents;

/// <summary>Reopens a resolved or closed incident.</summary>
[Cmdlet(VerbsLifecycle.Resume, "Incident", SupportsShouldProcess = true)]
[Alias("Reopen-Incident")]
[OutputType(typeof(Incident))]
public sealed class ResumeIncidentCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "What came back.")]
    public string? Reason { get; set; }

    [Parameter(HelpMessage = "Also later than the policy's reopenWindow; needs -Reason.")]
    public SwitchParameter Force { get; set; }

    protected override void Execute() => Change("Reopen", (incidents, id) => incidents.Reopen(id, Reason, Tags, Force));
}
