using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Runs;

/// <summary>Decides that a step is left out: the one that waits, or one not reached yet. It becomes Waived, with the reason.</summary>
[Cmdlet(VerbsCommon.Skip, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class SkipRunbookStepCommand : StepAnswerCmdlet
{
    [Parameter(HelpMessage = "Why; it is kept in the journal.")]
    public string? Reason { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Reason)) throw Errors.ValueNotGiven(nameof(Reason), "Skip-RunbookStep drain -Run R-… -Reason 'it is out of rotation already'");
        Say("Skip", (runs, run, step) => runs.Skip(run, step ?? Waiting(runs.Get(run)), Reason));
    }

    private static string Waiting(RunbookRun run) => run is { State: "Waiting", Step: { } step } ? step : throw Errors.StepNotWaiting(run.Run, null, run.State);
}
