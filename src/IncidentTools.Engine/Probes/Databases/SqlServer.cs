using System.Data.Common;
using System.Globalization;
using Microsoft.Data.SqlClient;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>SQL Server 2016 and newer. It has no read-only transactions: a statement that looks is one of a few kinds, and what it does is rolled back.</summary>
internal sealed class SqlServer : DatabaseServer
{
    /// <summary>Its native library for Windows has terms of its own and is not shipped: the managed one does the same on every system.</summary>
    static SqlServer() => AppContext.SetSwitch("Switch.Microsoft.Data.SqlClient.UseManagedNetworkingOnWindows", true);

    protected override string[] Reading => ["SELECT", "WITH"];

    // statements follow each other there without any sign between them
    protected override string[] Forbidden =>
    [
        "INTO", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "EXEC", "EXECUTE", "CREATE", "ALTER", "DROP", "GRANT", "REVOKE", "DENY", "BACKUP", "RESTORE", "DBCC", "KILL", "SHUTDOWN", "RECONFIGURE",
        "COMMIT", "ROLLBACK", "SAVE", "BEGIN", "DECLARE", "SET", "USE", "WAITFOR", "BULK", "OPENROWSET", "OPENQUERY", "OPENDATASOURCE", "CHECKPOINT", "ENABLE", "DISABLE", "UPDATETEXT", "WRITETEXT",
    ];

    public override IBackends Backends => new SqlServerBackends();

    public override DbConnection Connect(DatabaseTarget target, string? password, DatabaseAccess access, TimeSpan timeout)
    {
        var builder = new SqlConnectionStringBuilder
        {
            DataSource = string.Create(CultureInfo.InvariantCulture, $"tcp:{target.Host ?? "localhost"}{(target.Port is { } port ? $",{port}" : "")}"), InitialCatalog = target.Database ?? "master",
            Encrypt = target.Tls is "require" or "verify" ? SqlConnectionEncryptOption.Mandatory : SqlConnectionEncryptOption.Optional, TrustServerCertificate = target.Tls != "verify",
            ConnectTimeout = Math.Max(1, (int)Math.Ceiling(timeout.TotalSeconds)), ConnectRetryCount = 0, Pooling = false, Enlist = false, ApplicationName = "IncidentTools",
            // by a listener this may lead to another server than the one that is asked about
            ApplicationIntent = access == DatabaseAccess.Query ? ApplicationIntent.ReadOnly : ApplicationIntent.ReadWrite,
        };
        if (target.User is null) builder.IntegratedSecurity = true;
        else (builder.UserID, builder.Password) = (target.User, password ?? "");
        return new SqlConnection(builder.ConnectionString);
    }

    public override async Task PrepareAsync(DatabaseSession session, DatabaseAccess access, CancellationToken cancellation)
    {
        // the setting takes no parameter: a number that was made here. What runs too long is ended by the client's attention signal
        await session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SET LOCK_TIMEOUT {(long)session.Timeout.TotalMilliseconds}")).ConfigureAwait(false);
        if (access == DatabaseAccess.Change) await session.ExecuteAsync("SET XACT_ABORT ON").ConfigureAwait(false);
    }

    public override async Task<DbTransaction?> BeginReadOnlyAsync(DatabaseSession session, CancellationToken cancellation) => await session.Connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);

    public override DatabaseTrouble? Trouble(Exception error) => error is SqlException server && Word(server.Number) is { } word ? DatabaseTrouble.Of(word, $"{server.Message} (error {server.Number})") : null;

    /// <summary>Null: the cause is beneath, on the network.</summary>
    internal static string? Word(int number) => number switch
    {
        10928 or 10929 or 17809 or 17810 => ProbeErrors.TooManyConnections,
        18452 or 18456 or 18461 or 18486 or 18487 or 18488 or 4064 => ProbeErrors.LoginFailed,
        911 or 4060 => ProbeErrors.DatabaseMissing,
        921 or 922 or 927 or 983 => ProbeErrors.Starting,
        6005 or 17142 => ProbeErrors.Stopping,
        605 or 823 or 824 or 825 or 832 or 926 or 3414 or 5242 or 5243 => ProbeErrors.DataCorrupted,
        9002 or 1101 or 1105 => ProbeErrors.DiskFull,
        3906 or 3908 or 976 => ProbeErrors.ReadOnly,
        1205 => ProbeErrors.Deadlock,
        1222 => ProbeErrors.LockTimeout,
        -2 => ProbeErrors.Timeout,
        229 or 297 or 300 or 262 or 6102 => ProbeErrors.PermissionDenied,
        102 or 105 or 156 or 207 or 208 or 2812 => ProbeErrors.InvalidQuery,
        10053 or 10054 or 10060 or 10061 or 11001 or 53 or 2 or 258 or 26 or 40 or 0 => null,
        _ => ProbeErrors.DatabaseError,
    };

    public override IReadOnlyList<string> ReplicaLines(DatabaseTarget target, string operation) => operation switch
    {
        "pause" or "stop" => [$"ALTER DATABASE {Quote(target.Database)} SET HADR SUSPEND"], _ => [$"ALTER DATABASE {Quote(target.Database)} SET HADR RESUME"],
    };

    public override IReadOnlyList<string> PromoteLines(DatabaseTarget target, bool lossAccepted, TimeSpan timeout) => [$"ALTER AVAILABILITY GROUP {Quote(target.Group)} {(lossAccepted ? "FORCE_FAILOVER_ALLOW_DATA_LOSS" : "FAILOVER")}"];

    private static string Quote(string? name)
    {
        using var builder = new SqlCommandBuilder();
        return builder.QuoteIdentifier(name is { Length: > 0 } known ? known : throw new CannotCheckException(ProbeErrors.InvalidArgument, "the catalogue does not name it: database, and group for an availability group"));
    }

    public override Task<DatabaseHealth> HealthAsync(DatabaseSession session, CancellationToken cancellation) => new SqlServerHealth(session).ReadAsync();

    public override async Task<NodeState> NodeAsync(DatabaseSession session, CancellationToken cancellation) => SqlServerHealth.Node(session.Target.Name, await session.RowAsync("""
        SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(20)) AS updateability, sys.fn_hadr_is_primary_replica(DB_NAME()) AS is_primary,
            s.synchronization_state_desc AS synchronization, s.is_suspended AS suspended, s.redo_queue_size AS redo_queue, s.redo_rate AS redo_rate, CAST(s.last_hardened_lsn AS float) AS hardened, CAST(s.last_redone_lsn AS float) AS redone,
            DATEDIFF(SECOND, s.last_commit_time, SYSDATETIME()) AS since, a.connected_state_desc AS connected,
            (SELECT COUNT(*) FROM sys.dm_hadr_availability_replica_states o WHERE o.is_local = 0 AND o.connected_state_desc = 'CONNECTED') AS others
        FROM (SELECT 1 AS one) x LEFT JOIN sys.dm_hadr_database_replica_states s ON s.is_local = 1 AND s.database_id = DB_ID() LEFT JOIN sys.dm_hadr_availability_replica_states a ON a.replica_id = s.replica_id AND a.is_local = 1
        """).ConfigureAwait(false));
}
