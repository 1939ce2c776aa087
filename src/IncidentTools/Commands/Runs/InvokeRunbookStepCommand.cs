using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Runs;

/// <summary>Drives a run by exactly one step, and gives that step: ended, or waiting.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class InvokeRunbookStepCommand : RunDrivingCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "R-7KQ2M9XD; else the only open run of the current incident.")]
    [ArgumentCompleter(typeof(RunCompleter))]
    public string? Run { get; set; }

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "Only if the run stands at this step.")]
    [ArgumentCompleter(typeof(StepCompleter))]
    public string? Step { get; set; }

    protected override void Execute()
    {
        var id = RunTarget.Resolve(this, () => Engine, Run);
        var runs = Engine.Runs;
        var before = runs.Get(id);
        if (!string.IsNullOrEmpty(Step) && Step != before.Step) throw Errors.RunNotAtStep(id, Step, before.Step);
        if (before.EndedAt is not null) throw Errors.StepNotWaiting(id, null, before.State);
        if (!ShouldProcess(before.Step is null ? id : $"{id}, {before.Step}", "Drive one step")) return;
        var after = Drive((options, token) => runs.ContinueAsync(id, options, token), new() { StepLimit = 1 });
        if (after.ExitCode == 5) throw Errors.RunHeld(id, after.Holder ?? "another session");
        var steps = runs.Steps(id);
        var driven = steps.LastOrDefault(step => step.Visit > 0) ?? steps[0];
        WriteObject(RunViews.Asked([driven]), enumerateCollection: true);
        if (driven.State == "InDoubt") WriteError(Errors.RunInDoubt(id, driven.Step, asked: driven.WaitReason is not null));
    }
}
