using System.Management.Automation;
using IncidentTools.Base;

namespace IncidentTools.Commands.Workspace;

/// <summary>Which workspace commands use here, and why that one.</summary>
[Cmdlet(VerbsCommon.Get, "IncidentWorkspace")]
[OutputType(typeof(IncidentWorkspace))]
public sealed class GetIncidentWorkspaceCommand : IncidentCmdlet
{
    protected override void Execute()
    {
        var workspace = Engine.Workspace;
        WriteObject(new IncidentWorkspace(workspace.Path, workspace.FoundBy, workspace.Trusted, workspace.Policy.Name, workspace.Services.Count, workspace.Contacts.People.Count));
    }
}
