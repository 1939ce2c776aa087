using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>PostgreSQL's server processes. A pid is given out again; together with the time its process started it is one session for good.</summary>
internal sealed class PostgreSqlBackends : IBackends
{
    private const string Columns = """
        SELECT pid, (extract(epoch FROM backend_start) * 1000000)::int8::text AS identity, usename::text AS "user", application_name AS application, coalesce(client_addr::text, 'local') AS client,
            state, backend_type AS kind, extract(epoch FROM clock_timestamp() - coalesce(xact_start, query_start, backend_start))::float8 AS seconds, query, pid = pg_backend_pid() AS ours
        FROM pg_stat_activity
        """;

    private static readonly string[] Backups = ["pg_dump", "pg_dumpall", "pg_basebackup", "pgbackrest", "pgBackRest", "barman", "wal-g"];

    public static async Task<Backend?> OneAsync(DatabaseSession session, string where, long? pid)
    {
        var rows = await session.RowsAsync($"{Columns} {where}", 1, pid is null ? null : new Dictionary<string, object?> { ["pid"] = (int)pid.Value }).ConfigureAwait(false);
        return rows.First is not { } row ? null : new Backend(row.Whole("pid")!.Value, row.Text("identity") ?? "")
        {
            User = row.Text("user"), Application = row.Text("application"), Client = row.Text("client"), State = row.Text("state"), Seconds = row.Number("seconds"),
            Kind = row.Flag("ours") is true ? "ours" : row.Text("kind") == "autovacuum worker" && (row.Text("query") ?? "").Contains("wraparound", StringComparison.Ordinal) ? "autovacuum against wraparound" : row.Text("kind"),
            Query = row.Text("query") is { } query ? StatementText.Masked(query) : null, Idle = row.Text("state")?.StartsWith("idle", StringComparison.Ordinal) is true,
        };
    }

    public async Task<Backend?> FindAsync(DatabaseSession session, long pid, CancellationToken cancellation) => pid is > 0 and <= int.MaxValue ? await OneAsync(session, "WHERE pid = @pid", pid).ConfigureAwait(false) : null;

    public bool Is(Backend found, string identity) => found.Identity == identity;

    public string? WhyProtected(Backend backend) => backend switch
    {
        { Kind: "ours" } => "it is this very session",
        { Kind: "autovacuum against wraparound" } => "it is a vacuum against transaction id wraparound, which must get through",
        { Kind: "prepared transaction" } => "it is a prepared transaction: COMMIT PREPARED or ROLLBACK PREPARED by whoever prepared it",
        { Kind: not "client backend" } => $"it is no client's session but {backend.Kind}",
        _ when Array.Exists(Backups, name => backend.Application?.Contains(name, StringComparison.OrdinalIgnoreCase) is true) => $"it is a backup ({backend.Application})",
        _ => null,
    };

    public string Line(long pid, bool terminate) => string.Create(CultureInfo.InvariantCulture, $"SELECT {Function(terminate)}({pid})");

    /// <summary>Looks and ends in one statement: between two, the pid could change hands.</summary>
    public async Task<bool> EndAsync(DatabaseSession session, Backend backend, bool terminate, CancellationToken cancellation)
    {
        var row = await session.RowAsync($"""
            SELECT {Function(terminate)}(pid) AS ended FROM pg_stat_activity
            WHERE pid = @pid AND (extract(epoch FROM backend_start) * 1000000)::int8::text = @identity AND backend_type = 'client backend' AND pid <> pg_backend_pid()
            """, new Dictionary<string, object?> { ["pid"] = (int)backend.Pid, ["identity"] = backend.Identity }).ConfigureAwait(false);
        return row.Flag("ended") is true;
    }

    private static string Function(bool terminate) => terminate ? "pg_terminate_backend" : "pg_cancel_backend";
}
