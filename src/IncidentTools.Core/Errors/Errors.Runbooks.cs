namespace IncidentTools;

public static partial class Errors
{
    /// <summary>No such runbook.</summary>
    public static IncidentToolsException RunbookNotFound(string name, string? hint) => new(
        "RunbookNotFound", ErrorKind.NotFound, $"There is no runbook '{name}'.{(hint is null ? "" : " " + hint)}", "Get-Runbook lists those of the workspace and those that ship; a path of a file works too.") { TargetObject = name };

    /// <summary>A runbook has errors.</summary>
    public static IncidentToolsException RunbookInvalid(string path, string first, int count) => new(
        "RunbookInvalid", ErrorKind.InvalidInput, count == 1 ? $"The runbook {path} has an error: {first}" : $"The runbook {path} has {count} errors; the first: {first}", $"Test-Runbook -Path '{path}' lists them all.") { TargetObject = path };

    /// <summary>A runbook has parts of the format that no run can do yet.</summary>
    public static IncidentToolsException RunbookNotBuilt(string name, IEnumerable<string> parts) => new(
        "RunbookNotBuilt", ErrorKind.InvalidInput, $"The runbook {name} cannot run with this version of IncidentTools: it has {string.Join(", ", parts)}.", "Test-Runbook and Compare-Runbook read it all the same; update the module to run it.") { TargetObject = name };
}
