using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Incidents;

/// <summary>The clocks of an incident: acknowledge, update, client notice, resolve, review.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentClock")]
[OutputType(typeof(IncidentClock))]
public sealed class GetIncidentClockCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "Only clocks in these states.")]
    [ValidateSet("Watch", "Running", "Met", "MetLate", "Missed", "NotRequired", "Stopped")]
    public string[]? State { get; set; }

    protected override void Execute()
    {
        var row = Engine.Incidents.Get(CurrentIncident.Resolve(this, Incident, mayUseCurrent: true));
        foreach (var clock in Engine.Incidents.Clocks(row))
            if (State is null || State.Contains(clock.State, StringComparer.OrdinalIgnoreCase)) WriteObject(clock);
    }
}
