using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Incidents;

/// <summary>Makes an incident this session's current one: what is typed may leave -Incident out. Scripts never see it.</summary>
[Cmdlet(VerbsCommon.Enter, "Incident")]
[OutputType(typeof(Incident))]
public sealed class EnterIncidentCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(IncidentCompleter))]
    public string? Incident { get; set; }

    protected override void Execute()
    {
        if (Incident is null) throw Errors.ValueNotGiven(nameof(Incident), "Enter-Incident 12");
        var row = Engine.Incidents.Get(Incident);
        if (ModuleSession.Current.CurrentIncident is { } before && before != row.Id) WriteWarning($"The current incident was {before}; it is {row.Id} now.");
        ModuleSession.Current.CurrentIncident = row.Id;
        WriteObject(row.ToIncident());
    }
}
