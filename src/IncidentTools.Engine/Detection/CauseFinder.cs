using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>What a tick knows when it looks for causes.</summary>
/// <param name="Checks">Everything that is looked at, by key.</param>
/// <param name="Rows">Where the checks stand after this tick.</param>
/// <param name="Now">What came of those that were asked in this tick.</param>
/// <param name="Maintenance">Service → why it may be down.</param>
internal sealed record Findings(
    IReadOnlyDictionary<string, ServiceCheck> Checks, IReadOnlyDictionary<string, CheckRow> Rows, IReadOnlyDictionary<string, CheckOutcome> Now, IReadOnlyDictionary<string, ServiceDefinition> Services, IReadOnlyDictionary<string, string> Maintenance)
{
    public bool IsFailing(ServiceCheck check) => Rows.TryGetValue(check.Key, out var row) && row.IsFailing;
    public bool IsSuspect(ServiceCheck check) => Rows.TryGetValue(check.Key, out var row) && row.IsSuspect;
    public bool FailsNow(ServiceCheck check) => Now.TryGetValue(check.Key, out var outcome) && outcome.Result.Status == Probes.ProbeStatus.Fail;
}

/// <summary>
/// From failing checks to causes: symptoms of one fault of a service together; a service whose dependency is down counts as that dependency's
/// victim, over any number of services in between; checks that could not be made are one finding of their own. Pure.
/// </summary>
internal sealed class CauseFinder(Findings found, Func<CauseSymptom, ServiceCheck, ServiceDefinition, string?> suggest)
{
    public const string Blind = "monitoring/blind";
    private readonly ILookup<string, ServiceCheck> _own = found.Checks.Values.Where(check => check.Dependency is null).ToLookup(check => check.Services[0], StringComparer.Ordinal);
    private readonly ILookup<string, ServiceCheck> _needed = found.Checks.Values.Where(check => check.Dependency is not null).SelectMany(check => check.Services.Select(service => (service, check))).ToLookup(pair => pair.service, pair => pair.check, StringComparer.Ordinal);

    public IReadOnlyList<Cause> Find()
    {
        var causes = new List<Cause>();
        // fault → the services that it takes with it
        var victims = new Dictionary<string, List<ServiceDefinition>>(StringComparer.Ordinal);
        foreach (var service in found.Services.Values.OrderBy(service => service.Id, StringComparer.Ordinal))
        {
            if (found.Maintenance.ContainsKey(service.Id)) continue;
            foreach (var fault in _own[service.Id].Where(found.IsFailing).GroupBy(check => check.Fault, StringComparer.Ordinal))
            {
                var cause = Of(service, fault.Key, [.. fault]);
                if (fault.Key != ServiceCheck.Availability) causes.Add(cause);
                else if (Root(service.Id, []) is not { } root) causes.Add(cause with { MayBeStorm = true, Held = Suspected(service), IsSuppressed = false });
                else if (root.Suppressed is { } reason) causes.Add(cause with { Held = reason, IsSuppressed = true });
                else
                {
                    causes.Add(cause with { Held = $"{root.Fault} takes it down" });
                    if (!victims.TryGetValue(root.Fault, out var taken)) victims[root.Fault] = taken = [];
                    taken.Add(service);
                }
            }
        }
        causes.AddRange(found.Checks.Values.Where(check => check.Dependency is not null && found.IsFailing(check)).Select(check => Needed(check, victims.GetValueOrDefault(check.Key) ?? [])));
        for (var index = 0; index < causes.Count; index++)
            if (victims.TryGetValue(causes[index].Fault, out var taken)) causes[index] = With(causes[index], taken);
        if (BlindCause() is { } blind) causes.Add(blind);
        return causes;
    }

    private readonly record struct RootCause(string Fault, string? Suppressed);

    /// <summary>The thing at the bottom that takes a service down: something it needs, or a service it needs, or what that needs.</summary>
    private RootCause? Root(string service, HashSet<string> seen)
    {
        if (!seen.Add(service) || !found.Services.TryGetValue(service, out var definition)) return null;
        if (_needed[service].FirstOrDefault(found.IsFailing) is { } needed) return new RootCause(needed.Key, null);
        foreach (var other in CatalogueChecks.Needs(definition))
        {
            var checks = _own[other].Where(check => check.IsAvailability).ToArray();
            if (found.Maintenance.TryGetValue(other, out var reason) && checks.Any(found.FailsNow)) return new RootCause(FaultOf(other), $"{other}, which it needs, is in maintenance: {reason}");
            if (Root(other, seen) is { } deeper) return deeper;
            if (checks.Any(found.IsFailing)) return new RootCause(FaultOf(other), null);
        }
        return null;
    }

    /// <summary>Something it needs failed once and is not confirmed yet: the next tick knows whose fault it is.</summary>
    private string? Suspected(ServiceDefinition service) =>
        _needed[service.Id].Concat(CatalogueChecks.Needs(service).SelectMany(other => _own[other].Where(check => check.IsAvailability))).FirstOrDefault(found.IsSuspect) is { } suspect
            ? $"{suspect.Dependency ?? suspect.Services[0]} is suspected and not confirmed yet" : null;

    private Cause Of(ServiceDefinition service, string fault, IReadOnlyList<ServiceCheck> checks)
    {
        var symptoms = checks.Select(Symptom).ToArray();
        var grade = Grades.Of(service, checks);
        var first = checks.FirstOrDefault(check => check.Runbook is not null) ?? checks[0];
        var runbook = suggest(symptoms[0], first, service);
        var onset = checks.Select(check => found.Rows[check.Key].Since).Min();
        return new Cause($"service/{service.Id}/{fault}", $"{service.Name}: {checks[0].Title ?? symptoms[0].Text}", [service.Id], symptoms, grade.Impact, grade.Urgency)
        {
            Class = checks[0].Class, Conditions = [.. checks.SelectMany(check => check.Conditions).Distinct()], Runbook = runbook, OnsetAt = onset,
            Reasons = [.. grade.Reasons, .. runbook is null ? Array.Empty<string>() : [$"Runbook {runbook}: {(first.Runbook == runbook ? $"named by {first.Id}" : service.Runbooks.Contains(runbook) ? "the best fit of those that the service names" : "fits what was found")}."]],
        };
    }

    /// <summary>Something that services need and that is none of the catalogue's services.</summary>
    private Cause Needed(ServiceCheck check, IReadOnlyList<ServiceDefinition> victims)
    {
        var all = check.Services.Select(id => found.Services[id]).ToArray();
        var symptom = Symptom(check);
        var grade = Grades.OfNeeded(victims);
        // in maintenance are all that need it: then nobody misses it
        var reason = all.All(service => found.Maintenance.ContainsKey(service.Id)) ? found.Maintenance[all[0].Id] : null;
        var first = (victims.Count > 0 ? victims : all).OrderByDescending(service => service.Critical).First();
        var runbook = suggest(symptom, check, first);
        return new Cause(check.Key, $"{check.Dependency} is down: {symptom.Text}", [.. all.OrderByDescending(service => service.Critical).ThenBy(service => service.Id, StringComparer.Ordinal).Select(service => service.Id)], [symptom], grade.Impact, grade.Urgency)
        {
            Class = check.Class, Runbook = runbook, Held = reason, IsSuppressed = reason is not null, OnsetAt = found.Rows[check.Key].Since,
            Reasons = [.. grade.Reasons, $"Needed by {string.Join(", ", all.Select(service => service.Id))}.", .. runbook is null ? Array.Empty<string>() : [$"Runbook {runbook}: {first.Id} is looked after with it."]],
        };
    }

    /// <summary>A cause with the services that it takes down: theirs are its symptoms too.</summary>
    private Cause With(Cause cause, IReadOnlyList<ServiceDefinition> taken)
    {
        var theirs = taken.SelectMany(service => _own[service.Id].Where(check => check.IsAvailability && found.IsFailing(check)).Select(check => (service, symptom: Symptom(check)))).Where(pair => cause.Symptoms.All(known => known.Key != pair.symptom.Key)).ToArray();
        var grade = Grades.OfNeeded(taken);
        var worse = grade.Impact + grade.Urgency < cause.Impact + cause.Urgency;
        return cause with
        {
            Services = [.. cause.Services.Union(taken.Select(service => service.Id))], Symptoms = [.. cause.Symptoms, .. theirs.Select(pair => pair.symptom with { Text = $"{pair.service.Id}: {pair.symptom.Text}" })],
            Impact = worse ? grade.Impact : cause.Impact, Urgency = worse ? grade.Urgency : cause.Urgency, Reasons = [.. worse ? grade.Reasons : cause.Reasons.Take(1), .. cause.Reasons.Skip(1), $"Fail because of it: {string.Join(", ", taken.Select(service => service.Id))}."],
        };
    }

    private Cause? BlindCause()
    {
        var blind = found.Checks.Values.Where(check => found.Rows.TryGetValue(check.Key, out var row) && row.State == CheckRow.Blind && check.Services.Any(service => !found.Maintenance.ContainsKey(service))).OrderBy(check => check.Key, StringComparer.Ordinal).ToArray();
        if (blind.Length == 0) return null;
        var services = blind.SelectMany(check => check.Services).Distinct().Order(StringComparer.Ordinal).ToArray();
        return new Cause(Blind, $"Monitoring is blind: {blind.Length} check{(blind.Length == 1 ? "" : "s")} of {string.Join(", ", services.Take(5))}{(services.Length > 5 ? " …" : "")} could not be made", services, [.. blind.Select(Symptom)], 3, 2)
        {
            Reasons = ["Impact 3: nobody knows that a service is down.", "Urgency 2: until it is repaired, nobody would see it."],
        };
    }

    private CauseSymptom Symptom(ServiceCheck check)
    {
        var row = found.Rows[check.Key];
        var text = found.Now.TryGetValue(check.Key, out var outcome) && outcome.Result.Status is Probes.ProbeStatus.Fail or Probes.ProbeStatus.Error ? found.Now[check.Key].Result.Message : $"{check.Id} failed{(row.Word is null ? "" : $" ({row.Word})")}";
        return new CauseSymptom(check.Key, AlertText(row.State == CheckRow.Flapping ? $"comes and goes: {text}" : text), row.Word);
    }

    private static string AlertText(string text) => text.Length <= 400 ? text : text[..400] + "…";

    private static string FaultOf(string service) => $"service/{service}/{ServiceCheck.Availability}";
}
