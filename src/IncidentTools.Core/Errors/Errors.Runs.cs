namespace IncidentTools;

public static partial class Errors
{
    /// <summary>A run is led to a step that its runbook does not have.</summary>
    public static IncidentToolsException StepUnknown(string runbook, string step) => new(
        "StepUnknown", ErrorKind.InvalidInput, $"Runbook '{runbook}' has no step '{step}'.", "Get-RunbookStep and Get-RunbookPlan show the steps there are; in a runbook, correct the reference.") { TargetObject = step };

    /// <summary>An answer to a wait that is not open: answered before, expired, voided, or unknown.</summary>
    public static IncidentToolsException WaitNotOpen(string step, string why) => new(
        "WaitNotOpen", ErrorKind.InvalidState, $"Step '{step}' takes no answer: {why}.", "Get-RunbookStep shows what the run waits for now.") { TargetObject = step };

    /// <summary>A word that is none of the wait's choices.</summary>
    public static IncidentToolsException AnswerInvalid(string step, string given, string allowed) => new(
        "AnswerInvalid", ErrorKind.InvalidInput, $"'{given}' does not answer step '{step}'.", $"Answer one of: {allowed}.") { TargetObject = given };

    /// <summary>The actor may not approve.</summary>
    public static IncidentToolsException ApproverRefused(string step, string actor, string why) => new(
        "ApproverRefused", ErrorKind.Denied, $"{actor} may not approve step '{step}': {why}.", "Ask somebody whom the approval rule names.") { TargetObject = step };

    /// <summary>A value of a step's arguments does not fit what it uses.</summary>
    public static IncidentToolsException ArgumentInvalid(string uses, string path, string what, string? hint) => new(
        "ArgumentInvalid", ErrorKind.InvalidInput, $"{uses}, {path}: {what}.{(hint is null ? "" : " " + hint)}", "Correct the step's with, or the value it is made of.") { TargetObject = path };

    /// <summary>A condition gave something else than true or false.</summary>
    public static IncidentToolsException ConditionNotBoolean(string text, string place) => new(
        "ExpressionFailed", ErrorKind.InvalidInput, $"{place}: the condition '{text}' is neither true nor false.", "Compare: $steps.x.value -eq 'y'.") { TargetObject = text };

    /// <summary>The items of a foreach cannot be worked through.</summary>
    public static IncidentToolsException ItemsInvalid(string step, string what) => new(
        "ItemsInvalid", ErrorKind.InvalidInput, $"Step '{step}': {what}.", "items must give a list whose items differ, or differ in their key.") { TargetObject = step };

    /// <summary>A declared output has no value, or one of another type.</summary>
    public static IncidentToolsException OutputMissing(string output, string what) => new(
        "OutputMissing", ErrorKind.InvalidInput, $"Output '{output}': {what}", "Correct the output's value, or mark it optional: true.") { TargetObject = output };

    /// <summary>A step cannot be said to have been done by hand.</summary>
    public static IncidentToolsException StepDoneRefused(string step, string why) => new(
        "StepDoneRefused", ErrorKind.InvalidState, $"'{step}' cannot be recorded as done by hand: {why}.", "Get-RunbookStep shows where each step stands; -Note says what was done.") { TargetObject = step };

    /// <summary>There is nothing that failed and could be tried again.</summary>
    public static IncidentToolsException RetryRefused(string run, string why) => new(
        "RetryRefused", ErrorKind.InvalidState, $"Nothing of {run} can be tried again: {why}.", "-RetryFailed is for a run that failed at a foreach; start another run for everything else.") { TargetObject = run };

    /// <summary>Several visits of the step wait: in branches or for several items.</summary>
    public static IncidentToolsException StepAmbiguous(string step, string paths) => new(
        "StepAmbiguous", ErrorKind.InvalidInput, $"Several of '{step}' wait: {paths}.", "Give the path as -Step, or pipe the step that Get-RunbookStep -State Waiting shows.") { TargetObject = step };

    /// <summary>What the runbook requires is not there.</summary>
    public static IncidentToolsException RequirementMissing(string runbook, string what) => new(
        "RequirementMissing", ErrorKind.NotFound, $"{runbook} requires {what}.", "Run it where that is there; Test-Runbook -Environment shows all that is missing.") { TargetObject = runbook };

    /// <summary>A runbook runs another in a version that is not there.</summary>
    public static IncidentToolsException VersionPinned(string runbook, string child, string wanted, string found) => new(
        "VersionPinned", ErrorKind.InvalidState, $"{runbook} runs {child} in version {wanted}; the library has {found}.", $"Look at what changed, then pin {found} in {runbook}.") { TargetObject = child };

    /// <summary>A runbook runs itself, directly or through another.</summary>
    public static IncidentToolsException RunbookNested(string chain) => new(
        "RunbookNested", ErrorKind.InvalidInput, $"A runbook runs itself: {chain}.", "Take the last step of that chain out.") { TargetObject = chain };

    /// <summary>Two runbooks of a run mean different files by the same name.</summary>
    public static IncidentToolsException FileAmbiguous(string name) => new(
        "FileAmbiguous", ErrorKind.Conflict, $"'{name}' is a different file for a runbook and for one that it runs.", "Give one of them another name.") { TargetObject = name };

    /// <summary>No run has this id.</summary>
    public static IncidentToolsException RunNotFound(string run) => new(
        "RunNotFound", ErrorKind.NotFound, $"There is no run '{run}'.", "Get-RunbookRun lists them.") { TargetObject = run };

    /// <summary>The runbook does not allow a second run for the same service.</summary>
    public static IncidentToolsException RunForbidden(string runbook, string? service, string run) => new(
        "RunForbidden", ErrorKind.Conflict, $"{runbook} runs already{(service is null ? "" : $" for {service}")}: {run}.", $"Resume-RunbookRun {run} goes on with it, Stop-RunbookRun {run} ends it.") { TargetObject = run };

    /// <summary>A parameter of the runbook is missing, unknown or of another type.</summary>
    public static IncidentToolsException ParameterInvalid(string runbook, string parameter, string what, string? hint) => new(
        "ParameterInvalid", ErrorKind.InvalidInput, $"{runbook}, parameter '{parameter}': {what}.{(hint is null ? "" : " " + hint)}", "Get-Runbook shows its parameters; give them with -Parameter @{ name = value }.") { TargetObject = parameter };

    /// <summary>The workspace names programs to run and nobody has trusted it.</summary>
    public static IncidentToolsException WorkspaceNotTrusted(string path) => new(
        "WorkspaceNotTrusted", ErrorKind.Denied, $"The workspace {path} was found by searching upward and nobody has trusted it, so nothing of it is run.", "Look at it, then Test-IncidentWorkspace -Trust; or name it with -Workspace.") { TargetObject = path };

    /// <summary>The step does not wait for anybody.</summary>
    public static IncidentToolsException StepNotWaiting(string run, string? step, string state) => new(
        "StepNotWaiting", ErrorKind.InvalidState, step is null ? $"Run {run} does not wait for anybody: it is {state}." : $"Step '{step}' of {run} does not wait for anybody: it is {state}.", $"Get-RunbookStep -Run {run} shows where it stands.") { TargetObject = step ?? run };

    /// <summary>The step that waits asks for something else.</summary>
    public static IncidentToolsException AnswerMismatch(string step, string waitsFor, string command) => new(
        "AnswerMismatch", ErrorKind.InvalidState, $"Step '{step}' waits for {waitsFor}.", command) { TargetObject = step };

    /// <summary>A field of an answer is missing, unknown or of another type; nothing was recorded.</summary>
    public static IncidentToolsException FieldInvalid(string step, string field, string what, string? hint) => new(
        "FieldInvalid", ErrorKind.InvalidInput, $"Step '{step}', {field}: {what}.{(hint is null ? "" : " " + hint)}", $"Give it with -Value @{{ {field} = … }}.") { TargetObject = field };

    /// <summary>A step that cannot be left out.</summary>
    public static IncidentToolsException SkipRefused(string step, string why) => new(
        "SkipRefused", ErrorKind.InvalidState, $"Step '{step}' cannot be left out: {why}.", "Settle or cancel it instead.") { TargetObject = step };

    /// <summary>The runbook was changed in a step that the run has visited, or the change was not accepted.</summary>
    public static IncidentToolsException ChangeRefused(string run, string why) => new(
        "ChangeRefused", ErrorKind.InvalidState, $"Run {run} keeps the runbook it was started with: {why}.", "Go on with it as it is, or start a new run.") { TargetObject = run };

    /// <summary>A file that a run needs cannot be read.</summary>
    public static IncidentToolsException FileUnreadable(string path, Exception cause) => new(
        "FileUnreadable", ErrorKind.Unavailable, $"{path} cannot be read: {cause.Message}", "Give a file that is there and that you may read.", cause) { TargetObject = path };

    /// <summary>The store has lost bytes that a run is bound to.</summary>
    public static IncidentToolsException ContentMissing(string run, string hash) => new(
        "ContentMissing", ErrorKind.Corrupt, $"Run {run} is bound to content {hash}, and the store does not have it.", "Test-IncidentJournal -Deep says what else is missing; restore the store from a backup.") { TargetObject = run };

    /// <summary>Somebody else drives the run.</summary>
    public static IncidentToolsException RunHeld(string run, string holder) => new(
        "RunHeld", ErrorKind.Conflict, $"Run {run} is driven by {holder}.", $"Wait for it with Wait-RunbookRun {run}, or ask whoever drives it.") { TargetObject = run };

    /// <summary>A step that cannot be taken back.</summary>
    public static IncidentToolsException UndoRefused(string step, string why) => new(
        "UndoRefused", ErrorKind.InvalidState, $"Step '{step}' cannot be taken back: {why}.", "Get-RunbookStep shows which steps can (Undo).") { TargetObject = step };

    /// <summary>A step whose undo is work for a person.</summary>
    public static IncidentToolsException UndoByHand(string step, string instruction) => new(
        "UndoByHand", ErrorKind.InvalidState, $"Step '{step}' is taken back by hand: {instruction}", "Do it, then note it with Add-IncidentNote.") { TargetObject = step };

    /// <summary>The host gives no PowerShell, so expressions cannot be read.</summary>
    public static IncidentToolsException ScriptHostMissing() => new(
        "ScriptHostMissing", ErrorKind.Unavailable, "This host has no PowerShell to read expressions with.", "Run runbooks through the module's commands.");
}
