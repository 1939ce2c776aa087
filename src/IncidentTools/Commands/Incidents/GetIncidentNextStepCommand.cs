using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Commands.Incidents;

/// <summary>What to do now, most urgent first, each with a command to paste. Without an incident: over all that are not closed.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentNextStep")]
[OutputType(typeof(IncidentNextStep))]
public sealed class GetIncidentNextStepCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else every incident that is not closed.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    protected override void Execute()
    {
        IEnumerable<IncidentRow> rows = Incident is not null ? [Engine.Incidents.Get(Incident)]
            : Engine.Incidents.Query(new ProjectionQuery().Where("state", Compare.In, IncidentStates.All.Where(state => state != IncidentStates.Closed))).OrderBy(row => row.Severity.Level, StringComparer.Ordinal).ThenBy(row => row.Number);
        foreach (var row in rows) WriteObject(NextSteps.Of(row, Engine.Workspace.Policy, Engine.Time.GetUtcNow(), Engine.Options.Actor.Id), enumerateCollection: true);
    }
}
