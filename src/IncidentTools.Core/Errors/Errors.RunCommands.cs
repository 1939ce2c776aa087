namespace IncidentTools;

public static partial class Errors
{
    /// <summary>A run ended otherwise than well; written after the run itself.</summary>
    public static IncidentToolsException RunFailed(RunbookRun run) => new(
        "RunFailed", ErrorKind.InvalidState, $"{run.Runbook}, run {run.Run}, ended {run.State}{(run.Message.Length == 0 ? "" : $": {run.Message}")}.", $"Get-RunbookStep -Run {run.Run} shows each step and what went wrong.") { TargetObject = run.Run };

    /// <summary>Nobody knows whether something a run began has had its effect; written after the run or step itself.</summary>
    public static IncidentToolsException RunInDoubt(string run, string? step, bool asked) => new(
        "RunInDoubt", ErrorKind.InvalidState, $"Run {run} is in doubt{(step is null ? "" : $" at step '{step}'")}: it is not known what became of it.",
        asked ? $"Look at the system itself, then Resolve-RunbookStep -Run {run} -Step {step} -Outcome Done, NotDone or Stop." : $"Its runner ended in the middle; Resume-RunbookRun {run} finds out and goes on.") { TargetObject = run };

    /// <summary>No run was given, and none can be meant.</summary>
    public static IncidentToolsException RunNotGiven(string why) => new(
        "RunNotGiven", ErrorKind.InvalidInput, $"No run was given, and {why}.", "Add -Run R-…, or pipe a run or a step in; Get-RunbookRun -State Open lists what there is.");

    /// <summary>Neither a name nor anything that names a runbook.</summary>
    public static IncidentToolsException RunbookNotGiven(string why) => new(
        "RunbookNotGiven", ErrorKind.InvalidInput, $"No runbook was given, and {why}.", "Name one: Invoke-Runbook service-outage; Get-Runbook lists them.");

    /// <summary>The run stands at another step.</summary>
    public static IncidentToolsException RunNotAtStep(string run, string step, string? at) => new(
        "RunNotAtStep", ErrorKind.InvalidState, $"Run {run} stands {(at is null ? "before its first step" : $"at step '{at}'")}, not at '{step}'.", $"Get-RunbookStep -Run {run} shows where it stands; leave -Step out to drive whatever is next.") { TargetObject = step };

    /// <summary>A step could not be taken back, or it is not known whether it was; written after the step itself.</summary>
    public static IncidentToolsException UndoFailed(string run, string step, string message) => new(
        "UndoFailed", ErrorKind.InvalidState, $"Step '{step}' of {run} was not taken back for certain: {message}", "Look at the system itself; Undo-RunbookStep may be run again.") { TargetObject = step };

    /// <summary>A value that is not text, a number, true or false, a time, a duration, a list or a map.</summary>
    public static IncidentToolsException ValueNotPlain(string path, string what) => new(
        "ValueNotPlain", ErrorKind.InvalidInput, $"{path}: {what} is not plain data.", "Give text, a number, $true or $false, a date, a TimeSpan, a list or a hashtable of these; a secret by reference.") { TargetObject = path };
}
