using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <param name="Services">Only these; empty = all.</param>
/// <param name="WhatIf">Look and decide, write nothing.</param>
public sealed record DetectionRequest(IReadOnlyList<string> Services, int Concurrency, bool WhatIf, bool Pages);

/// <summary>
/// One tick: looks at everything at once, then decides on what is stored and does it. Ticks may overlap, on one machine or several: what is recorded
/// is recorded on the head it was decided on, else it is decided again; what is done in incidents is keyed and done once.
/// </summary>
internal sealed class DetectionTick(DetectionParts parts, DetectionRequest request)
{
    // each round means that another tick got in between
    private const int MaxRounds = 50;
    private static readonly TimeSpan Stale = TimeSpan.FromMinutes(15);

    public async Task<IncidentDetection> RunAsync(Action<IncidentServiceCheck>? done, CancellationToken cancellation)
    {
        var started = parts.Time.GetTimestamp();
        var workspace = parts.Workspace();
        foreach (var id in request.Services)
            if (!workspace.Services.ContainsKey(id)) throw Errors.ServiceNotFound(id, Foundation.Nearest.Hint(id, workspace.Services.Keys));
        var list = parts.CheckList(workspace);
        var checks = list.Of(workspace.Services.Values).ToDictionary(check => check.Key, StringComparer.Ordinal);
        var asked = new DueChecks(parts, request.WhatIf).Of([.. checks.Values.Where(check => request.Services.Count == 0 || check.Services.Any(request.Services.Contains))], DetectionState.Read(parts, request.WhatIf).Checks);
        list.RequireTrust(asked);
        var outcomes = await parts.Runner(workspace).RunAsync(asked, request.Concurrency, done is null ? null : outcome => done(ServiceTests.View(outcome.Check.Services[0], outcome)), cancellation).ConfigureAwait(false);
        var decision = Settle(workspace, checks, outcomes, cancellation);
        if (!request.WhatIf)
            foreach (var incident in decision.Steps.Select(step => step.Row.Incident).Union(decision.Open)) await parts.Deliver(incident, cancellation).ConfigureAwait(false);
        return DetectionResult.Of(outcomes, decision) with { Took = parts.Time.GetElapsedTime(started), At = UtcStamp.Truncate(parts.Time.GetUtcNow()), WhatIf = request.WhatIf };
    }

    private DetectionDecision Settle(LoadedWorkspace workspace, Dictionary<string, ServiceCheck> checks, IReadOnlyList<CheckOutcome> outcomes, CancellationToken cancellation)
    {
        var suggestion = new RunbookSuggestion([.. parts.Library().All().Select(file => file.Book).OfType<RunbookDefinition>()]);
        var byKey = outcomes.ToDictionary(outcome => outcome.Check.Key, StringComparer.Ordinal);
        for (var round = 0; round < MaxRounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var state = DetectionState.Read(parts, request.WhatIf);
            var now = UtcStamp.Truncate(parts.Time.GetUtcNow());
            var maintenance = workspace.Services.Values.Select(service => (service.Id, Reason: MaintenanceCalendar.Of(service, workspace.Policy, now))).Where(item => item.Reason is not null).ToDictionary(item => item.Id, item => item.Reason!, StringComparer.Ordinal);
            var (changed, well, suppressed) = Advance(state.Checks, checks, outcomes, maintenance, workspace.Policy, now);
            var causes = new CauseFinder(new Findings(checks, state.Checks, byKey, workspace.Services, maintenance), suggestion.Of).Find();
            var over = state.Faults.Values.Where(row => row.Active && !row.Fault.StartsWith("alert/", StringComparison.Ordinal) && causes.All(cause => cause.Fault != row.Fault) && !(row.Services.Count > 0 && row.Services.All(maintenance.ContainsKey)))
                .ToDictionary(row => row.Fault, row => row.Symptoms.Any(symptom => checks.ContainsKey(symptom.Key)), StringComparer.Ordinal);
            var steps = new FaultDesk(state.Faults, state.Incident, workspace.Policy, now).Decide(causes, over);
            suppressed += causes.Count(cause => cause.IsSuppressed && state.Faults.GetValueOrDefault(cause.Fault) is not { Active: true });
            var decision = new DetectionDecision(steps, suppressed, causes, [.. state.Faults.Values.Where(row => row.Active).Select(row => row.Incident)]);
            if (request.WhatIf) return decision;
            decision = decision with { Steps = new FaultWriter(parts, request.Pages).Write(steps) };
            if (state.Record(changed, well, [.. decision.Steps.Select(step => step.Row)])) return decision;
        }
        throw Errors.TooMuchContention(DetectionRecorded.Stream);
    }

    /// <summary>Takes the outcomes into the rows; what changed, what is simply well again, and how much is left aside because of maintenance.</summary>
    private static (List<CheckRow> Changed, List<string> Well, int Suppressed) Advance(
        Dictionary<string, CheckRow> rows, Dictionary<string, ServiceCheck> checks, IReadOnlyList<CheckOutcome> outcomes, Dictionary<string, string> maintenance, Policy policy, DateTimeOffset now)
    {
        var (changed, well, suppressed) = (new List<CheckRow>(), new List<string>(), 0);
        foreach (var (check, result, _) in outcomes)
        {
            if (check.Services.All(maintenance.ContainsKey))
            {
                if (result.Status is ProbeStatus.Fail or ProbeStatus.Error) suppressed++;
                continue;
            }
            var before = rows.GetValueOrDefault(check.Key);
            var after = CheckCourse.Next(check.Key, before, result.Status, result.Error, now, policy.Detection.BlindAfter, Stale + (check.Every ?? TimeSpan.Zero));
            if (ReferenceEquals(before, after)) continue;
            if (after is null) well.Add(check.Key);
            else changed.Add(after);
            if (after is null) rows.Remove(check.Key);
            else rows[check.Key] = after;
        }
        // nobody looks at these any more
        foreach (var gone in rows.Keys.Where(key => !checks.ContainsKey(key)).ToArray())
        {
            rows.Remove(gone);
            well.Add(gone);
        }
        return (changed, well, suppressed);
    }
}
