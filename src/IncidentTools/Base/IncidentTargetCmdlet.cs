using System.Management.Automation;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Base;

/// <summary>A cmdlet about one incident: given by position, name or pipeline, else the session's current one.</summary>
public abstract class IncidentTargetCmdlet : IncidentCmdlet
{
    /// <summary>INC-12 or 12.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "INC-12 or 12; else the current incident.")]
    [Alias("Id")]
    [ArgumentCompleter(typeof(Completion.IncidentCompleter))]
    public string? Incident { get; set; }

    /// <summary>When it happened, if not now.</summary>
    [Parameter(HelpMessage = "When it happened, if not now; never in the future.")]
    public DateTimeOffset? OccurredAt { get; set; }

    /// <summary>The same key does it once, however often the command runs.</summary>
    [Parameter(HelpMessage = "The same key does it once, however often the command runs.")]
    [Alias("Key")]
    public string? IdempotencyKey { get; set; }

    /// <summary>What the caller said besides the content.</summary>
    protected EntryTags Tags => new(OccurredAt, IdempotencyKey);

    /// <summary>The incident's id.</summary>
    protected string Target => CurrentIncident.Resolve(this, Incident, MayUseCurrent);

    /// <summary>False for commands that end things: they use the current incident only when no other is open.</summary>
    protected virtual bool MayUseCurrent => true;

    /// <summary>Runs a change of the incident when the user agrees, and writes what it is now.</summary>
    protected void Change(string action, Func<IncidentService, string, IncidentRow> change)
    {
        var id = IncidentId.Parse(Target);
        if (ShouldProcess(id, action)) WriteObject(change(Engine.Incidents, id).ToIncident());
    }
}
