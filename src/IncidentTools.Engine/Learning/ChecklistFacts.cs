using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Learning;

/// <summary>Which entry of an incident shows a fact of the checklist; null when none does. Pure.</summary>
internal sealed class ChecklistFacts(IncidentRow row, IReadOnlyList<Entry> entries, IReadOnlyList<IncidentClock> clocks)
{
    public Entry? Proof(string fact) => fact switch
    {
        "declared" or "class" => First<IncidentDeclared>(),
        "severity" => Last(entry => entry.Data is IncidentDeclared or SeverityChanged),
        "onset" => Last(entry => entry.Data is IncidentDeclared { OnsetAt: not null } or IncidentChanged { OnsetAt: not null }),
        "acknowledged" => Last(entry => entry.Data is IncidentAcknowledged),
        "commander" => Holder("incident-commander"),
        "communications" => Holder("communications-lead"),
        "scribe" or "security-lead" or "privacy-officer" => Holder(fact),
        "first-notice" => First<UpdatePosted>(),
        "client-notice" => entries.FirstOrDefault(entry => entry.Data is UpdatePosted { ClientNotice: true }),
        "cadence" => clocks.Any(clock => clock is { Name: "Update", State: "Missed" }) ? null : Last(entry => entry.Data is UpdatePosted),
        "regraded" => Last(entry => entry.Data is SeverityChanged),
        "runbook" => First<RunStarted>(),
        "evidence" => Last(entry => entry.Data is StepFinished { State: "Succeeded", Detail: { } detail } && detail.ContainsKey("manifestSha256")),
        "finding" or "cause" or "decision" => Last(entry => entry.Data is NoteAdded note && note.Kind == fact),
        "changed" => Last(entry => entry.Data is StepFinished { State: "Succeeded" } step && _effects.Value.Contains((step.Run, step.Path))),
        "approved" => Last(entry => entry.Data is WaitAnswered { Answer: "Approve" }),
        "mitigated" => row.MitigatedAt is null ? null : Last(entry => entry.Data is IncidentChanged { MitigatedAt: not null } or IncidentResolved),
        "resolved" => row.ResolvedAt is null ? null : Last(entry => entry.Data is IncidentResolved),
        "review" => row.ReviewedAt is null ? null : Last(entry => entry.Data is ReviewRecorded),
        "closed" => row.ClosedAt is null ? null : Last(entry => entry.Data is IncidentClosed),
        "clocks" => row.Clocks.Count > 0 && row.Clocks.All(clock => clock.IsSettled) ? Last(entry => entry.Data is ClockMet or ClockWaived) : null,
        _ => null,
    };

    /// <summary>Steps of runs that began something with an effect.</summary>
    private readonly Lazy<HashSet<(string, string)>> _effects = new(() => [.. entries.Select(entry => entry.Data).OfType<StepIntended>().Where(step => step.Impact is "low" or "medium" or "high").Select(step => (step.Run, step.Path))]);

    // a role that was given up again is nobody's
    private Entry? Holder(string role) => row.Roles.ContainsKey(role) ? Last(entry => entry.Data is RoleAssigned { Contact: not null } assigned && assigned.Role == role) : null;
    private Entry? First<T>() => entries.FirstOrDefault(entry => entry.Data is T);
    private Entry? Last(Func<Entry, bool> fits) => entries.LastOrDefault(fits);
}
