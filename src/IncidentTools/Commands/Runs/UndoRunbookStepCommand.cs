using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Takes a step back that succeeded, with the arguments it was done with; also after the run ended.</summary>
[Cmdlet(VerbsCommon.Undo, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class UndoRunbookStepCommand : IncidentCmdlet
{
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; else the only open run of the current incident.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Id of the step.")]
    [ArgumentCompleter(typeof(StepCompleter))]
    public string? Step { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrEmpty(Step)) throw Errors.ValueNotGiven(nameof(Step), "Undo-RunbookStep restart -Run R-…");
        var (step, run, runs) = (Step, RunTarget.Resolve(this, () => Engine, Run), Engine.Runs);
        if (!ShouldProcess($"{run}, {step}", "Take back")) return;
        var undone = Await(token => runs.UndoAsync(run, step, token));
        WriteObject(undone);
        if (undone.State == "UndoFailed") WriteError(Errors.UndoFailed(run, step, undone.Message));
    }
}
