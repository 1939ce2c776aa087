using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Incidents;

/// <summary>Leaves the current incident. Nothing about the incident changes.</summary>
[Cmdlet(VerbsCommon.Exit, "Incident")]
public sealed class ExitIncidentCommand : IncidentCmdlet
{
    protected override void Execute() => ModuleSession.Current.CurrentIncident = null;
}
