namespace IncidentTools;

public static partial class Errors
{
    /// <summary>A rehearsal file has errors.</summary>
    public static IncidentToolsException RehearsalInvalid(string path, string first, int count) => new(
        "RehearsalInvalid", ErrorKind.InvalidInput, count == 1 ? $"The rehearsal {path} has an error: {first}" : $"The rehearsal {path} has {count} errors; the first: {first}",
        "Correct the file; no case of it was run. The Findings of the result list every error.") { TargetObject = path };

    /// <summary>A rehearsal that names no runbook.</summary>
    public static IncidentToolsException RehearsalNamesNoRunbook(string path) => new(
        "RehearsalNamesNoRunbook", ErrorKind.InvalidInput, $"The rehearsal {path} does not say which runbook it is for.", "Write runbook: in it, or name the runbook: Test-Runbook service-outage -Rehearsal <file>.") { TargetObject = path };

    /// <summary>Cases that did not come out as expected.</summary>
    public static IncidentToolsException RehearsalFailed(string runbook, string path, int failed, int count, string first) => new(
        "RehearsalFailed", ErrorKind.InvalidState, $"{failed} of {count} cases of {runbook} did not go as {path} expects; the first: {first}", "Correct the runbook or the rehearsal; the Difference of each case says what was not as expected, and where.") { TargetObject = path };

    /// <summary>Branches that no case walks, where more are to be walked.</summary>
    public static IncidentToolsException CoverageTooLow(RunbookCoverage coverage, int minimum) => new(
        "CoverageTooLow", ErrorKind.InvalidState, $"The cases of {coverage.Name} walk {coverage.Covered} of its {coverage.Total} branches ({coverage.Percent} %, and {minimum} % are asked for); missing: {string.Join("; ", coverage.Missing)}",
        "Add cases that go there; a case that does not pass covers nothing.") { TargetObject = coverage };

    /// <summary>An exercise for a real incident.</summary>
    public static IncidentToolsException ExerciseHasIncident(string incident) => new(
        "ExerciseHasIncident", ErrorKind.InvalidInput, $"An exercise belongs to no incident, and {incident} was given.", "Leave -Incident out; a case of the -Inject file may have an incident: of its own.") { TargetObject = incident };

    /// <summary>No such case in the file, or several and none was named.</summary>
    public static IncidentToolsException ExerciseCaseUnknown(string path, string? name, string known) => new(
        "ExerciseCaseUnknown", ErrorKind.NotFound, name is null ? $"{path} has several cases, and none was named." : $"{path} has no case '{name}'.", $"Give -Case one of {known}.") { TargetObject = path };
}
