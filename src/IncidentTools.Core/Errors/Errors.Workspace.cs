namespace IncidentTools;

public static partial class Errors
{
    /// <summary>The named folder has no marker file.</summary>
    public static IncidentToolsException WorkspaceNotFound(string path) => new(
        "WorkspaceNotFound", ErrorKind.NotFound, $"{path} is not a workspace: it has no incidenttools.yaml.", $"Make one with New-IncidentWorkspace -Path '{path}', or name another with -Workspace.") { TargetObject = path };

    /// <summary>Anybody may write a file that decides which programs run.</summary>
    public static IncidentToolsException WorkspaceNotOwned(string file) => new(
        "WorkspaceNotOwned", ErrorKind.Denied, $"{file} may be written by anybody, so its workspace is not used.", $"Take the right away: chmod o-w '{file}'.") { TargetObject = file };

    /// <summary>The workspace has errors.</summary>
    public static IncidentToolsException WorkspaceInvalid(string path, string first, int count) => new(
        "WorkspaceInvalid", ErrorKind.InvalidInput, count == 1 ? $"The workspace {path} has an error: {first}" : $"The workspace {path} has {count} errors; the first: {first}", "Test-IncidentWorkspace lists them all.") { TargetObject = path };

    /// <summary>The target folder of a new workspace has files of one.</summary>
    public static IncidentToolsException WorkspaceExists(string file) => new(
        "WorkspaceExists", ErrorKind.InvalidState, $"{file} is there already; nothing was written.", "Give an empty folder, or edit the workspace that is there.") { TargetObject = file };

    /// <summary>A service id that is not in the catalogue.</summary>
    public static IncidentToolsException ServiceNotFound(string id, string? hint) => new(
        "ServiceNotFound", ErrorKind.NotFound, $"There is no service '{id}' in services.yaml.{(hint is null ? "" : " " + hint)}", "Get-IncidentService lists the catalogue.") { TargetObject = id };

    /// <summary>The folder of a new workspace cannot be written.</summary>
    public static IncidentToolsException WorkspaceNotWritable(string path, Exception cause) => new(
        "WorkspaceNotWritable", ErrorKind.Unavailable, $"The workspace {path} cannot be written: {cause.Message}", "Give a folder that you may write.", cause) { TargetObject = path };
}
