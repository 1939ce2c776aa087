namespace IncidentTools;

public static partial class Errors
{
    /// <summary>Something of a service fails, or could not be checked.</summary>
    public static IncidentToolsException ServiceNotWell(string service, string counts) => new(
        "ServiceNotWell", ErrorKind.InvalidState, $"Not everything of {service} was checked and good: {counts}.", $"Look at the lines above; if users are affected: Start-Incident '…' -Service {service}.") { TargetObject = service };

    /// <summary>What was received is not an alert of the form it should have.</summary>
    public static IncidentToolsException AlertInvalid(string where, string what) => new(
        "AlertInvalid", ErrorKind.InvalidInput, $"The alert cannot be read: {where}: {what}.", "Nothing was recorded. Send the body as the tool posts it, or name its form with -Format.") { TargetObject = where };

    /// <summary>What was received is larger than any alert.</summary>
    public static IncidentToolsException AlertTooLarge(string what, long limit) => new(
        "AlertTooLarge", ErrorKind.Limit, $"The alert is too large: {what}, at most {limit} are read.", "Nothing was recorded. Let the tool send fewer alerts in one body.") { TargetObject = what };
}
