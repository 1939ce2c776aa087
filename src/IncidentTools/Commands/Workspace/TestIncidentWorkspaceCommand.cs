using System.Management.Automation;
using IncidentTools.Base;
using IncidentTools.Engine;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Commands.Workspace;

/// <summary>Checks every file of a workspace, its runbooks included, and lists what is wrong, with line and column.</summary>
[Cmdlet(VerbsDiagnostic.Test, "IncidentWorkspace", SupportsShouldProcess = true)]
[OutputType(typeof(WorkspaceVerification), typeof(bool))]
public sealed class TestIncidentWorkspaceCommand : IncidentCmdlet
{
    [Parameter(HelpMessage = "Only true or false; true only when everything was checked and good.")]
    public SwitchParameter Quiet { get; set; }

    [Parameter(HelpMessage = "When it is good: trust it as it is now, so that one found from a folder below may send; any change of a file needs it again.")]
    public SwitchParameter Trust { get; set; }

    protected override void Execute()
    {
        WorkspaceLocation location;
        try { location = Engine.WorkspaceLocation; }
        catch (IncidentToolsException) when (Quiet)
        {
            WriteObject(false);
            return;
        }
        var today = DateOnly.FromDateTime(Engine.Time.GetUtcNow().UtcDateTime);
        var (workspace, files) = WorkspaceLoader.Inspect(location, today);
        // where it has no clocks of its own, those that ship hold, and age
        if (workspace is { Clocks: null }) files = [.. files, .. WorkspaceLoader.Inspect(new WorkspaceLocation(Engine.Options.ShippedWorkspace, "shipped", true), today).Findings];
        var library = Engine.LibraryOf(location.Path, workspace);
        IReadOnlyList<Diagnostic> findings = [.. files, .. library.Inspect(location.FoundBy == "shipped" ? "shipped" : "workspace"), .. workspace is null ? [] : IncidentEngine.ProbeFindings(workspace, library)];
        var errors = findings.Where(item => item.Severity == DiagnosticSeverity.Error).ToArray();
        var valid = errors.Length == 0;
        if (Trust && valid && ShouldProcess(location.Path, "Trust workspace")) location.Trust();
        if (Quiet)
        {
            WriteObject(valid);
            return;
        }
        WriteObject(new WorkspaceVerification(location.Path, valid, [.. findings.Select(FindingRecords.From)]));
        if (!valid) WriteError(Errors.WorkspaceInvalid(location.Path, errors[0].ToString(), errors.Length));
    }
}
