using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Incidents;

/// <summary>One row an incident. A note, the most frequent of its entries, says nothing about it.</summary>
public sealed class IncidentProjection() : Projection<IncidentRow>("incident", 3, IncidentJson.Default, [.. IncidentEntries.All.Select(type => type.Name).Where(name => name != "note.added")])
{
    public static IncidentProjection Instance { get; } = new();

    public override IReadOnlyList<ProjectionColumn> Columns { get; } = [new("number", ColumnKind.Integer), new("state"), new("severity"), new("service"), new("declared")];

    public override IEnumerable<string> Keys(Entry entry) => entry.Stream.StartsWith('$') ? [] : [entry.Stream];

    public override IncidentRow? Apply(string key, IncidentRow? row, Entry entry) => (row, entry.Data) switch
    {
        (null, IncidentDeclared data) => Declared(key, entry, data),
        (null, _) => null,
        (_, SeverityChanged data) => row with
        {
            Severity = data.Severity,
            Highest = string.CompareOrdinal(data.Severity.Level, row.Highest) < 0 ? data.Severity.Level : row.Highest,
            WorseAt = string.CompareOrdinal(data.Severity.Level, row.Severity.Level) < 0 ? entry.OccurredAt : row.WorseAt,
        },
        (_, IncidentChanged data) => row with
        {
            Title = data.Title ?? row.Title, Class = data.Class ?? row.Class, Services = data.Services ?? row.Services, Parent = data.Parent ?? row.Parent,
            OnsetAt = data.OnsetAt ?? row.OnsetAt, MitigatedAt = data.MitigatedAt ?? row.MitigatedAt,
        },
        (_, IncidentAcknowledged) => row with { State = IncidentStates.Acknowledged, AcknowledgedAt = row.AcknowledgedAt ?? entry.OccurredAt, AcknowledgedBy = entry.Actor.Id },
        (_, IncidentResolved data) => row with { State = IncidentStates.Resolved, ResolvedAt = entry.OccurredAt, Resolution = data.As, MitigatedAt = row.MitigatedAt ?? entry.OccurredAt, Parent = data.DuplicateOf ?? row.Parent },
        (_, IncidentReopened) => row with { State = row.AcknowledgedAt is null ? IncidentStates.Open : IncidentStates.Acknowledged, ResolvedAt = null, Resolution = null, ClosedAt = null, MitigatedAt = null, Reopened = row.Reopened + 1, WorseAt = entry.OccurredAt, ReviewedAt = null },
        (_, IncidentClosed) => row with { State = IncidentStates.Closed, ClosedAt = entry.OccurredAt },
        // a clock that is started again counts anew
        (_, ClockStarted data) => row with { Clocks = [.. row.Clocks.Where(clock => clock.Name != data.Name), new OwnClock(data.Name, data.Title, data.From, data.Due, data.Warn, null) { Law = data.Law ?? "", Recipient = data.Recipient ?? "" }] },
        (_, ClockWatched data) => row.Clocks.Any(clock => clock.Name == data.Name) ? row : row with { Clocks = [.. row.Clocks, new OwnClock(data.Name, data.Title, null, null, [], null) { Law = data.Law, Recipient = data.Recipient }] },
        (_, ClockWaived data) => row with { Clocks = [.. row.Clocks.Select(clock => clock.Name == data.Name ? clock with { WaivedAt = clock.WaivedAt ?? entry.OccurredAt } : clock)] },
        (_, ClockMet data) => row with { Clocks = [.. row.Clocks.Select(clock => clock.Name == data.Name ? clock with { MetAt = clock.MetAt ?? entry.OccurredAt } : clock)] },
        (_, ReviewRecorded) => row with { ReviewedAt = entry.OccurredAt },
        (_, RoleAssigned data) => row with { Roles = With(row.Roles, data.Role, data.Contact) },
        (_, UpdatePosted data) => row with { LastUpdateAt = entry.OccurredAt, ClientNoticeAt = row.ClientNoticeAt ?? (data.ClientNotice ? entry.OccurredAt : null) },
        _ => row,
    };

    protected override object?[] Values(IncidentRow row) => [(long)row.Number, row.State, row.Severity.Level, row.Services.Count == 0 ? null : row.Services[0], UtcStamp.Format(row.DeclaredAt)];

    private static IncidentRow Declared(string key, Entry entry, IncidentDeclared data) => new()
    {
        Id = key, Title = data.Title, State = IncidentStates.Open, Severity = data.Severity, Highest = data.Severity.Level, WorseAt = entry.OccurredAt, Class = data.Class, Services = data.Services,
        Runbook = data.Runbook, Roles = new Dictionary<string, string>(), Reporter = entry.Actor.Id, OnsetAt = data.OnsetAt, DeclaredAt = entry.OccurredAt,
    };

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> roles, string role, string? contact)
    {
        var changed = new Dictionary<string, string>(roles, StringComparer.Ordinal);
        if (contact is null) changed.Remove(role);
        else changed[role] = contact;
        return changed;
    }
}
