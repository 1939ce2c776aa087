using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Commands.Runs;

/// <summary>Approves exactly what a step would do now; another plan asks again.</summary>
[Cmdlet(VerbsLifecycle.Approve, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class ApproveRunbookStepCommand : StepAnswerCmdlet
{
    [Parameter(HelpMessage = "What was considered.")]
    public string? Note { get; set; }

    [Parameter(HelpMessage = "Why you approve what you run yourself, where the policy allows that to a sole operator.")]
    public string? SoleOperatorReason { get; set; }

    protected override void Execute() => Answer("Approve", AnswerKind.Approve, new StepAnswer(null, NoValues, Note, SoleOperatorReason));
}
