using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Commands.Incidents;

/// <summary>Ticks a line of the response checklist, says that it does not apply, or opens it again. Each is an entry of the journal; none is ever changed.</summary>
[Cmdlet(VerbsLifecycle.Complete, "IncidentChecklistItem", SupportsShouldProcess = true)]
[OutputType(typeof(IncidentChecklistItem))]
public sealed class CompleteIncidentChecklistItemCommand : IncidentTargetCmdlet
{
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Ids of items: Get-IncidentChecklistItem lists them.")]
    [ArgumentCompleter(typeof(ChecklistItemCompleter))]
    public string[]? Item { get; set; }

    [Parameter(HelpMessage = "What was done.")]
    public string? Note { get; set; }

    [Parameter(HelpMessage = "Where it can be seen: a ticket, a file, a message, a hash.")]
    public string? Evidence { get; set; }

    [Parameter(HelpMessage = "It does not apply; needs -Reason.")]
    public SwitchParameter NotApplicable { get; set; }

    [Parameter(HelpMessage = "It is open again; needs -Reason.")]
    public SwitchParameter Undo { get; set; }

    [Parameter(HelpMessage = "Why it does not apply, or is open again.")]
    public string? Reason { get; set; }

    protected override void Execute()
    {
        if (Item is not { Length: > 0 }) throw Errors.ValueNotGiven(nameof(Item), "Complete-IncidentChecklistItem 12 -Item freeze -Note 'deploys are off'");
        if (NotApplicable && Undo) throw Errors.ValueNotGiven(nameof(NotApplicable), "-NotApplicable or -Undo, not both");
        var id = IncidentId.Parse(Target);
        var state = NotApplicable ? "NotApplicable" : Undo ? "Open" : "Done";
        foreach (var item in Item)
            if (ShouldProcess($"{id} {item}", state)) WriteObject(Engine.Checklists.Mark(id, item, state, state == "Done" ? Note ?? Reason : Reason, Evidence, Tags));
    }
}
