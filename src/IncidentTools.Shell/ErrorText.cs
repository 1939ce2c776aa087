using System.Management.Automation;

namespace IncidentTools.Shell;

/// <summary>An error in two lines: what happened and where, and what to do.</summary>
internal static class ErrorText
{
    public static string Of(ErrorRecord error, string? advice)
    {
        var text = error.Exception is CommandNotFoundException { CommandName: { Length: > 0 } unknown } ? $"'{unknown}' is no command, script or program here."
            : error.ErrorDetails?.Message is { Length: > 0 } details ? details : error.Exception.Message;
        advice ??= error.ErrorDetails?.RecommendedAction;
        // exceptions of the module carry their advice in their text as well
        if (!string.IsNullOrEmpty(advice) && text.EndsWith(advice, StringComparison.Ordinal)) text = text[..^advice.Length].TrimEnd();
        var name = error.InvocationInfo?.MyCommand?.Name;
        var subject = string.IsNullOrEmpty(name) || name == "Write-Error" || error.Exception is CommandNotFoundException ? "" : name + ": ";
        var place = error.InvocationInfo is { ScriptName.Length: > 0, ScriptLineNumber: > 0 and var line } at ? $" ({Path.GetFileName(at.ScriptName)}, line {line})" : "";
        return $"{subject}{text}{place}{(string.IsNullOrEmpty(advice) ? "" : Environment.NewLine + "  → " + advice)}";
    }
}
