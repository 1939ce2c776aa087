namespace IncidentTools;

/// <summary>The one catalogue of errors: a method an id. Grouped in partial files by area; ids are public and never reused.</summary>
public static partial class Errors
{
    /// <summary>A duration is not of the form 30s, 5m, 2h, 1d or a combination.</summary>
    public static IncidentToolsException InvalidDuration(string text) => new(
        "InvalidDuration", ErrorKind.InvalidInput,
        $"'{text}' is not a duration.",
        "Write a number with a unit: 500ms, 30s, 5m, 2h, 1d or combined as 1h30m. A bare number is refused because its unit is a guess.") { TargetObject = text };

    /// <summary>A required value was not given (checked in code, never by Mandatory).</summary>
    public static IncidentToolsException ValueNotGiven(string parameter, string example) => new(
        "ValueNotGiven", ErrorKind.InvalidInput, $"-{parameter} was not given.", $"For example: {example}") { TargetObject = parameter };
}
