using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>A file of SQLite: opened for reading only, and told to refuse writes.</summary>
internal sealed class Sqlite : DatabaseServer
{
    private static readonly Lazy<bool> Provider = new(() =>
    {
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    });

    protected override string[] Reading => ["SELECT", "WITH", "VALUES", "EXPLAIN", "PRAGMA"];

    public override DbConnection Connect(DatabaseTarget target, string? password, DatabaseAccess access, TimeSpan timeout)
    {
        _ = Provider.Value;
        if (target.File is not { Length: > 0 } file) throw new CannotCheckException(ProbeErrors.InvalidTarget, "a database of sqlite needs its file");
        if (!Path.IsPathFullyQualified(file)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{file}' is not a full path");
        // opening for writing would make an empty one
        if (!File.Exists(file)) throw new CannotCheckException(ProbeErrors.NotFound, $"there is no file {file}");
        return new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file, Mode = access == DatabaseAccess.Change ? SqliteOpenMode.ReadWrite : SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = Math.Max(1, (int)timeout.TotalSeconds),
        }.ConnectionString);
    }

    public override async Task PrepareAsync(DatabaseSession session, DatabaseAccess access, CancellationToken cancellation)
    {
        var connection = (SqliteConnection)session.Connection;
        // its calls block: what ends them is the interrupt
        cancellation.Register(() =>
        {
            if (connection.Handle is { IsInvalid: false, IsClosed: false } handle) raw.sqlite3_interrupt(handle);
        });
        if (access != DatabaseAccess.Change) await session.ExecuteAsync("PRAGMA query_only = ON").ConfigureAwait(false);
    }

    public override string? WhyNotReading(string sql) => base.WhyNotReading(sql)
        ?? (StatementText.First(sql) == "PRAGMA" && sql.Contains('=', StringComparison.Ordinal) ? "it sets a PRAGMA" : null);

    public override async Task<DbTransaction?> BeginReadOnlyAsync(DatabaseSession session, CancellationToken cancellation) => await ((SqliteConnection)session.Connection).BeginTransactionAsync(cancellation).ConfigureAwait(false);

    public override DatabaseTrouble? Trouble(Exception error) => error is SqliteException server ? DatabaseTrouble.Of(Word(server.SqliteErrorCode), server.Message) : null;

    internal static string Word(int code) => code switch
    {
        11 or 26 => ProbeErrors.DataCorrupted,
        5 or 6 => ProbeErrors.LockTimeout,
        8 => ProbeErrors.ReadOnly,
        9 => ProbeErrors.Timeout,
        10 => ProbeErrors.Unreadable,
        13 => ProbeErrors.DiskFull,
        14 => ProbeErrors.NotFound,
        3 or 23 => ProbeErrors.PermissionDenied,
        1 => ProbeErrors.InvalidQuery,
        _ => ProbeErrors.DatabaseError,
    };

    public override async Task<DatabaseHealth> HealthAsync(DatabaseSession session, CancellationToken cancellation)
    {
        var check = await session.RowsAsync("PRAGMA quick_check(5)", 5).ConfigureAwait(false);
        var said = check.Rows.Select(row => row.Values.FirstOrDefault() as string).ToList();
        var size = await session.RowAsync("SELECT page_count * page_size AS size FROM pragma_page_count(), pragma_page_size()").ConfigureAwait(false);
        var log = new FileInfo(session.Target.File + "-wal");
        return new DatabaseHealth
        {
            Version = session.Version, Role = "primary", SizeBytes = size.Number("size"), LogBytes = log.Exists ? log.Length : 0, Corruption = said is ["ok"] ? null : Say.Cut(string.Join("; ", said)),
        };
    }

    public override IReadOnlyList<string> PromoteLines(DatabaseTarget target, bool lossAccepted, TimeSpan timeout) => throw new CannotCheckException(ProbeErrors.NotSupported, "a file of sqlite has no replicas");

    public override Task<NodeState> NodeAsync(DatabaseSession session, CancellationToken cancellation) => throw new CannotCheckException(ProbeErrors.NotSupported, "a file of sqlite has no replicas");
}
