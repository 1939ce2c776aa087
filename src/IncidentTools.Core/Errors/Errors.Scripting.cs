namespace IncidentTools;

public static partial class Errors
{
    /// <summary>An expression of a runbook or template that cannot be read, or has no value here.</summary>
    public static IncidentToolsException ExpressionFailed(string text, int column, string what) => new(
        "ExpressionFailed", ErrorKind.InvalidInput, $"The expression '{(text.Length <= 200 ? text : text[..200] + "…")}' has no value, column {column}: {what}.",
        "Correct the expression, or say with ?? what counts when there is no value.") { TargetObject = text };

    /// <summary>A caller in a restricted language mode wants a script to run.</summary>
    public static IncidentToolsException LanguageModeRestricted(string mode) => new(
        "LanguageModeRestricted", ErrorKind.Denied, $"This session is in {mode} mode, and a script would run in FullLanguage; nothing ran.",
        "Let somebody with a FullLanguage session do it, or use a probe, an action or a command step.") { TargetObject = mode };
}
