namespace IncidentTools;

public static partial class Errors
{
    /// <summary>A run is led to a step that its runbook does not have.</summary>
    public static IncidentToolsException StepUnknown(string runbook, string step) => new(
        "StepUnknown", ErrorKind.InvalidInput, $"Runbook '{runbook}' has no step '{step}'.", "Correct the reference in the runbook.") { TargetObject = step };

    /// <summary>An answer to a wait that is not open: answered before, expired, voided, or unknown.</summary>
    public static IncidentToolsException WaitNotOpen(string wait, string why) => new(
        "WaitNotOpen", ErrorKind.InvalidState, $"Wait '{wait}' takes no answer: {why}.", "Look at the run's timeline for what it waits for now.") { TargetObject = wait };

    /// <summary>A word that is none of the wait's choices.</summary>
    public static IncidentToolsException AnswerInvalid(string wait, string given, string allowed) => new(
        "AnswerInvalid", ErrorKind.InvalidInput, $"'{given}' does not answer wait '{wait}'.", $"Answer one of: {allowed}.") { TargetObject = given };

    /// <summary>The actor may not approve.</summary>
    public static IncidentToolsException ApproverRefused(string wait, string actor, string why) => new(
        "ApproverRefused", ErrorKind.Denied, $"{actor} may not approve '{wait}': {why}.", "Ask somebody whom the approval rule names.") { TargetObject = wait };
}
