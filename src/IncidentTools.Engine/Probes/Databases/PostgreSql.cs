using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>PostgreSQL 13 and newer.</summary>
internal sealed class PostgreSql : DatabaseServer
{
    protected override string[] Reading => ["SELECT", "WITH", "SHOW", "VALUES", "TABLE", "EXPLAIN"];
    public override IBackends Backends => new PostgreSqlBackends();

    public override DbConnection Connect(DatabaseTarget target, string? password, DatabaseAccess access, TimeSpan timeout) => new NpgsqlConnection(new NpgsqlConnectionStringBuilder
    {
        Host = target.Host ?? "localhost", Port = target.Port ?? 5432, Username = target.User, Password = password, Database = target.Database ?? "postgres",
        SslMode = target.Tls switch { "off" => SslMode.Disable, "require" => SslMode.Require, "verify" => SslMode.VerifyFull, _ => SslMode.Prefer },
        Timeout = Seconds(timeout), CommandTimeout = Seconds(timeout), CancellationTimeout = 2000, Pooling = false, Enlist = false, ApplicationName = "IncidentTools", IncludeErrorDetail = false,
    }.ConnectionString);

    public override async Task PrepareAsync(DatabaseSession session, DatabaseAccess access, CancellationToken cancellation)
    {
        var limits = new Dictionary<string, object?> { ["limit"] = ((long)session.Timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) };
        await session.RowsAsync("SELECT set_config('statement_timeout', @limit, false), set_config('lock_timeout', @limit, false), set_config('idle_in_transaction_session_timeout', @limit, false)", 1, limits).ConfigureAwait(false);
        if (access != DatabaseAccess.Change) await session.ExecuteAsync("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY").ConfigureAwait(false);
    }

    public override async Task<DbTransaction?> BeginReadOnlyAsync(DatabaseSession session, CancellationToken cancellation)
    {
        var transaction = await session.Connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        using var command = session.Connection.CreateCommand();
        (command.CommandText, command.Transaction) = ("SET TRANSACTION READ ONLY", transaction);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        return transaction;
    }

    public override DatabaseTrouble? Trouble(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is PostgresException server) return DatabaseTrouble.Of(Word(server.SqlState), $"{server.MessageText} (SQLSTATE {server.SqlState})");
        // asked for by us, refused by the server before it speaks of anything else
        return error is NpgsqlException && error.Message.StartsWith("SSL connection requested", StringComparison.Ordinal) ? DatabaseTrouble.Of(ProbeErrors.TlsFailure, "the server does not encrypt, and tls asks for it") : null;
    }

    /// <summary>The meaning of an SQLSTATE; the whole code first, then its class.</summary>
    internal static string Word(string state) => state switch
    {
        "53300" => ProbeErrors.TooManyConnections,
        "53100" => ProbeErrors.DiskFull,
        "57P03" => ProbeErrors.Starting,
        "57P01" or "57P02" => ProbeErrors.Stopping,
        "57014" or "25P03" => ProbeErrors.Timeout,
        "55P03" => ProbeErrors.LockTimeout,
        "40P01" => ProbeErrors.Deadlock,
        "3D000" => ProbeErrors.DatabaseMissing,
        "25006" => ProbeErrors.ReadOnly,
        "42501" => ProbeErrors.PermissionDenied,
        "XX001" or "XX002" => ProbeErrors.DataCorrupted,
        _ when state.StartsWith("28", StringComparison.Ordinal) => ProbeErrors.LoginFailed,
        _ when state.StartsWith("42", StringComparison.Ordinal) || state.StartsWith("22", StringComparison.Ordinal) => ProbeErrors.InvalidQuery,
        _ when state.StartsWith("08", StringComparison.Ordinal) => ProbeErrors.ConnectionClosed,
        _ => ProbeErrors.DatabaseError,
    };

    public override Task<DatabaseHealth> HealthAsync(DatabaseSession session, CancellationToken cancellation) => new PostgreSqlHealth(session).ReadAsync();

    public override async Task<NodeState> NodeAsync(DatabaseSession session, CancellationToken cancellation)
    {
        // our own session is read-only: what a new one would be stands in reset_val
        var row = await session.RowAsync("""
            SELECT pg_is_in_recovery() AS standby, (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only,
                CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') END::float8 AS position,
                pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::float8 AS received, pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::float8 AS applied,
                extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS since,
                CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS paused,
                (SELECT count(*) FROM pg_stat_wal_receiver) AS receivers, (SELECT max(status) FROM pg_stat_wal_receiver) AS receiver,
                (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming') AS streaming
            """).ConfigureAwait(false);
        var (standby, receiver, paused) = (row.Flag("standby") is true, row.Text("receiver"), row.Flag("paused") is true);
        var (received, applied) = (row.Number("received"), row.Number("applied"));
        return new NodeState(session.Target.Name)
        {
            Up = true, IsReplica = standby, Writable = !standby && row.Text("read_only") != "on",
            State = !standby ? null : paused ? "paused" : receiver ?? (row.Whole("receivers") > 0 ? "hidden" : "disconnected"),
            Connected = receiver == "streaming", Applying = standby && !paused,
            OwnLagSeconds = !standby ? null : received is not null && received == applied ? 0 : row.Number("since"), SinceLastChangeSeconds = row.Number("since"),
            // one that was restarted while nobody sent has received nothing, and has what it has applied
            Received = standby ? Max(received, applied) : null, Applied = applied, Position = row.Number("position"), Streaming = standby ? null : row.Whole("streaming"),
            Error = standby && row.Whole("receivers") > 0 && receiver is null ? "the state of the receiver is hidden from this user: grant pg_monitor" : null,
            Slots = standby ? [] : await PostgreSqlHealth.SlotsAsync(session).ConfigureAwait(false),
        };
    }

    public override IReadOnlyList<string> ReplicaLines(DatabaseTarget target, string operation) => operation switch { "pause" => ["SELECT pg_wal_replay_pause()"], "resume" => ["SELECT pg_wal_replay_resume()"], _ => [] };
    public override IReadOnlyList<string> PromoteLines(DatabaseTarget target, bool lossAccepted, TimeSpan timeout) => [string.Create(CultureInfo.InvariantCulture, $"SELECT pg_promote(true, {Seconds(timeout)})")];

    private static double? Max(double? one, double? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);
    private static int Seconds(TimeSpan time) => Math.Clamp((int)Math.Ceiling(time.TotalSeconds), 1, 1024);
}
