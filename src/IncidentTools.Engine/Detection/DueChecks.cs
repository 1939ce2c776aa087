using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Detection;

/// <summary>
/// Which checks are asked in this tick. Those with <c>every</c> are claimed for that long by a lease, so that several machines ask once between them
/// and an unchanged tick writes nothing into the journal; one with something wrong about it is asked at every tick.
/// </summary>
internal sealed class DueChecks(DetectionParts parts, bool onlyLook)
{
    private static readonly TimeSpan MostSlack = TimeSpan.FromSeconds(30);

    public IReadOnlyList<ServiceCheck> Of(IReadOnlyList<ServiceCheck> checks, IReadOnlyDictionary<string, CheckRow> rows)
    {
        var me = Uuid7.New(parts.Time.GetUtcNow());
        return [.. checks.Where(check => check.Every is not { } every || rows.ContainsKey(check.Key) || IsDue("detection/" + check.Key, every, me))];
    }

    private bool IsDue(string name, TimeSpan every, string me)
    {
        if (onlyLook) return !parts.StoreIsThere() || parts.Journal.Store.Leases.Find(name) is not { } held || held.Expires <= parts.Time.GetUtcNow();
        // a little less, so that a tick that comes a moment early is not one tick late
        return parts.Journal.Store.Leases.Acquire(name, me, every - (every / 10 < MostSlack ? every / 10 : MostSlack), out _) is not null;
    }
}
