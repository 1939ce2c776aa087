namespace IncidentTools.Engine.Incidents;

/// <summary>A deadline of the incident itself, beside those of the policy.</summary>
/// <param name="From">From when it counts; null while it only may come to apply.</param>
public sealed record OwnClock(string Name, string Title, DateTimeOffset? From, DateTimeOffset? Due, IReadOnlyList<TimeSpan> Warn, DateTimeOffset? MetAt)
{
    public string Law { get; init; } = "";
    public string Recipient { get; init; } = "";
    /// <summary>When somebody found that it is not required.</summary>
    public DateTimeOffset? WaivedAt { get; init; }
    public bool IsSettled => MetAt is not null || WaivedAt is not null;
    public bool Runs => From is not null && !IsSettled;
}

/// <summary>An incident's row: what its entries add up to.</summary>
public sealed record IncidentRow
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public required string State { get; init; }
    public required SeverityRecord Severity { get; init; }
    public required string Highest { get; init; }
    /// <summary>When the level last became worse, or the incident was declared or reopened: the stability window counts from here.</summary>
    public required DateTimeOffset WorseAt { get; init; }
    public required string Class { get; init; }
    public required IReadOnlyList<string> Services { get; init; }
    public string? Runbook { get; init; }
    public required IReadOnlyDictionary<string, string> Roles { get; init; }
    public required string Reporter { get; init; }
    public DateTimeOffset? OnsetAt { get; init; }
    public required DateTimeOffset DeclaredAt { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public string? AcknowledgedBy { get; init; }
    public DateTimeOffset? MitigatedAt { get; init; }
    public DateTimeOffset? ResolvedAt { get; init; }
    public string? Resolution { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }
    public string? Parent { get; init; }
    public int Reopened { get; init; }
    public DateTimeOffset? LastUpdateAt { get; init; }
    public DateTimeOffset? ClientNoticeAt { get; init; }
    public DateTimeOffset? ReviewedAt { get; init; }
    /// <summary>Deadlines that runbooks started.</summary>
    public IReadOnlyList<OwnClock> Clocks { get; init; } = [];

    public int Number => int.Parse(Id.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture);
    public bool IsOpen => State is IncidentStates.Open or IncidentStates.Acknowledged;

    public Incident ToIncident() => new()
    {
        Id = Id, Number = Number, Title = Title, State = State, Severity = Severity.Level, HighestSeverity = Highest, Class = Class, Service = Services, Impact = Severity.Impact, Urgency = Severity.Urgency,
        Condition = Severity.Conditions, Runbook = Runbook, Role = Roles, Reporter = Reporter, OnsetAt = OnsetAt, DeclaredAt = DeclaredAt, AcknowledgedAt = AcknowledgedAt, AcknowledgedBy = AcknowledgedBy,
        MitigatedAt = MitigatedAt, ResolvedAt = ResolvedAt, Resolution = Resolution, ClosedAt = ClosedAt, Parent = Parent, Reopened = Reopened, LastUpdateAt = LastUpdateAt, ClientNoticeAt = ClientNoticeAt, ReviewedAt = ReviewedAt,
    };

    /// <summary>What expressions and templates read as <c>$incident</c>.</summary>
    public IReadOnlyDictionary<string, object?> ToPlain() => new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = Id, ["title"] = Title, ["state"] = State, ["severity"] = Severity.Level, ["class"] = Class, ["services"] = Services.ToList<object?>(), ["impact"] = (long)Severity.Impact, ["urgency"] = (long)Severity.Urgency,
        ["reporter"] = Reporter, ["commander"] = Roles.GetValueOrDefault("incident-commander"), ["roles"] = Roles.ToDictionary(pair => pair.Key, pair => (object?)pair.Value), ["onsetAt"] = OnsetAt, ["declaredAt"] = DeclaredAt, ["awareAt"] = DeclaredAt,
        ["acknowledgedAt"] = AcknowledgedAt, ["mitigatedAt"] = MitigatedAt, ["resolvedAt"] = ResolvedAt,
    };
}
