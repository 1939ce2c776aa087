using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

internal enum FaultStepKind { Open, Join, Update, Again, Recover, Reopen, Quiet }

/// <summary>Something to do about a fault, decided and not done yet.</summary>
/// <param name="Row">As it is afterwards; its incident is empty until one is opened.</param>
/// <param name="Text">What is written into the incident; empty = nothing.</param>
internal sealed record FaultStep(FaultStepKind Kind, FaultRow Row, string Text, Cause? Cause = null)
{
    /// <summary>Whether it is worse now than its incident is graded: that is raised, and people are paged again.</summary>
    public bool Raises { get; init; }
    /// <summary>The fault whose incident, opened in the same tick, this one joins.</summary>
    public string? With { get; init; }
    /// <summary>The key of the note: the same step decided twice is written once.</summary>
    public string NoteKey => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Row.Key}/{Row.Revision}");
}

/// <summary>
/// From causes to what is done about them: one incident a fault. What is there already is updated when it changes, what is back goes on in its
/// incident, faults of one service close in time share one unless the new one is worse, and nothing is ever resolved. Pure.
/// </summary>
/// <param name="rows">Faults known, by their key.</param>
/// <param name="find">An incident as it stands; null when there is none of that id.</param>
internal sealed class FaultDesk(IReadOnlyDictionary<string, FaultRow> rows, Func<string, IncidentRow?> find, Policy policy, DateTimeOffset now)
{
    private readonly List<FaultStep> _steps = [];
    private readonly HashSet<string> _handled = new(StringComparer.Ordinal);

    /// <param name="over">Known faults that are over, and whether that was seen: what nobody looks at any more did not recover.</param>
    public IReadOnlyList<FaultStep> Decide(IReadOnlyList<Cause> causes, IReadOnlyDictionary<string, bool> over)
    {
        var graded = causes.Select(cause => (cause, level: Level(cause))).OrderBy(item => item.level, StringComparer.Ordinal).ThenBy(item => item.cause.Fault, StringComparer.Ordinal).ToList();
        foreach (var (cause, level) in graded.Where(item => rows.GetValueOrDefault(item.cause.Fault) is { Active: true })) GoesOn(cause, level, rows[cause.Fault]);
        foreach (var (cause, level) in Storm(graded.Where(item => rows.GetValueOrDefault(item.cause.Fault) is not { Active: true } && item.cause.Held is null).ToList())) Begins(cause, level, rows.GetValueOrDefault(cause.Fault));
        foreach (var (fault, seen) in over.OrderBy(item => item.Key, StringComparer.Ordinal))
            if (rows.GetValueOrDefault(fault) is { Active: true } row && !_handled.Contains(fault)) Ends(row, seen);
        return _steps;
    }

    private string Level(Cause cause) => SeverityCalculator.Decide(policy, cause.Impact, cause.Urgency, [.. cause.Conditions.Where(Known)]).Level;
    private bool Known(string condition) => policy.Floors.Any(floor => floor.Id == condition);

    private void GoesOn(Cause cause, string level, FaultRow row)
    {
        var incident = Follow(row.Incident);
        var (added, gone) = (cause.Symptoms.Where(symptom => !row.Symptoms.Any(known => known.Active && known.Key == symptom.Key)).ToArray(), row.Symptoms.Where(known => known.Active && cause.Symptoms.All(symptom => symptom.Key != known.Key)).ToArray());
        if (incident is null) return;
        if (incident.IsOpen)
        {
            var raises = Worse(level, row.Level) && Worse(level, incident.Severity.Level);
            if (added.Length == 0 && gone.Length == 0 && !raises) return;
            Step(FaultStepKind.Update, After(row, cause, level, incident.Id) with { Revision = row.Revision + 1 }, Lines("Detection: it changed.",
                [.. added.Select(symptom => $"new: {symptom.Text}"), .. gone.Select(symptom => $"no longer: {Name(symptom.Key)}"), .. raises ? [$"Worse than {incident.Severity.Level}: {level} now.", .. cause.Reasons] : Array.Empty<string>()]), cause, raises: raises);
        }
        // resolved, and something new is wrong, or it fails for longer than a check needs to come round
        else if (incident is { Resolution: "Fixed", ResolvedAt: { } at } && (added.Length > 0 || now - at > policy.StabilityWindow) && now - at < policy.ReopenWindow)
            Step(FaultStepKind.Reopen, After(row, cause, level, incident.Id) with { Revision = row.Revision + 1 }, Lines($"Detection: it was resolved {Duration.Format(Whole(now - at))} ago and still fails.", [.. cause.Symptoms.Select(symptom => symptom.Text)]), cause);
        // somebody called it a false alarm, or it is long ago, and something new is wrong
        else if (added.Length > 0) Open(cause, level, row);
    }

    private void Begins(Cause cause, string level, FaultRow? row)
    {
        var incident = row is null ? null : Follow(row.Incident);
        if (row is not null && incident is { IsOpen: true })
            Step(FaultStepKind.Again, After(row, cause, level, incident.Id) with { Revision = row.Revision + 1 }, Lines("Detection: it is back.", [.. cause.Symptoms.Select(symptom => symptom.Text)]), cause);
        else if (row is not null && incident is { Resolution: "Fixed", ResolvedAt: { } at } && now - at < policy.ReopenWindow)
            Step(FaultStepKind.Reopen, After(row, cause, level, incident.Id) with { Revision = row.Revision + 1 }, Lines($"Detection: it is back, {Duration.Format(Whole(now - at))} after it was resolved.", [.. cause.Symptoms.Select(symptom => symptom.Text)]), cause);
        else if (Opening(cause) is { } opening)
            Step(FaultStepKind.Join, New(cause, level, row), Lines("Detection: at the same time.", [cause.Title, .. cause.Symptoms.Select(symptom => symptom.Text)]), cause, opening.Row.Fault);
        else if (Joined(cause, level) is { } joined)
            Step(FaultStepKind.Join, New(cause, level, row) with { Incident = joined.Id }, Lines("Detection: probably part of this.", [cause.Title, .. cause.Symptoms.Select(symptom => symptom.Text), .. cause.Reasons]), cause);
        else Open(cause, level, row);
    }

    private void Open(Cause cause, string level, FaultRow? row) => Step(FaultStepKind.Open, New(cause, level, row), "", cause);

    private void Ends(FaultRow row, bool seen)
    {
        var incident = Follow(row.Incident);
        var after = row with { Active = false, ChangedAt = now, Revision = row.Revision + 1, Symptoms = [.. row.Symptoms.Select(symptom => symptom with { Active = false })] };
        if (incident is not { IsOpen: true })
        {
            Step(FaultStepKind.Quiet, after, "");
            return;
        }
        after = after with { Incident = incident.Id };
        var rest = rows.Values.Where(other => other.Active && other.Fault != row.Fault && Follow(other.Incident)?.Id == incident.Id && _steps.All(step => step.Row.Fault != other.Fault || step.Row.Active)).Select(other => Name(other.Fault)).ToArray();
        Step(FaultStepKind.Recover, after, Lines(seen ? $"Detection: recovered: {Name(row.Fault)}." : $"Detection: {Name(row.Fault)} is looked at no longer; whether it recovered is not known.", rest.Length > 0 ? [$"Still wrong: {string.Join(", ", rest)}"] : [seen ? "Nothing that was found is wrong any more. Watch it, then:" : "When it is well:", $"Resolve-Incident {incident.Id} -Summary '…'"]));
    }

    /// <summary>Services that fail anew in one tick, more of them than can be a coincidence, are one thing.</summary>
    private IEnumerable<(Cause Cause, string Level)> Storm(List<(Cause Cause, string Level)> begins)
    {
        var many = begins.Where(item => item.Cause.MayBeStorm && WouldOpen(item.Cause, item.Level)).ToList();
        if (many.Count <= policy.Detection.Storm) return begins;
        var ids = many.SelectMany(item => item.Cause.Services).Distinct().Order(StringComparer.Ordinal).ToArray();
        var first = many[0].Cause with
        {
            Title = $"{many.Count} services fail at once: {string.Join(", ", ids.Take(8))}{(ids.Length > 8 ? " …" : "")}", Services = [.. many[0].Cause.Services.Union(ids)],
            Reasons = [.. many[0].Cause.Reasons, $"{many.Count} services began to fail in one tick: look for what they share, the network of the machine that looks included."],
        };
        return [(first, many[0].Level), .. begins.Where(item => item != many[0])];
    }

    private bool WouldOpen(Cause cause, string level) => (rows.GetValueOrDefault(cause.Fault) is not { } row || Follow(row.Incident) is not ({ IsOpen: true } or { Resolution: "Fixed" })) && Joined(cause, level) is null;

    /// <summary>What is opened in this very tick and concerns the same service; what is decided earlier is never milder.</summary>
    private FaultStep? Opening(Cause cause) => cause.Fault == CauseFinder.Blind ? null : _steps.FirstOrDefault(step => step.Kind == FaultStepKind.Open && step.Cause!.Fault != CauseFinder.Blind && Shares(step.Cause.Services, cause));

    /// <summary>An open incident that this is part of: it names the same symptom, or concerns the same service, changed a moment ago and is no milder.</summary>
    private IncidentRow? Joined(Cause cause, string level)
    {
        if (cause.Fault == CauseFinder.Blind) return null;
        foreach (var row in rows.Values.Where(row => row.Fault != cause.Fault && row.Fault != CauseFinder.Blind).OrderByDescending(row => row.ChangedAt).ThenBy(row => row.Fault, StringComparer.Ordinal))
        {
            if (Follow(row.Incident) is not { IsOpen: true } incident || Worse(level, incident.Severity.Level)) continue;
            var same = cause.Symptoms.Any(symptom => row.Symptoms.Any(known => known.Key == symptom.Key));
            if (same || (now - row.ChangedAt <= policy.Detection.Correlate && Shares(row.Services, cause))) return incident;
        }
        return null;
    }

    private static bool Shares(IReadOnlyList<string> services, Cause cause) => cause.Services.Count > 0 && (cause.Fault.StartsWith("dependency/", StringComparison.Ordinal) ? cause.Services.Any(services.Contains) : services.Contains(cause.Services[0]));

    /// <summary>The incident itself, or the one it was said to be a duplicate of.</summary>
    private IncidentRow? Follow(string id)
    {
        for (var (hops, at) = (0, id); hops < 10 && at.Length > 0; hops++)
        {
            var row = find(at);
            if (row is not { Resolution: "Duplicate", Parent: { } parent } || parent == at) return row;
            at = parent;
        }
        return null;
    }

    private FaultRow New(Cause cause, string level, FaultRow? row) => new(cause.Fault, (row?.Episode ?? 0) + 1, "", cause.Services, Symptoms(cause), true, level, now, now, 1);
    private FaultRow After(FaultRow row, Cause cause, string level, string incident) => row with { Incident = incident, Services = [.. row.Services.Union(cause.Services)], Symptoms = Symptoms(cause), Active = true, Level = Worse(level, row.Level) ? level : row.Level, ChangedAt = now };
    private static IReadOnlyList<FaultSymptom> Symptoms(Cause cause) => [.. cause.Symptoms.Select(symptom => new FaultSymptom(symptom.Key, symptom.Word, true, symptom.StartedAt)), .. cause.Ended];

    private void Step(FaultStepKind kind, FaultRow row, string text, Cause? cause = null, string? with = null, bool raises = false)
    {
        _handled.Add(row.Fault);
        _steps.Add(new FaultStep(kind, row, text, cause) { With = with, Raises = raises });
    }

    private static bool Worse(string level, string than) => SeverityCalculator.Worse(level, than);
    private static TimeSpan Whole(TimeSpan span) => TimeSpan.FromSeconds(Math.Floor(span.TotalSeconds));
    private static string Name(string key) => key.StartsWith("service/", StringComparison.Ordinal) ? key["service/".Length..] : key;
    private static string Lines(string head, IReadOnlyList<string> lines) => lines.Count == 0 ? head : $"{head}\n{string.Join('\n', lines.Take(20).Select(line => "- " + line))}{(lines.Count > 20 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\n- and {lines.Count - 20} more") : "")}";
}
