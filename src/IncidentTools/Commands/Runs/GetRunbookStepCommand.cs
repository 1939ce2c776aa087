using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Steps of a run: every visit in order, then those not reached.</summary>
[Cmdlet(VerbsCommon.Get, "RunbookStep")]
[OutputType(typeof(RunbookStep))]
public sealed class GetRunbookStepCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; else the only open run of the current incident.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(HelpMessage = "Only these steps.")]
    [ArgumentCompleter(typeof(StepCompleter))]
    public string[]? Step { get; set; }

    [Parameter(HelpMessage = "Only steps in these states.")]
    [ValidateSet("Pending", "Running", "Waiting", "Succeeded", "Failed", "TimedOut", "Skipped", "Waived", "Cancelled", "InDoubt", "Undone", "UndoFailed")]
    public string[]? State { get; set; }

    protected override void Execute()
    {
        var steps = Engine.Runs.Steps(RunTarget.Resolve(this, () => Engine, Run));
        foreach (var id in Step ?? [])
            if (steps.All(step => step.Step != id)) WriteError(Errors.StepUnknown(steps[0].Runbook, id));
        RunbookStep[] chosen = [.. steps.Where(step => (Step is null || Step.Contains(step.Step, StringComparer.Ordinal)) && (State is null || State.Contains(step.State, StringComparer.OrdinalIgnoreCase)))];
        WriteObject(RunViews.Asked(chosen), enumerateCollection: true);
    }
}
