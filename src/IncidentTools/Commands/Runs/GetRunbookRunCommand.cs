using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Commands.Runs;

/// <summary>Runs of runbooks, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "RunbookRun")]
[OutputType(typeof(RunbookRun))]
public sealed class GetRunbookRunCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; an incident from the pipeline means its runs.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(HelpMessage = "Only runs of this incident.")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "Open means not ended: Running or Waiting.")]
    [ValidateSet("Open", "Running", "Waiting", "Succeeded", "SucceededWithFailures", "Failed", "TimedOut", "Cancelled", "RolledBack", "Rejected")]
    public string? State { get; set; }

    [Parameter(HelpMessage = "Only runs of this runbook.")]
    [ArgumentCompleter(typeof(RunbookCompleter))]
    public string? Runbook { get; set; }

    [Parameter(HelpMessage = "Exercises instead of runs; they are in no other list.")]
    public SwitchParameter Exercise { get; set; }

    protected override void Execute()
    {
        var incident = Incident;
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Run)) && (Run is null || !IncidentId.TryParse(Run, out incident!)))
        {
            WriteObject(Engine.Runs.Get(RunTarget.Resolve(this, () => Engine, Run)));
            return;
        }
        WriteObject(Engine.Runs.List(incident is null ? null : IncidentId.Parse(incident), State, Runbook, Exercise), enumerateCollection: true);
    }
}
