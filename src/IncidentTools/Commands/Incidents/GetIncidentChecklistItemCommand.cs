using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Incidents;

/// <summary>The response checklist of an incident: what is done and what shows it, what is open and when it is due.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentChecklistItem")]
[OutputType(typeof(IncidentChecklistItem))]
public sealed class GetIncidentChecklistItemCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "Ids of items, wildcards allowed; else all.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChecklistItemCompleter))]
    public string[]? Item { get; set; }

    [Parameter(HelpMessage = "Only items in these states.")]
    [ValidateSet("Open", "Done", "NotApplicable")]
    public string[]? State { get; set; }

    [Parameter(HelpMessage = "Only items of these phases.")]
    [ValidateSet("detect", "triage", "investigate", "resolve", "verify", "communicate", "recover", "review")]
    public string[]? Phase { get; set; }

    protected override void Execute()
    {
        var patterns = Item?.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase)).ToArray();
        foreach (var item in Engine.Checklists.Of(CurrentIncident.Resolve(this, Incident, mayUseCurrent: true)))
            if (Fits(State, item.State) && Fits(Phase, item.Phase) && patterns?.Any(pattern => pattern.IsMatch(item.Item)) != false) WriteObject(item);
    }

    private static bool Fits(string[]? wanted, string value) => wanted is null || wanted.Contains(value, StringComparer.OrdinalIgnoreCase);
}
