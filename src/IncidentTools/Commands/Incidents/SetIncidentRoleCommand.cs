using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Completion;

namespace IncidentTools.Commands.Incidents;

/// <summary>Gives a role in an incident to somebody, takes it from whoever had it, or gives it up.</summary>
[Cmdlet(VerbsCommon.Set, "IncidentRole", SupportsShouldProcess = true)]
[OutputType(typeof(Incident))]
public sealed class SetIncidentRoleCommand : IncidentTargetCmdlet
{
    [Parameter(HelpMessage = "A role of the policy.")]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string? Role { get; set; }

    [Parameter(HelpMessage = "Who has it from now on: a person of contacts.yaml or a login name.")]
    [ArgumentCompleter(typeof(ContactCompleter))]
    public string? Contact { get; set; }

    [Parameter(HelpMessage = "Nobody has it from now on.")]
    public SwitchParameter Release { get; set; }

    [Parameter(HelpMessage = "What is handed over: state, open tasks, next update.")]
    public string? Brief { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Role)) throw Errors.ValueNotGiven(nameof(Role), "Set-IncidentRole 12 -Role incident-commander -Contact ana");
        if (Release == !string.IsNullOrWhiteSpace(Contact)) throw Errors.ValueNotGiven(nameof(Contact), "-Contact ana, or -Release to give it up");
        Change(Release ? $"Release {Role}" : $"Make {Contact} {Role}", (incidents, id) => incidents.Assign(id, Role, Release ? null : Contact, Brief, Tags));
    }
}
