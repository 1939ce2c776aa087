using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection.Alerts;

/// <param name="Body">As it was posted.</param>
/// <param name="Format">Null = by what is in it.</param>
/// <param name="Service">Of alerts that name none of the catalogue.</param>
public sealed record AlertRequest(string Body, string? Format, string? Service, bool WhatIf, bool Pages);

/// <summary>
/// Takes alerts in: one incident for those of one group and service. The same body twice changes nothing, an older one that comes late neither,
/// and one that is resolved is noted in its incident, which stays open.
/// </summary>
public sealed class AlertDesk
{
    internal const string Prefix = "alert/";
    private const int MaxRounds = 50, MostEnded = 100;
    private readonly DetectionParts _parts;

    internal AlertDesk(DetectionParts parts) => _parts = parts;

    /// <exception cref="IncidentToolsException">AlertInvalid, AlertTooLarge, ServiceNotFound.</exception>
    public async Task<IReadOnlyList<IncidentAlert>> ReceiveAsync(AlertRequest request, CancellationToken cancellation)
    {
        var alerts = AlertReader.Read(request.Body, request.Format);
        var workspace = _parts.Workspace();
        if (request.Service is { } named && !workspace.Services.ContainsKey(named)) throw Errors.ServiceNotFound(named, Foundation.Nearest.Hint(named, workspace.Services.Keys));
        var map = new ServiceMap(workspace.Services.Values, workspace.Policy.Detection.ServiceLabels);
        var books = _parts.Library().All().Select(file => file.Book).OfType<RunbookDefinition>().ToArray();
        var groups = alerts.Select(alert => (alert, service: map.Of(alert.Labels) ?? request.Service)).GroupBy(item => $"{Prefix}{item.alert.Format}/{AlertReader.Digest($"{item.alert.Group}\n{item.service}")}", StringComparer.Ordinal).Select(group => new AlertGroup(group.Key, group.First().service, [.. group.Select(item => item.alert)])).ToArray();
        for (var round = 0; round < MaxRounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var state = DetectionState.Read(_parts, request.WhatIf);
            var now = UtcStamp.Truncate(_parts.Time.GetUtcNow());
            var taken = groups.Select(group => AlertIntake.Take(group, state.Faults.GetValueOrDefault(group.Fault), workspace, books, now)).ToArray();
            var steps = new FaultDesk(state.Faults, state.Incident, workspace.Policy, now).Decide([.. taken.Select(item => item.Cause).OfType<Cause>()], taken.Where(item => item.Over).ToDictionary(item => item.Group.Fault, _ => true, StringComparer.Ordinal));
            if (!request.WhatIf)
            {
                steps = new FaultWriter(_parts, request.Pages).Write(steps);
                // what is over is remembered also where the incident has nothing to be told
                if (!state.Record([], [], [.. steps.Select(step => AlertIntake.Keep(step.Row, taken, MostEnded))])) continue;
                foreach (var incident in steps.Select(step => step.Row.Incident).Distinct()) await _parts.Deliver(incident, cancellation).ConfigureAwait(false);
            }
            return [.. taken.SelectMany(item => AlertIntake.Views(item, steps.FirstOrDefault(step => step.Row.Fault == item.Group.Fault), steps, state.Faults.GetValueOrDefault(item.Group.Fault)))];
        }
        throw Errors.TooMuchContention(DetectionRecorded.Stream);
    }
}

/// <summary>Alerts that are one fault: of one group, about one service.</summary>
internal sealed record AlertGroup(string Fault, string? Service, IReadOnlyList<Alert> Alerts);
