using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Foundation;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Workspace;

/// <summary>The service catalogue.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentService")]
[OutputType(typeof(IncidentServiceInfo))]
public sealed class GetIncidentServiceCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "Id of a service; wildcards allowed.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string? Service { get; set; }

    protected override void Execute()
    {
        var services = Engine.Workspace.Services;
        var pattern = new WildcardPattern(Service ?? "*", WildcardOptions.IgnoreCase);
        var found = services.Values.Where(service => pattern.IsMatch(service.Id)).OrderBy(service => service.Id, StringComparer.Ordinal).ToArray();
        if (found.Length == 0 && Service is not null && !WildcardPattern.ContainsWildcardCharacters(Service)) throw Errors.ServiceNotFound(Service, Nearest.Hint(Service, services.Keys));
        foreach (var service in found)
            WriteObject(new IncidentServiceInfo(service.Id, service.Name, service.Critical, service.Owner, service.Url, service.Runbooks, service.EscalationPolicy));
    }
}
