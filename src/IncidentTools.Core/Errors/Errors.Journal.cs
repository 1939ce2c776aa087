namespace IncidentTools;

public static partial class Errors
{
    /// <summary>The stream moved on since the caller looked.</summary>
    public static IncidentToolsException SeqConflict(string stream, long expected, long actual) => new(
        "SeqConflict", ErrorKind.Conflict, $"{stream} is at entry {actual}, not {expected}: somebody else wrote in between.",
        "Read the current state and decide again.") { TargetObject = stream };

    /// <summary>An idempotency key was used before with other content.</summary>
    public static IncidentToolsException IdempotencyKeyReused(string key, long pos) => new(
        "IdempotencyKeyReused", ErrorKind.Conflict, $"The idempotency key '{key}' was used at position {pos} for something else.",
        "Use a new key for a new fact; the old key returns the old result only for the same content.") { TargetObject = key };

    /// <summary>A lease went to somebody else while this process still worked.</summary>
    public static IncidentToolsException LeaseLost(string lease, string owner) => new(
        "LeaseLost", ErrorKind.Conflict, $"'{lease}' is now held by {owner}; nothing was written.",
        "Let the other runner go on, or wait until its lease ends.") { TargetObject = lease };

    /// <summary>Whether an append took place is unknown.</summary>
    public static IncidentToolsException AppendUnknown(Exception cause) => new(
        "AppendUnknown", ErrorKind.Unavailable, $"The store failed while it committed; whether the entry is there is unknown: {cause.Message}",
        "Run the command again with the same -IdempotencyKey: it is written once, whatever happened.", cause);

    /// <summary>A hundred decisions in a row met a conflict.</summary>
    public static IncidentToolsException TooMuchContention(string stream) => new(
        "TooMuchContention", ErrorKind.Conflict, $"{stream} changed on every one of 100 attempts.", "Try again in a moment.") { TargetObject = stream };
}
