using System.Management.Automation;

namespace IncidentTools.Shell;

/// <summary>An error as two lines: what happened, and what to do.</summary>
internal static class ErrorText
{
    public static string Of(ErrorRecord error)
    {
        var text = error.ErrorDetails?.Message ?? error.Exception.Message;
        var advice = error.ErrorDetails?.RecommendedAction;
        var name = error.InvocationInfo?.MyCommand?.Name;
        return $"{(string.IsNullOrEmpty(name) ? "" : name + ": ")}{text}{(string.IsNullOrEmpty(advice) ? "" : Environment.NewLine + "  → " + advice)}";
    }
}
