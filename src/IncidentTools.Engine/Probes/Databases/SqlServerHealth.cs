namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a SQL Server says of itself and of its availability group.</summary>
internal sealed class SqlServerHealth(DatabaseSession session)
{
    private readonly Dictionary<string, DatabaseTrouble> _notRead = [];

    public async Task<DatabaseHealth> ReadAsync()
    {
        var main = await session.RowAsync("""
            SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(64)) AS version, CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(20)) AS updateability,
                sys.fn_hadr_is_primary_replica(DB_NAME()) AS is_primary, @@MAX_CONNECTIONS AS most, (SELECT SUM(CAST(size AS float)) * 8192 FROM sys.database_files) AS size
            """).ConfigureAwait(false);
        var health = new DatabaseHealth
        {
            Version = main.Text("version"), Role = main.Flag("is_primary") is false ? "replica" : "primary", ReadOnly = main.Text("updateability") != "READ_WRITE", ConnectionsMax = main.Whole("most"), SizeBytes = main.Number("size"), NotRead = _notRead,
        };
        await TryAsync("connectionsUsed", async () =>
        {
            var row = await session.RowAsync("SELECT (SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1) AS used, (SELECT DATEDIFF(SECOND, sqlserver_start_time, SYSDATETIME()) FROM sys.dm_os_sys_info) AS uptime, (SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1 AND status = 'sleeping' AND open_transaction_count > 0) AS idle").ConfigureAwait(false);
            health = health with { ConnectionsUsed = row.Whole("used"), UptimeSeconds = row.Number("uptime"), IdleInTransaction = row.Whole("idle") };
        }).ConfigureAwait(false);
        await TryAsync("longestTransactionSeconds", async () =>
        {
            var row = await session.RowAsync("SELECT TOP 1 s.session_id AS id FROM sys.dm_tran_session_transactions s JOIN sys.dm_tran_active_transactions t ON t.transaction_id = s.transaction_id WHERE s.is_user_transaction = 1 AND s.session_id <> @@SPID ORDER BY t.transaction_begin_time").ConfigureAwait(false);
            health = health with { LongestTransaction = row.Whole("id") is { } id ? await SqlServerBackends.OneAsync(session, id).ConfigureAwait(false) : null };
        }).ConfigureAwait(false);
        await TryAsync("blocked", async () =>
        {
            var rows = (await session.RowsAsync("SELECT session_id AS waiting, blocking_session_id AS blocking, wait_time / 1000.0 AS waited FROM sys.dm_exec_requests WHERE blocking_session_id > 0").ConfigureAwait(false)).Rows;
            health = health with { Blocked = rows.Count, LongestWaitSeconds = rows.Max(row => row.Number("waited")) };
            if (BlockingTree.Head([.. rows.Select(row => (row.Whole("waiting")!.Value, row.Whole("blocking")!.Value))]) is { } head)
                health = health with { HeadBlocker = await SqlServerBackends.OneAsync(session, head.Head).ConfigureAwait(false), BlockedByHead = head.Blocks };
        }).ConfigureAwait(false);
        await TryAsync("logUsedPercent", async () =>
        {
            var row = await session.RowAsync("SELECT CAST(used_log_space_in_percent AS float) AS used, CAST(total_log_size_in_bytes AS float) AS total, (SELECT log_reuse_wait_desc FROM sys.databases WHERE database_id = DB_ID()) AS waits FROM sys.dm_db_log_space_usage").ConfigureAwait(false);
            var (used, waits) = (row.Number("used"), row.Text("waits"));
            health = health with { LogUsedPercent = used is { } percent ? Math.Round(percent, 1) : null, LogBytes = row.Number("total"), ArchiverDetail = waits is null or "NOTHING" ? null : $"its log waits for {waits}" };
        }).ConfigureAwait(false);
        await TryAsync("deadlocks", async () => health = health with { Deadlocks = (await session.RowAsync("SELECT cntr_value AS deadlocks FROM sys.dm_os_performance_counters WHERE counter_name = 'Number of Deadlocks/sec' AND instance_name = '_Total'").ConfigureAwait(false)).Whole("deadlocks") }).ConfigureAwait(false);
        await TryAsync("corruption", async () =>
        {
            var row = await session.RowAsync("SELECT COUNT(*) AS pages FROM msdb.dbo.suspect_pages WHERE database_id = DB_ID() AND event_type IN (1, 2, 3)").ConfigureAwait(false);
            if (row.Whole("pages") is > 0 and var pages) health = health with { Corruption = $"{pages} pages stand in suspect_pages" };
        }).ConfigureAwait(false);
        return health;
    }

    /// <summary>One row of the availability group's views as a node.</summary>
    internal static NodeState Node(string name, IReadOnlyDictionary<string, object?> row)
    {
        var (primary, suspended) = (row.Flag("is_primary") is not false, row.Flag("suspended") is true);
        var (connected, synchronization) = (row.Text("connected") == "CONNECTED", row.Text("synchronization"));
        var (queue, rate) = (row.Number("redo_queue"), row.Number("redo_rate"));
        return new NodeState(name)
        {
            Up = true, IsReplica = !primary, Writable = primary && row.Text("updateability") == "READ_WRITE", Streaming = primary ? row.Whole("others") : null,
            State = primary ? null : suspended ? "paused" : !connected ? "disconnected" : synchronization is "SYNCHRONIZED" or "SYNCHRONIZING" ? "streaming" : synchronization?.ToLowerInvariant(),
            Connected = !primary && connected && synchronization is "SYNCHRONIZED" or "SYNCHRONIZING", Applying = !primary && !suspended,
            OwnLagSeconds = primary ? null : queue == 0 ? 0 : queue is { } kilobytes && rate is > 0 ? kilobytes / rate : null, SinceLastChangeSeconds = row.Number("since"),
            Received = primary ? null : row.Number("hardened"), Applied = primary ? null : row.Number("redone"),
        };
    }

    private async Task TryAsync(string key, Func<Task> read)
    {
        try { await read().ConfigureAwait(false); }
        catch (DatabaseException error) when (error.Trouble.Word is ProbeErrors.PermissionDenied or ProbeErrors.InvalidQuery) { _notRead[key] = error.Trouble; }
    }
}
