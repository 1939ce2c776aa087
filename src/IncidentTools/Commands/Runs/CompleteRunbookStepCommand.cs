using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Commands.Runs;

/// <summary>Says that a manual step was done, and how it went, or answers what a step asks.</summary>
[Cmdlet(VerbsLifecycle.Complete, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class CompleteRunbookStepCommand : StepAnswerCmdlet
{
    [Parameter(HelpMessage = "One of the step's choices; else the first.")]
    [ArgumentCompleter(typeof(OutcomeCompleter))]
    public string? Outcome { get; set; }

    [Parameter(HelpMessage = "What was found or is answered, by name: @{ count = 3 }.")]
    public IDictionary? Value { get; set; }

    [Parameter(HelpMessage = "What else is worth knowing.")]
    public string? Note { get; set; }

    [Parameter(HelpMessage = "The step was done by hand; -Note says what was done. The run takes it as done when it comes to it.")]
    public SwitchParameter AlreadyDone { get; set; }

    [Parameter(HelpMessage = "Something was done that no step foresees: what, in a line. It becomes part of the run.")]
    public string? AdHoc { get; set; }

    [Parameter(HelpMessage = "With -AdHoc, where in the process it belongs.")]
    [ValidateSet("detect", "triage", "investigate", "resolve", "verify", "communicate", "recover", "review")]
    public string Phase { get; set; } = "resolve";

    protected override void Execute()
    {
        var answer = new StepAnswer(Outcome, PlainData.Members(nameof(Value), Value), Note);
        if (AdHoc is { } title) Say("Record", (runs, run, _) => runs.AdHoc(run, title, Enum.Parse<StepPhase>(Phase, ignoreCase: true), answer));
        else if (AlreadyDone) Say("Record as done by hand", (runs, run, step) => runs.ByHand(run, step ?? throw Errors.ValueNotGiven(nameof(Step), "Complete-RunbookStep -Step restart -AlreadyDone -Note 'restarted it on the console'"), answer));
        else Answer("Complete", AnswerKind.Complete, answer);
    }
}
