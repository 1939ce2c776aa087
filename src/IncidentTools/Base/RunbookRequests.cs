using System.Collections;
using System.Management.Automation;
using IncidentTools.Engine;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Base;

/// <summary>From what Invoke-Runbook and Get-RunbookPlan were given to a request.</summary>
internal static class RunbookRequests
{
    /// <exception cref="IncidentToolsException">IncidentNotFound, RunbookNotGiven, ValueNotPlain.</exception>
    public static RunRequest Of(PSCmdlet cmdlet, IncidentEngine engine, string? name, string? incident, string? service, IDictionary? parameter, string? key, bool alone = false)
    {
        var row = (incident ?? (alone || cmdlet.MyInvocation.BoundParameters.ContainsKey("Incident") ? null : CurrentIncident.OfTyped(cmdlet))) is { } id ? engine.Incidents.Get(id) : null;
        return new RunRequest(name ?? Suggested(engine, row, service), row?.Id, service, PlainData.Members("Parameter", parameter), key);
    }

    private static string Suggested(IncidentEngine engine, IncidentRow? row, string? service)
    {
        if (service is null && row?.Runbook is { } own) return own;
        var about = service ?? (row is { Services: [var main, ..] } ? main : null);
        if (about is not null && engine.Workspace.Services.TryGetValue(about, out var known) && known.Runbooks is [var first, ..]) return first;
        throw Errors.RunbookNotGiven(row is null && about is null ? "there is neither an incident nor a service that names one" : $"{row?.Id ?? about} names none{(row is null || about is null ? "" : $", nor does its service {about}")}");
    }
}
