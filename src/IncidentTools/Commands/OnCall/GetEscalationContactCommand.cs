using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Foundation;
using IncidentTools.Completion;
using IncidentTools.Engine.OnCall;

namespace IncidentTools.Commands.OnCall;

/// <summary>Who to call for a service at a severity, in which order.</summary>
[Cmdlet(VerbsCommon.Get, "EscalationContact")]
[OutputType(typeof(EscalationContact))]
public sealed class GetEscalationContactCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The service; its own escalation policy counts first.")]
    [ArgumentCompleter(typeof(ServiceCompleter))]
    public string[]? Service { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "The level; else P1.")]
    [ValidateSet("P0", "P1", "P2", "P3", "P4")]
    public string Severity { get; set; } = "P1";

    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "availability, security, data or compliance.")]
    public string? Class { get; set; }

    [Parameter(HelpMessage = "Only this level of the policy, from 1.")]
    public int? Level { get; set; }

    [Parameter(HelpMessage = "At which time; else now. Without rotations every time gives the same people.")]
    public DateTimeOffset? At { get; set; }

    protected override void Execute()
    {
        var workspace = Engine.Workspace;
        var service = Service is { Length: > 0 } ? Service[0] : null;
        if (service is not null && workspace.Services.Count > 0 && !workspace.Services.ContainsKey(service)) throw Errors.ServiceNotFound(service, Nearest.Hint(service, workspace.Services.Keys));
        var policy = EscalationLadder.PolicyFor(workspace, service, Severity, Class);
        if (policy is null)
        {
            WriteWarning($"Nobody is named for {service ?? "this"} at {Severity}: contacts.yaml has no escalation policy that fits.");
            return;
        }
        foreach (var contact in EscalationLadder.Contacts(workspace, policy, Level)) WriteObject(contact);
    }
}
