namespace IncidentTools.Engine.Probes.Changes;

/// <summary>Something that was changed: when, where it is on record, what, by whom.</summary>
internal sealed record Change(DateTimeOffset At, string Source, string What, string? By = null);

/// <summary>When changes count.</summary>
internal sealed record ChangeSpan(DateTimeOffset From, DateTimeOffset To)
{
    public bool Holds(DateTimeOffset time) => time >= From && time <= To;
}
