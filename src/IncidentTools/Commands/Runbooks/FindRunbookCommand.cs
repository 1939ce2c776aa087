using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Runbooks;

/// <summary>Runbooks that fit what is seen, best first.</summary>
[Cmdlet(VerbsCommon.Find, "Runbook")]
[OutputType(typeof(RunbookMatch))]
public sealed class FindRunbookCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What is seen, in your own words: 502 bad gateway, site down.")]
    [Alias("Title")]
    public string? Symptom { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Symptom)) throw Errors.ValueNotGiven(nameof(Symptom), "Find-Runbook '502 bad gateway'");
        WriteObject(Engine.Library.Match(Symptom), enumerateCollection: true);
    }
}
