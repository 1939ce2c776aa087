using Microsoft.Data.Sqlite;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal.Sqlite;

/// <summary>What a SQLite store needs besides its file.</summary>
/// <param name="Path">Full path of the file; made on first use.</param>
public sealed record SqliteStoreOptions(string Path, EntryCatalog Catalog, IReadOnlyList<IProjection> Projections, Actor Actor, string Host, TimeProvider Time);

/// <summary>
/// The default store: one SQLite file with a write-ahead log, every commit flushed to the disk. Opened at first use. Any number of
/// processes of this machine may use it at once; within a process one connection is shared.
/// </summary>
public sealed class SqliteStore : IJournalStore
{
    private readonly SqliteStoreOptions _options;
    private readonly EntryCodec _codec;
    private readonly RetryingLazy<Opened> _opened;

    public SqliteStore(SqliteStoreOptions options)
    {
        _options = options with { Path = Path.GetFullPath(options.Path) };
        _codec = new EntryCodec(options.Catalog);
        // a failure is not remembered: a disk that was full may be free at the next command
        _opened = new RetryingLazy<Opened>(Open);
        Leases = new SqliteLeases(this, options.Time);
    }

    public StoreInfo Info => _opened.Value.Info;
    public ILeaseStore Leases { get; }

    public AppendResult Append(AppendRequest request)
    {
        if (request.Entries.Count == 0) throw new ArgumentException("an append needs an entry", nameof(request));
        var entries = request.Entries.Select(draft => _codec.Prepare(draft, _options.Actor, _options.Time)).ToList();
        try { return Write(_ => _opened.Value.Appender.Append(request, entries)); }
        catch (CommitUnknownException error) { return new AppendUnknown(error.InnerException!); }
    }

    public long Size => Look(_ => _opened.Value.Reader.Size());
    public StreamHead Head(string stream) => Look(_ => _opened.Value.Reader.Head(stream));

    public AppendReceipt? FindKey(string stream, string key) => Look(_ =>
        _opened.Value.Reader.ByKey(stream, key) is { } entry ? new AppendReceipt(entry.Pos, entry.Seq, entry.Hash, _opened.Value.Reader.Size(), true, [entry]) : null);

    public IReadOnlyList<Entry> FindKey(string key) => Look(_ => _opened.Value.Reader.ByKey(key));

    public IEnumerable<Entry> Read(string stream, long fromSeq = 1) => Guarded(_opened.Value.Reader.Read(stream, fromSeq));
    public IEnumerable<Entry> ReadAll(long fromPos = 0) => Guarded(_opened.Value.Reader.ReadAll(fromPos));
    public IEnumerable<RawEntry> ReadRaw(long fromPos = 0) => Guarded(_opened.Value.Reader.ReadRaw(fromPos));
    public IReadOnlyList<SealedValue> ReadSealed(string entryId) => Look(_ => _opened.Value.Reader.Sealed(entryId));
    public IReadOnlyList<(string Projection, string Key)> ProjectionDifferences() => Look(_ => _opened.Value.Projections.Differences().ToList());

    public byte[]? Content(string sha256) => Look(database => (byte[]?)database.Scalar("SELECT bytes FROM contents WHERE sha256 = ?1", sha256));

    public TRow? Find<TRow>(Projection<TRow> projection, string key) where TRow : class => Look(database =>
        (string?)database.Scalar(_opened.Value.Projections.Table(projection).Select, key) is { } json ? (TRow)((IProjection)projection).Deserialize(json) : null);

    public IReadOnlyList<TRow> Query<TRow>(Projection<TRow> projection, ProjectionQuery query) where TRow : class => Look(database =>
    {
        var (sql, values) = _opened.Value.Projections.Table(projection).Query(query);
        return database.Rows(sql, row => (TRow)((IProjection)projection).Deserialize(row.GetString(0)), values);
    });

    public void Dispose()
    {
        if (_opened.IsValueCreated) _opened.Value.Database.Dispose();
    }

    internal T Look<T>(Func<SqliteDatabase, T> body)
    {
        var database = _opened.Value.Database;
        lock (database.Gate)
        {
            try { return body(database); }
            catch (SqliteException error) { throw SqliteErrors.From(error, _options.Path); }
        }
    }

    internal T Write<T>(Func<SqliteDatabase, T> body)
    {
        if (_opened.Value.Database.ReadOnly) throw Errors.StoreReadOnly(_options.Path);
        return Look(database => database.Write(() => body(database)));
    }

    private IEnumerable<T> Guarded<T>(IEnumerable<T> rows)
    {
        using var each = rows.GetEnumerator();
        while (Look(_ => each.MoveNext())) yield return each.Current;
    }

    private Opened Open()
    {
        var database = SqliteOpener.Open(_options.Path);
        try
        {
            var reader = new SqliteReader(database, _codec);
            var projections = new SqliteProjections(database, _options.Projections, () => reader.ReadAll(0), _options.Path);
            var appender = new SqliteAppender(database, reader, projections, _options.Time, _options.Host);
            if (database.ReadOnly) { if (projections.Outdated().Count > 0) throw Errors.StoreReadOnly(_options.Path); }
            else if (reader.Size() == 0 || projections.Outdated().Count > 0) database.Write(() => Begin(reader, projections, appender));
            return new Opened(database, reader, projections, appender, Describe(database, reader));
        }
        catch (SqliteException error)
        {
            database.Dispose();
            throw SqliteErrors.From(error, _options.Path);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private AppendResult? Begin(SqliteReader reader, SqliteProjections projections, SqliteAppender appender)
    {
        projections.EnsureCurrent();
        if (reader.Size() > 0) return null;
        var created = new StoreCreated(Uuid7.New(_options.Time.GetUtcNow()), Path.GetFileNameWithoutExtension(_options.Path), $"IncidentTools {typeof(SqliteStore).Assembly.GetName().Version?.ToString(3)}");
        return appender.Append(new AppendRequest(StoreCreated.Stream, []), [_codec.Prepare(new EntryDraft(created), _options.Actor, _options.Time)]);
    }

    private StoreInfo Describe(SqliteDatabase database, SqliteReader reader)
    {
        var first = First(reader);
        return new StoreInfo(_options.Path, "SQLite", first.StoreId, $"{first.Name}/{first.StoreId}", SqliteMigrations.Version(database), database.ReadOnly, SqliteOpener.EngineVersion);
    }

    /// <summary>A damaged first entry must not keep the rest from being read or checked: the verifier names it.</summary>
    private StoreCreated First(SqliteReader reader)
    {
        try { if (reader.AtPos(0)?.Data is StoreCreated created) return created; }
        catch (IncidentToolsException error) when (error.Kind == ErrorKind.Corrupt) { }
        return new StoreCreated("unknown", Path.GetFileNameWithoutExtension(_options.Path), "unknown");
    }

    private sealed record Opened(SqliteDatabase Database, SqliteReader Reader, SqliteProjections Projections, SqliteAppender Appender, StoreInfo Info);
}
