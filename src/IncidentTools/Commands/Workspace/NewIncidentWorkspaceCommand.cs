using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Commands.Workspace;

/// <summary>Writes a new workspace: policy, services and contacts with examples to edit, and their schemas.</summary>
[Cmdlet(VerbsCommon.New, "IncidentWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(IncidentWorkspace))]
public sealed class NewIncidentWorkspaceCommand : IncidentCmdlet
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder; it may be there, but not with files of a workspace.")]
    public string? Path { get; set; }

    protected override void Execute()
    {
        if (string.IsNullOrWhiteSpace(Path)) throw Errors.ValueNotGiven(nameof(Path), "New-IncidentWorkspace ./ops");
        var folder = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path);
        if (!ShouldProcess(folder, "Create workspace")) return;
        WorkspaceScaffold.Write(ModuleSession.ShippedWorkspace, folder);
        var workspace = WorkspaceLoader.Load(new WorkspaceLocation(folder, "parameter", true));
        WriteObject(new IncidentWorkspace(workspace.Path, workspace.FoundBy, true, workspace.Policy.Name, workspace.Services.Count, workspace.Contacts.People.Count));
    }
}
