using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Commands.Runs;

/// <summary>Says what became of a step in doubt, after looking at the system itself.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "RunbookStep", SupportsShouldProcess = true)]
[OutputType(typeof(RunbookStep))]
public sealed class ResolveRunbookStepCommand : StepAnswerCmdlet
{
    [Parameter(HelpMessage = "Done: it had its effect. NotDone: it had none and may be tried again. Stop: leave it in doubt and end there. Of a rollback that failed: Retry, Skip or Stop.")]
    [ValidateSet("Done", "NotDone", "Stop", "Retry", "Skip")]
    public string? Outcome { get; set; }

    [Parameter(HelpMessage = "How you know.")]
    public string? Note { get; set; }

    protected override void Execute()
    {
        if (Outcome is null) throw Errors.ValueNotGiven(nameof(Outcome), "Resolve-RunbookStep -Run R-… -Outcome Done -Note 'the new process is up'");
        Answer($"Settle as {Outcome}", AnswerKind.Settle, new StepAnswer(Canonical(Outcome), NoValues, Note));
    }

    // ValidateSet ignores case, the journal does not
    private static string Canonical(string outcome) => outcome.ToUpperInvariant() switch { "DONE" => "Done", "NOTDONE" => "NotDone", "RETRY" => "Retry", "SKIP" => "Skip", _ => "Stop" };
}
