namespace IncidentTools;

public static partial class Errors
{
    /// <summary>No such incident.</summary>
    public static IncidentToolsException IncidentNotFound(string id) => new(
        "IncidentNotFound", ErrorKind.NotFound, $"There is no incident '{id}' in this store.", "Get-Incident lists the open ones, Get-Incident -State All all of them; Get-IncidentStore says which store this is.") { TargetObject = id };

    /// <summary>Text that is not an incident id.</summary>
    public static IncidentToolsException IncidentIdInvalid(string text) => new(
        "IncidentIdInvalid", ErrorKind.InvalidInput, $"'{text}' is not an incident id.", "Write INC-12 or 12.") { TargetObject = text };

    /// <summary>The state machine refuses.</summary>
    public static IncidentToolsException TransitionRefused(string id, string state, string wanted, string allowed) => new(
        "TransitionRefused", ErrorKind.InvalidState, $"{id} is {state}, so it cannot be {wanted}.", allowed) { TargetObject = id };

    /// <summary>A downgrade without a reason.</summary>
    public static IncidentToolsException DowngradeNeedsReason(string id, string from, string to) => new(
        "DowngradeNeedsReason", ErrorKind.InvalidInput, $"Lowering {id} from {from} to {to} needs a reason.", "Add -Reason '…': it is kept with the decision.") { TargetObject = id };

    /// <summary>A level other than what impact, urgency and conditions give, without a reason.</summary>
    public static IncidentToolsException OverrideNeedsReason(string id, string computed, string wanted) => new(
        "OverrideNeedsReason", ErrorKind.InvalidInput, $"The policy gives {computed}, not {wanted}; setting {id} to {wanted} needs a reason.", "Add -Reason '…', or change -Impact, -Urgency or -Condition.") { TargetObject = id };

    /// <summary>Symptoms have not been gone for long enough.</summary>
    public static IncidentToolsException NotStableYet(string id, string what, TimeSpan window, TimeSpan left) => new(
        "NotStableYet", ErrorKind.InvalidState, $"{id} may be {what} only {Duration.Format(window)} after the last change for the worse; {Duration.Format(left)} are left.",
        "Wait, or say why it cannot wait: -Force -Reason '…'.") { TargetObject = id };

    /// <summary>A value outside 1 to 3.</summary>
    public static IncidentToolsException RankInvalid(string name, int value) => new(
        "RankInvalid", ErrorKind.InvalidInput, $"-{name} is 1, 2 or 3; {value} is neither.", name == "Impact" ? "1 extensive, 2 significant, 3 minor." : "1 grows by the minute, 2 worsens today, 3 stable.") { TargetObject = value };

    /// <summary>A condition the policy does not have.</summary>
    public static IncidentToolsException ConditionUnknown(string id, string? hint) => new(
        "ConditionUnknown", ErrorKind.InvalidInput, $"The policy has no condition '{id}'.{(hint is null ? "" : " " + hint)}", "Get-IncidentSeverity completes -Condition with all of them.") { TargetObject = id };

    /// <summary>A role the policy does not have.</summary>
    public static IncidentToolsException RoleUnknown(string id, string? hint) => new(
        "RoleUnknown", ErrorKind.InvalidInput, $"The policy has no role '{id}'.{(hint is null ? "" : " " + hint)}", "Roles stand under 'roles' in policy.yaml.") { TargetObject = id };

    /// <summary>A time in the future.</summary>
    public static IncidentToolsException TimeInFuture(string parameter, DateTimeOffset time) => new(
        "TimeInFuture", ErrorKind.InvalidInput, $"-{parameter} {UtcStamp.Format(time)} is in the future.", "Give a time that has been; check its offset from UTC.") { TargetObject = time };

    /// <summary>A mandatory review is not there.</summary>
    public static IncidentToolsException ReviewOwed(string id, string highest) => new(
        "ReviewOwed", ErrorKind.InvalidState, $"{id} was {highest}, and that level owes a review before it is closed.", "Record what was learned with -Review '…', or close without one: -Force -Reason '…'.") { TargetObject = id };

    /// <summary>-Force without -Reason.</summary>
    public static IncidentToolsException ForceNeedsReason(string id) => new(
        "ForceNeedsReason", ErrorKind.InvalidInput, $"-Force on {id} needs -Reason.", "Say why in one sentence; it is kept in the journal.") { TargetObject = id };

    /// <summary>An incident that would be its own parent, or a duplicate of itself.</summary>
    public static IncidentToolsException IncidentIsItself(string id) => new(
        "IncidentIsItself", ErrorKind.InvalidInput, $"{id} cannot belong to or duplicate itself.", "Name the other incident.") { TargetObject = id };

    /// <summary>Neither -Incident nor a current incident.</summary>
    public static IncidentToolsException IncidentNotGiven() => new(
        "IncidentNotGiven", ErrorKind.InvalidInput, "No incident was given, and there is no current one.", "Add -Incident INC-12, pipe one in, or Enter-Incident INC-12 first.");

    /// <summary>The incident has no clock of its own with this name.</summary>
    public static IncidentToolsException ClockNotFound(string incident, string clock, string? hint) => new(
        "ClockNotFound", ErrorKind.NotFound, $"{incident} has no clock '{clock}' that a runbook or clocks.yaml started.{(hint is null ? "" : " " + hint)}", $"Get-IncidentClock {incident} lists them; those of the policy are met by what they ask for.") { TargetObject = clock };

    /// <summary>A clock that is said not to be required without saying why and who approved that.</summary>
    public static IncidentToolsException ClockWaiverIncomplete(string incident, string clock) => new(
        "ClockWaiverIncomplete", ErrorKind.InvalidInput, $"That '{clock}' is not required needs a reason and somebody who approved it.", $"Set-Incident {incident} -ClockNotRequired {clock} -Reason '…' -ApprovedBy <contact>.") { TargetObject = clock };

    /// <summary>A statutory clock that is neither met nor found not to be required.</summary>
    public static IncidentToolsException ClockStillRuns(string incident, string clock) => new(
        "ClockStillRuns", ErrorKind.InvalidState, $"{incident} has a statutory clock that still runs: {clock}. Nobody is reminded of it once the incident is closed.", $"Set-Incident {incident} -ClockMet {clock} -Evidence '…', or -ClockNotRequired {clock} -Reason '…' -ApprovedBy <contact>; or close with -Force -Reason '…'.") { TargetObject = clock };

    /// <summary>A line that the checklist does not have.</summary>
    public static IncidentToolsException ChecklistItemUnknown(string item, string? hint) => new(
        "ChecklistItemUnknown", ErrorKind.NotFound, $"The checklist has no item '{item}'.{(hint is null ? "" : " " + hint)}", "Get-IncidentChecklistItem lists them.") { TargetObject = item };

    /// <summary>A line that does not apply or is opened again, without a reason.</summary>
    public static IncidentToolsException ChecklistReasonMissing(string incident, string item, string state) => new(
        "ChecklistReasonMissing", ErrorKind.InvalidInput, state == "Open" ? $"Opening '{item}' again needs a reason." : $"That '{item}' does not apply needs a reason.", $"Complete-IncidentChecklistItem {incident} -Item {item} {(state == "Open" ? "-Undo" : "-NotApplicable")} -Reason '…'; it is kept in the journal.") { TargetObject = item };

    /// <summary>Trouble that is back later than the policy counts it as the same.</summary>
    public static IncidentToolsException ReopenWindowPassed(string id, string title, TimeSpan window, DateTimeOffset resolved) => new(
        "ReopenWindowPassed", ErrorKind.InvalidState, $"{id} was resolved {UtcStamp.Format(resolved)}; what comes back more than {Duration.Format(window)} later is an incident of its own.",
        $"Start-Incident '{title.Replace("'", "''", StringComparison.Ordinal)}' …, then Set-Incident <new> -Parent {id}; or, when it is the same, Resume-Incident {id} -Force -Reason '…'.") { TargetObject = id };
}
