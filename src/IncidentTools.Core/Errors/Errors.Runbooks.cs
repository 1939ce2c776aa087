namespace IncidentTools;

public static partial class Errors
{
    /// <summary>No such runbook.</summary>
    public static IncidentToolsException RunbookNotFound(string name, string? hint) => new(
        "RunbookNotFound", ErrorKind.NotFound, $"There is no runbook '{name}'.{(hint is null ? "" : " " + hint)}", "Get-Runbook lists those of the workspace and those that ship; a path of a file works too.") { TargetObject = name };

    /// <summary>A runbook has errors.</summary>
    public static IncidentToolsException RunbookInvalid(string path, string first, int count) => new(
        "RunbookInvalid", ErrorKind.InvalidInput, count == 1 ? $"The runbook {path} has an error: {first}" : $"The runbook {path} has {count} errors; the first: {first}", $"Test-Runbook -Path '{path}' lists them all.") { TargetObject = path };

    /// <summary>A name that no runbook may have.</summary>
    public static IncidentToolsException RunbookNameInvalid(string name) => new(
        "RunbookNameInvalid", ErrorKind.InvalidInput, $"'{name}' is not a name for a runbook.", "Use lower-case letters, digits and -, for example cache-full.") { TargetObject = name };

    /// <summary>A runbook that is there already.</summary>
    public static IncidentToolsException RunbookExists(string path) => new(
        "RunbookExists", ErrorKind.InvalidState, $"{path} is there already; it was not touched.", "Choose another name, or edit that file.") { TargetObject = path };

    /// <summary>A file for a runbook that cannot be written.</summary>
    public static IncidentToolsException RunbookNotWritten(string path, Exception cause) => new(
        "RunbookNotWritten", ErrorKind.Unavailable, $"{path} cannot be written: {cause.Message}", "Give a path that you may write.", cause) { TargetObject = path };

    /// <summary>No workspace of one's own to write a runbook into.</summary>
    public static IncidentToolsException RunbookHasNoPlace(string name) => new(
        "RunbookHasNoPlace", ErrorKind.InvalidState, $"There is no workspace of yours for the runbook {name}: the one in use ships with the module.", "Make one with New-IncidentWorkspace ./ops, or say where with -Path.") { TargetObject = name };

    /// <summary>A version of a runbook that neither the workspace nor any run has.</summary>
    public static IncidentToolsException RunbookVersionNotFound(string name, string version, IEnumerable<string> known) => new(
        "RunbookVersionNotFound", ErrorKind.NotFound, $"There is no version {version} of the runbook {name} here. Known: {string.Join(", ", known)}.", "Versions come from the workspace and from runs in this store; for another give the path of its file.") { TargetObject = version };
}
