using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Foundation;
using IncidentTools.Completion;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Commands.Incidents;

/// <summary>Declares an incident.</summary>
[Cmdlet(VerbsLifecycle.Start, "Incident", SupportsShouldProcess = true)]
[OutputType(typeof(Incident))]
public sealed class StartIncidentCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "What is wrong, in one line.")]
    public string? Title { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Services it concerns, the main one first.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string[] Service { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "availability, security, data or compliance.")]
    [ValidateSet("availability", "security", "data", "compliance")]
    public string Class { get; set; } = "availability";

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "1 extensive, 2 significant, 3 minor; else 1 for a critical service, 2 for others.")]
    public int? Impact { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "1 grows by the minute, 2 worsens today, 3 stable; else 1.")]
    public int? Urgency { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Conditions of the policy that lift or limit the level.")]
    [ArgumentCompleter(typeof(ConditionCompleter))]
    public string[] Condition { get; set; } = [];

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The runbook to follow.")]
    public string? Runbook { get; set; }

    [Parameter(HelpMessage = "Declare without paging anybody.")]
    public SwitchParameter NoPage { get; set; }

    [Parameter(HelpMessage = "More than fits in a line.")]
    public string? Description { get; set; }

    [Parameter(HelpMessage = "When the impact began, if known.")]
    public DateTimeOffset? OnsetAt { get; set; }

    [Parameter(HelpMessage = "When it was declared, if not now.")]
    public DateTimeOffset? OccurredAt { get; set; }

    [Parameter(HelpMessage = "The same key declares once, however often the command runs.")]
    [Alias("Key")]
    public string? IdempotencyKey { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Title)) throw Errors.ValueNotGiven(nameof(Title), "Start-Incident 'Shop is down' -Service shop");
        var services = Engine.Workspace.Services;
        foreach (var id in Service)
            // an empty catalogue knows nothing, and nobody should have to write one before declaring an outage
            if (services.Count > 0 && !services.ContainsKey(id)) throw Errors.ServiceNotFound(id, Nearest.Hint(id, services.Keys));
        var impact = Impact ?? (Service.Any(id => services.TryGetValue(id, out var service) && service.Critical) ? 1 : 2);
        if (!ShouldProcess(Title, "Declare incident")) return;
        var request = new DeclareRequest(Title.Trim(), Class, Service, impact, Urgency ?? 1, Condition, Runbook ?? Suggested(services), OnsetAt, Description, OccurredAt, IdempotencyKey);
        var (row, wasDuplicate) = Engine.Incidents.Declare(request, NoPage ? null : Engine.Page);
        WriteObject(row.ToIncident());
        if (wasDuplicate || NoPage) return;
        Await(token => Engine.Notifier.DeliverDueAsync(row.Id, token));
        foreach (var warning in Delivery.Warnings([.. Engine.Notifications(row.Id)], "page").Distinct()) WriteWarning(warning);
    }

    private string? Suggested(IReadOnlyDictionary<string, ServiceDefinition> services) =>
        Service.Length > 0 && services.TryGetValue(Service[0], out var service) && service.Runbooks.Count > 0 ? service.Runbooks[0] : null;
}
