using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Connections of MySQL and MariaDB. Their numbers are not given out twice while the server runs; so who, from where, and when the server started is one for good.</summary>
internal sealed class MySqlBackends : IBackends
{
    /// <summary>The start is worked out from whole seconds.</summary>
    private const long Slack = 3;
    private static readonly string[] Services = ["Binlog Dump", "Binlog Dump GTID", "Daemon", "Slave_IO", "Slave_SQL", "Slave_worker"];

    public static async Task<Backend?> OneAsync(DatabaseSession session, long id)
    {
        var row = await session.RowAsync("""
            SELECT p.id AS id, p.user AS user, p.host AS host, p.command AS command, p.state AS state, p.info AS info, p.id = CONNECTION_ID() AS ours,
                (SELECT MAX(TIMESTAMPDIFF(SECOND, t.trx_started, NOW())) FROM information_schema.innodb_trx t WHERE t.trx_mysql_thread_id = p.id) AS seconds, p.time AS time
            FROM information_schema.processlist p WHERE p.id = @id
            """, new Dictionary<string, object?> { ["id"] = id }).ConfigureAwait(false);
        if (row.Whole("id") is not { } pid) return null;
        var start = await session.RowAsync("SHOW GLOBAL STATUS LIKE 'Uptime'").ConfigureAwait(false);
        var now = await session.RowAsync("SELECT UNIX_TIMESTAMP() AS now").ConfigureAwait(false);
        var command = row.Text("command");
        var transaction = row.Number("seconds");
        return new Backend(pid, string.Create(CultureInfo.InvariantCulture, $"{row.Text("user")}@{row.Text("host")}#{(now.Whole("now") ?? 0) - (start.Whole("Value") ?? 0)}"))
        {
            User = row.Text("user"), Client = row.Text("host"), State = command == "Sleep" ? transaction is null ? "idle" : "idle in transaction" : row.Text("state") ?? command,
            Kind = row.Flag("ours") is true ? "ours" : Kind(command, row.Text("user"), row.Text("info")), Seconds = transaction ?? row.Number("time"),
            Query = row.Text("info") is { } query ? StatementText.Masked(query) : null, Idle = command == "Sleep",
        };
    }

    public Task<Backend?> FindAsync(DatabaseSession session, long pid, CancellationToken cancellation) => OneAsync(session, pid);

    public bool Is(Backend found, string identity)
    {
        var (wanted, there) = (Parts(identity), Parts(found.Identity));
        return wanted.Who == there.Who && Math.Abs(wanted.Start - there.Start) <= Slack;
    }

    public string? WhyProtected(Backend backend) => backend.Kind switch
    {
        "client" => null,
        "ours" => "it is this very session",
        var kind => $"it is no client's session but {kind}",
    };

    public string Line(long pid, bool terminate) => string.Create(CultureInfo.InvariantCulture, $"KILL {(terminate ? "CONNECTION" : "QUERY")} {pid}");

    public async Task<bool> EndAsync(DatabaseSession session, Backend backend, bool terminate, CancellationToken cancellation)
    {
        if (await OneAsync(session, backend.Pid).ConfigureAwait(false) is not { } there || !Is(there, backend.Identity) || WhyProtected(there) is not null) return false;
        try { await session.ExecuteAsync(terminate ? "KILL CONNECTION @id" : "KILL QUERY @id", new Dictionary<string, object?> { ["id"] = backend.Pid }).ConfigureAwait(false); }
        catch (DatabaseException error) when (error.InnerException is MySqlConnector.MySqlException { ErrorCode: MySqlConnector.MySqlErrorCode.NoSuchThread }) { return false; }
        return true;
    }

    private static string Kind(string? command, string? user, string? query) =>
        command is not null && Services.Contains(command, StringComparer.Ordinal) || user is "system user" or "event_scheduler" ? command is "Binlog Dump" or "Binlog Dump GTID" ? "what a replica reads from" : $"a thread of the server ({command})"
        : query?.Contains("SQL_NO_CACHE", StringComparison.Ordinal) is true && query.Contains("/*!", StringComparison.Ordinal) ? "a backup (mysqldump)" : "client";

    private static (string Who, long Start) Parts(string identity) =>
        identity.LastIndexOf('#') is >= 0 and var at && long.TryParse(identity[(at + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? (identity[..at], start) : (identity, 0);
}
