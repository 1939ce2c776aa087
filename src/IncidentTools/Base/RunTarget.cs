using System.Management.Automation;
using IncidentTools.Engine;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Base;

/// <summary>The rule for leaving -Run out: only when typed, and only for the one open run of the current incident.</summary>
internal static class RunTarget
{
    /// <exception cref="IncidentToolsException">RunNotGiven; also for a piped object that belongs to no run (a planned step), which never means another one.</exception>
    public static string Resolve(PSCmdlet cmdlet, Func<IncidentEngine> engine, string? given, bool mayUseCurrent = true)
    {
        if (!string.IsNullOrWhiteSpace(given)) return given.Trim().ToUpperInvariant();
        if (cmdlet.MyInvocation.BoundParameters.ContainsKey("Run")) throw Errors.RunNotGiven("what was given or piped in belongs to none");
        if ((mayUseCurrent ? CurrentIncident.OfTyped(cmdlet) : null) is not { } incident) throw Errors.RunNotGiven("there is no current incident whose run could be meant");
        var open = engine().Runs.List(IncidentId.Parse(incident), "Open", null);
        return open.Count == 1 ? open[0].Run : throw Errors.RunNotGiven(open.Count == 0 ? $"{incident} has no open run" : $"{incident} has {open.Count} open runs: {string.Join(", ", open.Select(run => run.Run))}");
    }
}
