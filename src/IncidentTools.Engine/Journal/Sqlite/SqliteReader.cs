namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>Reads entries in pages, so that a long read holds neither memory nor a snapshot of the file.</summary>
internal sealed class SqliteReader(SqliteDatabase database, EntryCodec codec)
{
    private const int Page = 256;

    public StreamHead Head(string stream) => database.Rows(
        "SELECT seq, hash FROM entries WHERE stream = ?1 ORDER BY seq DESC LIMIT 1", row => new StreamHead(stream, row.GetInt64(0), row.GetString(1)), stream)
        is [var head] ? head : new StreamHead(stream, 0, EntryHash.Zeros);

    public long Size() => (long?)database.Scalar("SELECT pos + 1 FROM entries ORDER BY pos DESC LIMIT 1") ?? 0;

    public Entry? ByKey(string stream, string key) =>
        One("SELECT pos, body, hash FROM entries WHERE stream = ?1 AND key = ?2 AND key <> id", stream, key) ?? One("SELECT pos, body, hash FROM entries WHERE id = ?2 AND key = ?2 AND stream = ?1", stream, key);

    /// <summary>Entries with this given key in any stream.</summary>
    public List<Entry> ByKey(string key) => Bodies("SELECT pos, body, hash FROM entries WHERE key = ?1 AND key <> id ORDER BY pos", key);

    public Entry? ById(string id) => One("SELECT pos, body, hash FROM entries WHERE id = ?1", id);

    public Entry? AtPos(long pos) => One("SELECT pos, body, hash FROM entries WHERE pos = ?1", pos);

    public IEnumerable<Entry> Read(string stream, long fromSeq)
    {
        var rows = Bodies("SELECT pos, body, hash FROM entries WHERE stream = ?1 AND seq >= ?2 ORDER BY seq LIMIT 256", stream, fromSeq);
        while (rows.Count > 0)
        {
            foreach (var entry in rows) yield return entry;
            rows = rows.Count < Page ? [] : Bodies("SELECT pos, body, hash FROM entries WHERE stream = ?1 AND seq >= ?2 ORDER BY seq LIMIT 256", stream, rows[^1].Seq + 1);
        }
    }

    public IEnumerable<Entry> ReadAll(long fromPos)
    {
        var rows = Bodies("SELECT pos, body, hash FROM entries WHERE pos >= ?1 ORDER BY pos LIMIT 256", fromPos);
        while (rows.Count > 0)
        {
            foreach (var entry in rows) yield return entry;
            rows = rows.Count < Page ? [] : Bodies("SELECT pos, body, hash FROM entries WHERE pos >= ?1 ORDER BY pos LIMIT 256", rows[^1].Pos + 1);
        }
    }

    public IEnumerable<RawEntry> ReadRaw(long fromPos)
    {
        var rows = Raw(fromPos);
        while (rows.Count > 0)
        {
            foreach (var entry in rows) yield return entry;
            rows = rows.Count < Page ? [] : Raw(rows[^1].Pos + 1);
        }
    }

    public List<SealedValue> Sealed(string entryId)
    {
        lock (database.Gate)
            return database.Scalar("SELECT pos FROM entries WHERE id = ?1", entryId) is not long pos ? [] : database.Rows(
                "SELECT pointer, salt, value FROM sealed WHERE place >= ?1 << 20 AND place < (?1 + 1) << 20 AND entry_id = ?2 ORDER BY place", row => new SealedValue(entryId, row.GetString(0), row.GetBlob(1), row.GetString(2)), pos, entryId);
    }

    /// <summary>Values of the entries from one place to another, in the order in which they stand in the entries; whose they are is known by the entry.</summary>
    private ILookup<long, SealedValue> Sealed(long from, long to) => database.Rows(
        "SELECT place >> 20, pointer, salt, value FROM sealed WHERE place >= ?1 << 20 AND place < (?2 + 1) << 20 ORDER BY place", row => (Pos: row.GetInt64(0), Value: new SealedValue("", row.GetString(1), row.GetBlob(2), row.GetString(3))), from, to)
        .ToLookup(pair => pair.Pos, pair => pair.Value);

    private List<RawEntry> Raw(long fromPos)
    {
        lock (database.Gate)
            return database.Rows("SELECT pos, stream, seq, id, key, type, body, hash FROM entries WHERE pos >= ?1 ORDER BY pos LIMIT 256", row =>
                new RawEntry(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetString(5), row.GetString(6), row.GetString(7)) { Key = row.GetString(4) }, fromPos);
    }

    private List<Entry> Bodies(string sql, params ReadOnlySpan<object?> values)
    {
        lock (database.Gate)
        {
            var rows = database.Rows(sql, row => new Body(row.GetInt64(0), row.GetBlob(1), row.GetString(2)), values);
            // a page that stands together has its sealed values in one go
            var together = rows.Count > 1 && rows[^1].Pos - rows[0].Pos < 4 * rows.Count ? Sealed(rows[0].Pos, rows[^1].Pos) : null;
            return [.. rows.Select(row => codec.Read(row.Pos, row.Text, row.Hash, () => (together ?? Sealed(row.Pos, row.Pos))[row.Pos]))];
        }
    }

    /// <param name="Text">UTF-8, as SQLite keeps it.</param>
    private sealed record Body(long Pos, byte[] Text, string Hash);

    private Entry? One(string sql, params ReadOnlySpan<object?> values) => Bodies(sql, values) is [var entry] ? entry : null;
}
