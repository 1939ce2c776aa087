using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Commands.Incidents;

/// <summary>Grades without declaring: the level, what the matrix gives, and why. Writes nothing and opens no store.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentSeverity")]
[OutputType(typeof(IncidentSeverity))]
public sealed class GetIncidentSeverityCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "1 extensive, 2 significant, 3 minor.")]
    public int? Impact { get; set; }

    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "1 grows by the minute, 2 worsens today, 3 stable.")]
    public int? Urgency { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Conditions of the policy that lift or limit the level.")]
    [ArgumentCompleter(typeof(ConditionCompleter))]
    public string[] Condition { get; set; } = [];

    protected override void Execute()
    {
        if (Impact is null) throw Errors.ValueNotGiven(nameof(Impact), "Get-IncidentSeverity -Impact 1 -Urgency 2");
        if (Urgency is null) throw Errors.ValueNotGiven(nameof(Urgency), "Get-IncidentSeverity -Impact 1 -Urgency 2");
        var policy = Engine.Workspace.Policy;
        var decided = SeverityCalculator.Decide(policy, Impact.Value, Urgency.Value, Condition);
        WriteObject(new IncidentSeverity
        {
            Severity = decided.Level, Label = policy.Targets[decided.Level].Label, Impact = decided.Impact, Urgency = decided.Urgency, Matrix = decided.Matrix,
            Condition = decided.Conditions, Reason = decided.Reasons, Policy = decided.Policy,
        });
    }
}
