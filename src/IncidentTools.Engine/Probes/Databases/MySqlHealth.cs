namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a MySQL or MariaDB server says of itself.</summary>
internal sealed class MySqlHealth(DatabaseSession session)
{
    private readonly Dictionary<string, DatabaseTrouble> _notRead = [];

    public async Task<DatabaseHealth> ReadAsync()
    {
        var variables = await session.RowAsync("SELECT @@version AS version, @@global.read_only AS read_only, @@global.max_connections AS most, @@global.log_bin AS log_bin").ConfigureAwait(false);
        var status = (await session.RowsAsync("SHOW GLOBAL STATUS").ConfigureAwait(false)).Rows.ToDictionary(row => row.Text("Variable_name")!, row => (object?)row.Text("Value"), StringComparer.OrdinalIgnoreCase);
        var (asked, read) = (status.Number("Innodb_buffer_pool_read_requests") ?? 0, status.Number("Innodb_buffer_pool_reads") ?? 0);
        var health = new DatabaseHealth
        {
            Version = variables.Text("version"), ReadOnly = variables.Flag("read_only"), UptimeSeconds = status.Number("Uptime"), ConnectionsUsed = status.Whole("Threads_connected"), ConnectionsMax = variables.Whole("most"),
            CacheHitPercent = asked > 0 ? Math.Round(100 * (1 - (read / asked)), 1) : null, NotRead = _notRead,
        };
        await TryAsync("role", async () => health = health with { Role = (await MySqlReplication.StatusAsync(session).ConfigureAwait(false)).Count > 0 ? "replica" : "primary" }).ConfigureAwait(false);
        await TryAsync("longestTransactionSeconds", async () => health = await TransactionsAsync(health).ConfigureAwait(false)).ConfigureAwait(false);
        await TryAsync("blocked", async () => health = await BlockingAsync(health).ConfigureAwait(false)).ConfigureAwait(false);
        await TryAsync("deadlocks", async () =>
        {
            var metrics = (await session.RowsAsync("SELECT name, count FROM information_schema.innodb_metrics WHERE name IN ('lock_deadlocks', 'trx_rseg_history_len')").ConfigureAwait(false)).Rows.ToDictionary(row => row.Text("name")!, row => row.GetValueOrDefault("count"), StringComparer.OrdinalIgnoreCase);
            health = health with { Deadlocks = metrics.Whole("lock_deadlocks"), HistoryLength = metrics.Whole("trx_rseg_history_len") };
        }).ConfigureAwait(false);
        await TryAsync("sizeBytes", async () => health = health with { SizeBytes = (await session.RowAsync("SELECT SUM(data_length + index_length) AS size FROM information_schema.tables WHERE table_schema = DATABASE() OR DATABASE() IS NULL").ConfigureAwait(false)).Number("size") }).ConfigureAwait(false);
        if (variables.Flag("log_bin") is true)
            await TryAsync("logBytes", async () => health = health with { LogBytes = (await session.RowsAsync("SHOW BINARY LOGS").ConfigureAwait(false)).Rows.Sum(row => row.Number("File_size") ?? 0) }).ConfigureAwait(false);
        return health;
    }

    private async Task<DatabaseHealth> TransactionsAsync(DatabaseHealth health)
    {
        var idle = await session.RowAsync("SELECT COUNT(*) AS idle FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE p.command = 'Sleep'").ConfigureAwait(false);
        var oldest = await session.RowAsync("SELECT trx_mysql_thread_id AS id FROM information_schema.innodb_trx WHERE trx_mysql_thread_id NOT IN (0, CONNECTION_ID()) ORDER BY trx_started LIMIT 1").ConfigureAwait(false);
        return health with { IdleInTransaction = idle.Whole("idle"), LongestTransaction = oldest.Whole("id") is { } id ? await MySqlBackends.OneAsync(session, id).ConfigureAwait(false) : null };
    }

    private async Task<DatabaseHealth> BlockingAsync(DatabaseHealth health)
    {
        var waits = await session.RowsAsync(MySql.IsMariaDb(session)
            ? "SELECT r.trx_mysql_thread_id AS waiting, b.trx_mysql_thread_id AS blocking, TIMESTAMPDIFF(SECOND, r.trx_wait_started, NOW()) AS waited FROM information_schema.innodb_lock_waits w JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id"
            : "SELECT r.trx_mysql_thread_id AS waiting, b.trx_mysql_thread_id AS blocking, TIMESTAMPDIFF(SECOND, r.trx_wait_started, NOW()) AS waited FROM performance_schema.data_lock_waits w JOIN information_schema.innodb_trx r ON r.trx_id = w.requesting_engine_transaction_id JOIN information_schema.innodb_trx b ON b.trx_id = w.blocking_engine_transaction_id").ConfigureAwait(false);
        // waiters for a lock on a table's definition stand in no view of locks that is always there
        var metadata = await session.RowAsync("SELECT COUNT(*) AS waiting FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'").ConfigureAwait(false);
        var edges = waits.Rows.Select(row => (row.Whole("waiting")!.Value, row.Whole("blocking")!.Value)).Distinct().ToList();
        health = health with { Blocked = edges.Select(edge => edge.Item1).Distinct().Count() + (metadata.Whole("waiting") ?? 0), LongestWaitSeconds = waits.Rows.Max(row => row.Number("waited")) };
        return BlockingTree.Head(edges) is { } head ? health with { HeadBlocker = await MySqlBackends.OneAsync(session, head.Head).ConfigureAwait(false), BlockedByHead = head.Blocks } : health;
    }

    private async Task TryAsync(string key, Func<Task> read)
    {
        try { await read().ConfigureAwait(false); }
        catch (DatabaseException error) when (error.Trouble.Word is ProbeErrors.PermissionDenied or ProbeErrors.InvalidQuery) { _notRead[key] = error.Trouble; }
    }
}
