namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>Leases in the store. The wall clock decides only who may try; what protects is the epoch, checked by every fenced append.</summary>
internal sealed class SqliteLeases(SqliteStore store, TimeProvider time) : ILeaseStore
{
    public Lease? Acquire(string name, string owner, TimeSpan term, out Lease? holder)
    {
        Lease? other = null;
        var taken = store.Write(database =>
        {
            var now = time.GetUtcNow();
            var stored = Row(database, name);
            var live = stored?.Owner is not null && stored.Expires > now;
            if (live && stored!.Owner != owner)
            {
                other = Read(database, name);
                return null;
            }
            var lease = new Lease(name, owner, live ? stored!.Epoch : (stored?.Epoch ?? 0) + 1, UtcStamp.Truncate(now + term));
            database.Execute("INSERT INTO leases (name, owner, epoch, expires) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, epoch = excluded.epoch, expires = excluded.expires",
                name, owner, lease.Epoch, UtcStamp.Format(lease.Expires));
            return lease;
        });
        holder = taken ?? other;
        return taken;
    }

    public bool Renew(Lease lease, TimeSpan term, out Lease renewed)
    {
        var longer = lease with { Expires = UtcStamp.Truncate(time.GetUtcNow() + term) };
        renewed = longer;
        return store.Write(database => database.Execute("UPDATE leases SET expires = ?4 WHERE name = ?1 AND owner = ?2 AND epoch = ?3",
            lease.Name, lease.Owner, lease.Epoch, UtcStamp.Format(longer.Expires))) == 1;
    }

    public void Release(Lease lease) => store.Write(database =>
        database.Execute("UPDATE leases SET owner = NULL WHERE name = ?1 AND owner = ?2 AND epoch = ?3", lease.Name, lease.Owner, lease.Epoch));

    public Lease? Find(string name) => store.Look(database => Read(database, name));

    /// <summary>Who holds it, expired or not; null when it is free.</summary>
    public static Lease? Read(SqliteDatabase database, string name) =>
        Row(database, name) is { Owner: { } owner } row ? new Lease(name, owner, row.Epoch, row.Expires) : null;

    private static Held? Row(SqliteDatabase database, string name) => database.Rows(
        "SELECT owner, epoch, expires FROM leases WHERE name = ?1",
        row => new Held(row.IsNull(0) ? null : row.GetString(0), row.GetInt64(1), UtcStamp.Parse(row.GetString(2))), name).FirstOrDefault();

    private sealed record Held(string? Owner, long Epoch, DateTimeOffset Expires);
}
