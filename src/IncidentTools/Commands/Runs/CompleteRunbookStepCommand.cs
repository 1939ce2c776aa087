using System.Collections;
using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Execution;

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

    protected override void Execute() => Answer("Complete", AnswerKind.Complete, new StepAnswer(Outcome, PlainData.Members(nameof(Value), Value), Note));
}
