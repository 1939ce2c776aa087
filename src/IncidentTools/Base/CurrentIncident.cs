using System.Management.Automation;

namespace IncidentTools.Base;

/// <summary>The rule for leaving -Incident out: only when the command was typed, never in a script, so that a script's meaning never hangs on a session.</summary>
internal static class CurrentIncident
{
    /// <exception cref="IncidentToolsException">IncidentNotGiven.</exception>
    public static string Resolve(PSCmdlet cmdlet, string? given, bool mayUseCurrent) => given ?? (mayUseCurrent ? OfTyped(cmdlet) : null) ?? throw Errors.IncidentNotGiven();

    /// <summary>The current incident when the command was typed; else null.</summary>
    public static string? OfTyped(PSCmdlet cmdlet) =>
        cmdlet.MyInvocation.CommandOrigin == CommandOrigin.Runspace && cmdlet.MyInvocation.PSCommandPath is null or "" ? ModuleSession.Current.CurrentIncident : null;
}
