using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Sessions of SQL Server. A number is given out again; with the time of its login it is one session for good. There is nothing between leaving it and ending it.</summary>
internal sealed class SqlServerBackends : IBackends
{
    public static async Task<Backend?> OneAsync(DatabaseSession session, long id)
    {
        var row = await session.RowAsync("""
            SELECT s.session_id AS id, CONVERT(nvarchar(33), s.login_time, 126) AS identity_text, s.login_name AS login, s.program_name AS program, s.host_name AS host, s.status AS status, s.is_user_process AS user_process,
                s.open_transaction_count AS transactions, r.command AS command, t.text AS query, CASE WHEN s.session_id = @@SPID THEN 1 ELSE 0 END AS ours,
                DATEDIFF(SECOND, COALESCE((SELECT MIN(a.transaction_begin_time) FROM sys.dm_tran_session_transactions x JOIN sys.dm_tran_active_transactions a ON a.transaction_id = x.transaction_id WHERE x.session_id = s.session_id), s.last_request_start_time), SYSDATETIME()) AS seconds
            FROM sys.dm_exec_sessions s LEFT JOIN sys.dm_exec_requests r ON r.session_id = s.session_id LEFT JOIN sys.dm_exec_connections c ON c.session_id = s.session_id
            OUTER APPLY sys.dm_exec_sql_text(COALESCE(r.sql_handle, c.most_recent_sql_handle)) t WHERE s.session_id = @id
            """, new Dictionary<string, object?> { ["id"] = id }).ConfigureAwait(false);
        return row.Whole("id") is { } pid ? Of(pid, row) : null;
    }

    internal static Backend Of(long pid, IReadOnlyDictionary<string, object?> row)
    {
        var command = row.Text("command");
        var idle = row.Text("status") == "sleeping";
        return new Backend(pid, row.Text("identity_text") ?? "")
        {
            User = row.Text("login"), Application = row.Text("program"), Client = row.Text("host"), State = idle && row.Number("transactions") > 0 ? "idle in transaction" : row.Text("status"), Seconds = row.Number("seconds"),
            Kind = row.Flag("ours") is true ? "ours" : row.Flag("user_process") is not true ? "a task of the server" : command is not null && (command.StartsWith("BACKUP", StringComparison.Ordinal) || command.StartsWith("RESTORE", StringComparison.Ordinal)) ? $"a backup or restore ({command})"
                : command?.Contains("ROLLBACK", StringComparison.Ordinal) is true ? "being rolled back already" : "client",
            Query = row.Text("query") is { } query ? StatementText.Masked(query) : null, Idle = idle,
        };
    }

    public Task<Backend?> FindAsync(DatabaseSession session, long pid, CancellationToken cancellation) => OneAsync(session, pid);
    public bool Is(Backend found, string identity) => found.Identity == identity;

    public string? WhyProtected(Backend backend) => backend.Kind switch { "client" => null, "ours" => "it is this very session", var kind => $"it is no client's session but {kind}" };

    public string Line(long pid, bool terminate) => string.Create(CultureInfo.InvariantCulture, $"KILL {pid}");

    public async Task<bool> EndAsync(DatabaseSession session, Backend backend, bool terminate, CancellationToken cancellation)
    {
        if (!terminate || await OneAsync(session, backend.Pid).ConfigureAwait(false) is not { } there || !Is(there, backend.Identity) || WhyProtected(there) is not null) return false;
        // KILL takes no parameter: the text is made of a number only
        await session.ExecuteAsync(Line(backend.Pid, terminate: true)).ConfigureAwait(false);
        return true;
    }
}
