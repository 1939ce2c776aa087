using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Commands.Runs;

/// <summary>Refuses what a step would do; one refusal is enough.</summary>
[Cmdlet(VerbsLifecycle.Deny, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class DenyRunbookStepCommand : StepAnswerCmdlet
{
    [Parameter(HelpMessage = "Why not.")]
    public string? Note { get; set; }

    protected override void Execute() => Answer("Deny", AnswerKind.Deny, new StepAnswer(null, NoValues, Note));
}
