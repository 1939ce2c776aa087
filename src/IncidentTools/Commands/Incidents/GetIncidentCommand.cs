using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Commands.Incidents;

/// <summary>Incidents, worst and oldest first; the open ones unless asked otherwise.</summary>
[Cmdlet(VerbsCommon.Get, "Incident")]
[OutputType(typeof(Incident))]
public sealed class GetIncidentCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12.")]
    [Alias("Incident")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string[]? Id { get; set; }

    [Parameter(HelpMessage = "Open (acknowledged ones too), Acknowledged, Resolved, Closed or All.")]
    [ValidateSet("Open", "Acknowledged", "Resolved", "Closed", "All")]
    public string State { get; set; } = "Open";

    [Parameter(HelpMessage = "Only these levels.")]
    [ValidateSet("P0", "P1", "P2", "P3", "P4")]
    public string[]? Severity { get; set; }

    [Parameter(HelpMessage = "Only those about this service.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    [Parameter(HelpMessage = "Only those declared at or after this time.")]
    public DateTimeOffset? Since { get; set; }

    [Parameter(HelpMessage = "Only those whose title holds this text.")]
    public string? Text { get; set; }

    [Parameter(HelpMessage = "The incident this session has entered.")]
    public SwitchParameter Current { get; set; }

    protected override void Execute()
    {
        if (Current) Id = ModuleSession.Current.CurrentIncident is { } current ? [current] : throw Errors.IncidentNotGiven();
        if (Id is not null)
        {
            foreach (var id in Id)
            {
                try { WriteObject(Engine.Incidents.Get(id).ToIncident()); }
                catch (IncidentToolsException error) { WriteError(error); } // the other ids still count
            }
            return;
        }
        var query = new ProjectionQuery();
        if (State == "Open") query.Where("state", Compare.In, IncidentStates.Unresolved);
        else if (State != "All") query.Where("state", State);
        if (Severity is not null) query.Where("severity", Compare.In, Severity);
        if (Since is { } since) query.Where("declared", Compare.GreaterOrEqual, UtcStamp.Format(since));
        var rows = Engine.Incidents.Query(query.Order("severity")).OrderBy(row => row.Severity.Level, StringComparer.Ordinal).ThenBy(row => row.Number);
        foreach (var row in rows)
        {
            if (Service is not null && !row.Services.Contains(Service, StringComparer.OrdinalIgnoreCase)) continue;
            if (Text is not null && !row.Title.Contains(Text, StringComparison.OrdinalIgnoreCase)) continue;
            WriteObject(row.ToIncident());
        }
    }
}
