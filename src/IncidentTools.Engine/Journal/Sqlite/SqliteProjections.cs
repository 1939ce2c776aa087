using System.Globalization;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>Keeps projection tables equal to the fold of the journal: in the append's transaction, or rebuilt when their version changes.</summary>
internal sealed class SqliteProjections(SqliteDatabase database, IReadOnlyList<IProjection> projections, Func<IEnumerable<Entry>> journal, string path)
{
    private readonly Dictionary<string, ProjectionTable> _tables = projections.ToDictionary(item => item.Name, item => new ProjectionTable(item), StringComparer.Ordinal);
    private long _schema = -1;

    public ProjectionTable Table(IProjection projection) => _tables.TryGetValue(projection.Name, out var table) ? table
        : throw new InvalidOperationException($"projection {projection.Name} is not registered with the store");

    /// <summary>Rebuilds what is outdated, once on open and whenever another process changed the schema. Called within a write transaction.</summary>
    /// <exception cref="IncidentToolsException">StoreNewer: a newer program owns the table.</exception>
    public void EnsureCurrent()
    {
        var schema = Convert.ToInt64(database.Scalar("PRAGMA schema_version"), CultureInfo.InvariantCulture);
        if (schema == _schema) return;
        if (SqliteMigrations.Version(database) > SqliteMigrations.Newest) throw Errors.StoreNewer(path, SqliteMigrations.Version(database), SqliteMigrations.Newest);
        var outdated = Outdated();
        foreach (var projection in outdated) Create(projection);
        if (outdated.Count > 0) Fold(outdated);
        _schema = Convert.ToInt64(database.Scalar("PRAGMA schema_version"), CultureInfo.InvariantCulture);
    }

    /// <summary>Registered projections whose table is missing or older.</summary>
    public List<IProjection> Outdated()
    {
        var stored = database.Rows("SELECT name, version FROM projections", row => new Stored(row.GetString(0), row.GetInt64(1)));
        var outdated = new List<IProjection>();
        foreach (var projection in projections)
        {
            var version = stored.Find(row => row.Name == projection.Name)?.Version;
            if (version > projection.Version) throw Errors.StoreNewer($"{path} (table {projection.Name})", (int)version, projection.Version);
            if (version is null || version < projection.Version) outdated.Add(projection);
        }
        return outdated;
    }

    private sealed record Stored(string Name, long Version);

    public void Apply(Entry entry) => Apply(projections, entry);

    /// <summary>The tables whose stored rows are not what the journal says, each with the first key that differs.</summary>
    public IEnumerable<(string Projection, string Key)> Differences()
    {
        var rows = projections.ToDictionary(item => item.Name, _ => new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var entry in journal())
            foreach (var projection in projections.Where(item => item.Handles.Contains(entry.Type)))
                ApplyTo(rows[projection.Name], projection, entry);
        foreach (var projection in projections)
        {
            var expected = rows[projection.Name];
            var stored = database.Rows($"SELECT key, row FROM {Table(projection).Name}", row => (Key: row.GetString(0), Row: row.GetString(1))).ToDictionary(row => row.Key, row => row.Row, StringComparer.Ordinal);
            foreach (var key in expected.Keys.Union(stored.Keys).Order(StringComparer.Ordinal))
                if (expected.GetValueOrDefault(key) != stored.GetValueOrDefault(key)) { yield return (projection.Name, key); break; }
        }
    }

    private static void ApplyTo(Dictionary<string, string> rows, IProjection projection, Entry entry)
    {
        foreach (var key in projection.Keys(entry).Distinct(StringComparer.Ordinal))
        {
            var before = rows.TryGetValue(key, out var json) ? projection.Deserialize(json) : null;
            var after = projection.ApplyEntry(key, before, entry);
            if (after is null) rows.Remove(key);
            else rows[key] = projection.Serialize(after);
        }
    }

    private void Create(IProjection projection)
    {
        foreach (var statement in Table(projection).Recreate()) database.Execute(statement);
        database.Execute("INSERT INTO projections (name, version) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET version = excluded.version", projection.Name, (long)projection.Version);
    }

    private void Fold(List<IProjection> outdated)
    {
        foreach (var entry in journal()) Apply(outdated, entry);
    }

    private void Apply(IReadOnlyList<IProjection> targets, Entry entry)
    {
        foreach (var projection in targets)
        {
            if (!projection.Handles.Contains(entry.Type)) continue;
            foreach (var key in projection.Keys(entry).Distinct(StringComparer.Ordinal)) Apply(projection, key, entry);
        }
    }

    private void Apply(IProjection projection, string key, Entry entry)
    {
        var table = Table(projection);
        var before = (string?)database.Scalar(table.Select, key) is { } json ? projection.Deserialize(json) : null;
        var after = projection.ApplyEntry(key, before, entry);
        // most entries of a stream leave most rows as they are
        if (ReferenceEquals(before, after)) return;
        if (after is null) database.Execute(table.Delete, key);
        else database.Execute(table.Upsert, [key, projection.Serialize(after), .. projection.ColumnValues(after)]);
    }
}
