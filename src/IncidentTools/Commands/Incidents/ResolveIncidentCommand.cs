using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Incidents;

/// <summary>Ends the work on an incident: fixed, a false alarm, or a duplicate.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Incident", SupportsShouldProcess = true)]
[OutputType(typeof(Incident))]
public sealed class ResolveIncidentCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "Fixed, FalseAlarm or Duplicate.")]
    [ValidateSet("Fixed", "FalseAlarm", "Duplicate")]
    public string As { get; set; } = "Fixed";

    [Parameter(HelpMessage = "What was wrong and what helped.")]
    public string? Summary { get; set; }

    [Parameter(HelpMessage = "The incident it duplicates.")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? DuplicateOf { get; set; }

    [Parameter(HelpMessage = "Resolve before the mitigation has held for the policy's time; needs -Reason.")]
    public SwitchParameter Force { get; set; }

    [Parameter(HelpMessage = "Why it cannot wait.")]
    public string? Reason { get; set; }

    protected override bool MayUseCurrent => Engine.Incidents.Unresolved().Count <= 1;

    protected override void Execute()
    {
        if (As == "Duplicate" && DuplicateOf is null) throw Errors.ValueNotGiven(nameof(DuplicateOf), "Resolve-Incident 12 -As Duplicate -DuplicateOf 11");
        Change($"Resolve as {As}", (incidents, id) => incidents.Resolve(id, As, Summary, As == "Duplicate" ? DuplicateOf : null, Force, Reason, Tags));
    }
}
