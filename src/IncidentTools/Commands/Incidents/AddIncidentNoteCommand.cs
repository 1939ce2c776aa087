using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Commands.Incidents;

/// <summary>Writes a note, finding, decision or cause into an incident. Text from the pipeline is always the note, never an id.</summary>
[Cmdlet(VerbsCommon.Add, "IncidentNote", SupportsShouldProcess = true)]
[OutputType(typeof(TimelineEntry))]
public sealed class AddIncidentNoteCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, HelpMessage = "The text.")]
    [AllowEmptyString]
    public string? Text { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident.")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    [Parameter(HelpMessage = "note, finding, decision or cause.")]
    [ValidateSet("note", "finding", "decision", "cause")]
    public string Kind { get; set; } = "note";

    [Parameter(HelpMessage = "When it happened, if not now; never in the future.")]
    public DateTimeOffset? OccurredAt { get; set; }

    [Parameter(HelpMessage = "The same key writes once, however often the command runs.")]
    [Alias("Key")]
    public string? IdempotencyKey { get; set; }

    [Parameter(HelpMessage = "Write the line of the timeline to the pipeline.")]
    public SwitchParameter PassThru { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Text)) throw Errors.ValueNotGiven(nameof(Text), "'pool is full' | Add-IncidentNote -Incident 12");
        var id = IncidentId.Parse(CurrentIncident.Resolve(this, Incident, mayUseCurrent: true));
        if (!ShouldProcess(id, "Add note")) return;
        var entry = Engine.Incidents.Note(id, Kind, Text, new EntryTags(OccurredAt, IdempotencyKey));
        if (PassThru) WriteObject(entry);
    }
}
