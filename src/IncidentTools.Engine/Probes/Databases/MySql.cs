using System.Data.Common;
using System.Globalization;
using MySqlConnector;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>MySQL and MariaDB: one protocol, and different names for the same things.</summary>
internal sealed class MySql : DatabaseServer
{
    /// <summary>Positions within one binary log are below this; so file number and position make one figure that grows.</summary>
    internal const double File = 4.0 * 1024 * 1024 * 1024;

    protected override string[] Reading => ["SELECT", "WITH", "SHOW", "VALUES", "TABLE", "EXPLAIN", "DESCRIBE", "DESC", "CHECKSUM"];
    // into a file of the server or a variable; reading with locks stays within the transaction, which is rolled back
    protected override string[] Forbidden => ["INTO"];
    public override IBackends Backends => new MySqlBackends();

    public override DbConnection Connect(DatabaseTarget target, string? password, DatabaseAccess access, TimeSpan timeout)
    {
        var socket = target.Host?.StartsWith('/') is true;
        return new MySqlConnection(new MySqlConnectionStringBuilder
        {
            Server = target.Host ?? "localhost", Port = (uint)(target.Port ?? 3306), ConnectionProtocol = socket ? MySqlConnectionProtocol.UnixSocket : MySqlConnectionProtocol.Tcp,
            UserID = target.User ?? "", Password = password ?? "", Database = target.Database ?? "",
            SslMode = target.Tls switch { "off" => MySqlSslMode.None, "require" => MySqlSslMode.Required, "verify" => MySqlSslMode.VerifyFull, _ => MySqlSslMode.Preferred },
            ConnectionTimeout = Seconds(timeout), DefaultCommandTimeout = Seconds(timeout), CancellationTimeout = 2, Pooling = false, ApplicationName = "IncidentTools",
            ConvertZeroDateTime = true, AllowUserVariables = false,
        }.ConnectionString);
    }

    public override async Task PrepareAsync(DatabaseSession session, DatabaseAccess access, CancellationToken cancellation)
    {
        // MariaDB counts in seconds, MySQL (for SELECT only) in milliseconds; whichever it is, the other name is unknown there
        if (IsMariaDb(session)) await session.ExecuteAsync("SET SESSION max_statement_time = @limit", new Dictionary<string, object?> { ["limit"] = Math.Max(0.1, session.Timeout.TotalSeconds) }).ConfigureAwait(false);
        else await session.ExecuteAsync("SET SESSION max_execution_time = @limit", new Dictionary<string, object?> { ["limit"] = (long)session.Timeout.TotalMilliseconds }).ConfigureAwait(false);
        await session.ExecuteAsync("SET SESSION lock_wait_timeout = @limit, SESSION innodb_lock_wait_timeout = @limit", new Dictionary<string, object?> { ["limit"] = (long)Math.Max(1, session.Timeout.TotalSeconds) }).ConfigureAwait(false);
        if (access != DatabaseAccess.Change) await session.ExecuteAsync("SET SESSION TRANSACTION READ ONLY").ConfigureAwait(false);
    }

    public override async Task<DbTransaction?> BeginReadOnlyAsync(DatabaseSession session, CancellationToken cancellation) =>
        await ((MySqlConnection)session.Connection).BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, isReadOnly: true, cancellation).ConfigureAwait(false);

    public override DatabaseTrouble? Trouble(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is MySqlException server && server.ErrorCode != MySqlErrorCode.UnableToConnectToHost && server.ErrorCode != MySqlErrorCode.None)
                return DatabaseTrouble.Of(Word((int)server.ErrorCode), $"{server.Message} (error {(int)server.ErrorCode})");
        return null;
    }

    internal static string Word(int code) => code switch
    {
        1040 or 1203 or 1226 => ProbeErrors.TooManyConnections,
        1044 or 1045 or 1129 or 1130 or 1698 or 1820 or 1862 or 3118 or 4151 => ProbeErrors.LoginFailed,
        1049 => ProbeErrors.DatabaseMissing,
        1053 or 1077 => ProbeErrors.Stopping,
        1290 or 1792 or 1836 => ProbeErrors.ReadOnly,
        1205 => ProbeErrors.LockTimeout,
        1213 => ProbeErrors.Deadlock,
        1317 or 1969 or 3024 => ProbeErrors.Timeout,
        1142 or 1143 or 1227 or 1370 => ProbeErrors.PermissionDenied,
        1021 or 1114 => ProbeErrors.DiskFull,
        1034 or 1035 or 1194 or 1195 or 1712 or 1877 or 1932 => ProbeErrors.DataCorrupted,
        1054 or 1064 or 1146 or 1149 or 1193 or 1305 or 1109 or 1235 => ProbeErrors.InvalidQuery,
        2006 or 2013 => ProbeErrors.ConnectionClosed,
        _ => ProbeErrors.DatabaseError,
    };

    public override Task<DatabaseHealth> HealthAsync(DatabaseSession session, CancellationToken cancellation) => new MySqlHealth(session).ReadAsync();
    public override async Task<NodeState> NodeAsync(DatabaseSession session, CancellationToken cancellation) => await MySqlReplication.NodeAsync(session).ConfigureAwait(false);

    // the words of MySQL 8.0.22, which MariaDB knows since 10.5
    public override IReadOnlyList<string> ReplicaLines(DatabaseTarget target, string operation) => operation switch
    {
        "start" => ["START REPLICA"], "stop" => ["STOP REPLICA"], "pause" => ["STOP REPLICA SQL_THREAD"], "resume" => ["START REPLICA SQL_THREAD"], _ => [],
    };

    public override IReadOnlyList<string> PromoteLines(DatabaseTarget target, bool lossAccepted, TimeSpan timeout) =>
        ["STOP REPLICA", "RESET REPLICA ALL", .. target.Engine == "mysql" ? ["SET GLOBAL super_read_only = OFF"] : Array.Empty<string>(), "SET GLOBAL read_only = OFF"];

    public static bool IsMariaDb(DatabaseSession session) => session.Version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it has the words of MySQL 8: replica, source.</summary>
    public static bool HasReplicaWords(DatabaseSession session) => !IsMariaDb(session) && Number(session.Version) >= 8.0022;

    /// <summary>8.0.22-log → 8.0022, 8.4.1 → 8.4001.</summary>
    internal static double Number(string version)
    {
        var parts = version.Split('-')[0].Split('.');
        int Part(int index) => index < parts.Length && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return Part(0) + (Part(1) / 10.0) + (Part(2) / 10000.0);
    }

    private static uint Seconds(TimeSpan time) => (uint)Math.Clamp((int)Math.Ceiling(time.TotalSeconds), 1, 3600);
}
