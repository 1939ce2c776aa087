using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection.Alerts;

/// <summary>What the alerts of a group come to, on what was known of them.</summary>
/// <param name="Cause">Null when nothing of it is firing.</param>
/// <param name="Over">Whether the last of them was resolved by this body.</param>
/// <param name="Ignored">Alerts that change nothing, and why.</param>
internal sealed record AlertIntake(AlertGroup Group, Cause? Cause, bool Over, IReadOnlyDictionary<Alert, string> Ignored, IReadOnlyList<FaultSymptom> Symptoms)
{
    public static AlertIntake Take(AlertGroup group, FaultRow? row, LoadedWorkspace workspace, IReadOnlyList<RunbookDefinition> books, DateTimeOffset now)
    {
        var symptoms = (row?.Symptoms ?? []).ToDictionary(symptom => symptom.Key, StringComparer.Ordinal);
        var ignored = new Dictionary<Alert, string>(ReferenceEqualityComparer.Instance);
        foreach (var alert in group.Alerts)
        {
            var key = AlertDesk.Prefix + alert.Key;
            var known = symptoms.GetValueOrDefault(key);
            var older = known?.StartedAt is { } then && alert.StartsAt is { } starts && (starts < then || (starts == then && alert.Firing && !known.Active));
            if (older) ignored[alert] = "an older message that came late";
            else if (!alert.Firing && known is null) ignored[alert] = "nothing is known of it";
            else if (known is not null && known.Active == alert.Firing && (known.StartedAt == alert.StartsAt || alert.StartsAt is null)) ignored[alert] = "known already";
            if (!older && (alert.Firing || known is not null)) symptoms[key] = new FaultSymptom(key, null, alert.Firing, alert.StartsAt ?? known?.StartedAt);
        }
        var active = symptoms.Values.Where(symptom => symptom.Active).ToArray();
        var over = active.Length == 0 && row is { Active: true };
        return new AlertIntake(group, active.Length == 0 ? null : CauseOf(group, row, active, [.. symptoms.Values.Where(symptom => !symptom.Active)], workspace, books, now), over, ignored, [.. symptoms.Values]);
    }

    private static Cause CauseOf(AlertGroup group, FaultRow? row, FaultSymptom[] active, IReadOnlyList<FaultSymptom> ended, LoadedWorkspace workspace, IReadOnlyList<RunbookDefinition> books, DateTimeOffset now)
    {
        var firing = group.Alerts.Where(alert => alert.Firing).ToArray();
        var service = group.Service is { } id ? workspace.Services.GetValueOrDefault(id) : null;
        var grades = firing.Select(alert => (alert, grade: workspace.Policy.Detection.GradeOf(alert.Severity))).OrderBy(item => item.grade.Impact + item.grade.Urgency).ToArray();
        var worst = grades.FirstOrDefault();
        // a body that only says what is over grades nothing
        var (impact, urgency) = worst.alert is null ? (3, 3) : (worst.grade.Impact, worst.grade.Urgency);
        var first = worst.alert ?? group.Alerts[0];
        var maintenance = service is null ? null : MaintenanceCalendar.Of(service, workspace.Policy, now);
        var runbook = new RunbookSuggestion(books).Of(null, $"{first.Title} {first.Labels.GetValueOrDefault("alertname")} {first.Text}", null, service?.Runbooks ?? []);
        return new Cause(group.Fault, service is null ? first.Title : $"{service.Name}: {first.Title}", service is null ? [] : [service.Id],
            [.. active.Select(symptom => new CauseSymptom(symptom.Key, Words(symptom, firing), null, symptom.StartedAt))], impact, urgency)
        {
            Conditions = worst.alert is null ? [] : worst.grade.Conditions, Runbook = runbook, Ended = ended, Held = maintenance is null ? null : $"{service!.Id} is in maintenance: {maintenance}", IsSuppressed = maintenance is not null, OnsetAt = firing.Select(alert => alert.StartsAt).Min(),
            Reasons = worst.alert is null ? [] :
            [
                $"Impact {impact}, urgency {urgency}: the alert says '{Alert.Clean(worst.alert.Severity ?? "nothing of its severity", 40)}', which the policy grades so.",
                service is null ? "No label names a service of the catalogue." : $"Service {service.Id}.", .. runbook is null ? Array.Empty<string>() : [$"Runbook {runbook}: the best fit of the alert's words."],
                .. Told(worst.alert), row is null ? $"Received from {worst.alert.Format}." : $"Received again from {worst.alert.Format}.",
            ],
        };
    }

    private static IEnumerable<string> Told(Alert alert)
    {
        if (alert.Text is { Length: > 0 } text) yield return $"Description: {text}";
        if (alert.Labels.Count > 0) yield return $"Labels: {string.Join(", ", alert.Labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}";
        if (alert.Link is { } link) yield return $"Link: {link}";
    }

    private static string Words(FaultSymptom symptom, Alert[] firing) => firing.FirstOrDefault(alert => AlertDesk.Prefix + alert.Key == symptom.Key)?.Title ?? symptom.Key;

    /// <summary>The row with all that is known of its alerts, the oldest that are over forgotten.</summary>
    public static FaultRow Keep(FaultRow row, IReadOnlyList<AlertIntake> taken, int most) => taken.FirstOrDefault(item => item.Group.Fault == row.Fault) is { } mine
        ? row with { Symptoms = [.. mine.Symptoms.Where(symptom => symptom.Active), .. mine.Symptoms.Where(symptom => !symptom.Active).OrderByDescending(symptom => symptom.StartedAt).Take(most)] } : row;

    public static IEnumerable<IncidentAlert> Views(AlertIntake taken, FaultStep? step, IReadOnlyList<FaultStep> steps, FaultRow? row)
    {
        var action = step?.Kind switch { FaultStepKind.Open => "Opened", FaultStepKind.Join => "Joined", FaultStepKind.Reopen => "Reopened", FaultStepKind.Recover or FaultStepKind.Quiet => "Recovered", null => null, _ => "Updated" };
        var incident = step is null ? row?.Incident : step.Row.Incident.Length > 0 ? step.Row.Incident : steps.FirstOrDefault(other => other.Row.Fault == step.With)?.Row.Incident;
        foreach (var alert in taken.Group.Alerts)
        {
            var ignored = taken.Ignored.GetValueOrDefault(alert);
            var suppressed = ignored is null && step is null && taken.Cause is { IsSuppressed: true };
            yield return new IncidentAlert
            {
                Key = alert.Key, Status = alert.Firing ? "Firing" : "Resolved", Service = taken.Group.Service, Severity = alert.Severity, Title = alert.Title, Fault = taken.Group.Fault, Incident = incident is { Length: > 0 } ? incident : null, Runbook = step?.Cause?.Runbook,
                Action = ignored is not null ? "Ignored" : suppressed ? "Suppressed" : action ?? "Ignored", Message = ignored ?? (suppressed ? taken.Cause!.Held! : step is null ? "its incident has nothing to be told" : ""),
            };
        }
    }
}
