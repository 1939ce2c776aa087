using System.Management.Automation;
using IncidentTools.Engine;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Base;

/// <summary>The rule for leaving -Run out: only when typed, and only for the one open run of the current incident.</summary>
internal static class RunTarget
{
    /// <param name="given">Null = not given; empty = a piped object that has none (a planned step), which never means another run.</param>
    /// <exception cref="IncidentToolsException">RunNotGiven.</exception>
    public static string Resolve(PSCmdlet cmdlet, Func<IncidentEngine> engine, string? given, bool mayUseCurrent = true)
    {
        if (given is { Length: 0 }) throw Errors.RunNotGiven("what was piped in belongs to none");
        if (given is not null) return given.Trim().ToUpperInvariant();
        if ((mayUseCurrent ? CurrentIncident.OfTyped(cmdlet) : null) is not { } incident) throw Errors.RunNotGiven("there is no current incident whose run could be meant");
        var open = engine().Runs.List(IncidentId.Parse(incident), "Open", null);
        return open.Count == 1 ? open[0].Run : throw Errors.RunNotGiven(open.Count == 0 ? $"{incident} has no open run" : $"{incident} has {open.Count} open runs: {string.Join(", ", open.Select(run => run.Run))}");
    }
}
