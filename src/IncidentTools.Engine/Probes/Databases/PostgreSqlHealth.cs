using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a PostgreSQL server says of itself. Each part by itself: what this user may not see is named, the rest is told.</summary>
internal sealed class PostgreSqlHealth(DatabaseSession session)
{
    private readonly Dictionary<string, DatabaseTrouble> _notRead = [];

    public async Task<DatabaseHealth> ReadAsync()
    {
        var main = await session.RowAsync("""
            SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby, (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only,
                extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS uptime, current_setting('max_connections')::int8 AS most,
                (SELECT count(*) FROM pg_stat_activity WHERE coalesce(backend_type = 'client backend', datid IS NOT NULL)) AS used,
                (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND query = '<insufficient privilege>') AS hidden,
                (SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%') AS idle_in_transaction
            """).ConfigureAwait(false);
        var standby = main.Flag("standby") is true;
        if (main.Whole("hidden") > 0)
            foreach (var key in new[] { "longestTransactionSeconds", "idleInTransaction", "blocked" })
                _notRead[key] = DatabaseTrouble.Of(ProbeErrors.PermissionDenied, "other users' sessions are hidden from this user: grant pg_monitor");
        var health = new DatabaseHealth
        {
            Version = main.Text("version"), Role = standby ? "replica" : "primary", ReadOnly = standby || main.Text("read_only") == "on", UptimeSeconds = main.Number("uptime"),
            ConnectionsUsed = main.Whole("used"), ConnectionsMax = main.Whole("most"), IdleInTransaction = main.Whole("idle_in_transaction"),
            LongestTransaction = await PostgreSqlBackends.OneAsync(session, "WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY xact_start LIMIT 1", null).ConfigureAwait(false),
            NotRead = _notRead,
        };
        health = await BlockingAsync(health).ConfigureAwait(false);
        await TryAsync("deadlocks", async () =>
        {
            var row = await session.RowAsync("SELECT sum(deadlocks)::int8 AS deadlocks, sum(blks_hit)::float8 AS hit, sum(blks_read)::float8 AS read, (SELECT max(age(datfrozenxid)) FROM pg_database)::int8 AS xid_age FROM pg_stat_database").ConfigureAwait(false);
            var (hit, read) = (row.Number("hit") ?? 0, row.Number("read") ?? 0);
            health = health with { Deadlocks = row.Whole("deadlocks"), CacheHitPercent = hit + read > 0 ? Math.Round(100 * hit / (hit + read), 1) : null, XidAge = row.Whole("xid_age") };
        }).ConfigureAwait(false);
        await TryAsync("sizeBytes", async () => health = health with { SizeBytes = (await session.RowAsync("SELECT pg_database_size(current_database())::float8 AS size").ConfigureAwait(false)).Number("size") }).ConfigureAwait(false);
        await TryAsync("logBytes", async () => health = health with { LogBytes = (await session.RowAsync("SELECT coalesce(sum(size), 0)::float8 AS size FROM pg_ls_waldir()").ConfigureAwait(false)).Number("size") }).ConfigureAwait(false);
        if (!standby) await TryAsync("slots", async () => health = health with { Slots = await SlotsAsync(session).ConfigureAwait(false) }).ConfigureAwait(false);
        await TryAsync("archiverFailing", async () => health = await ArchiverAsync(health).ConfigureAwait(false)).ConfigureAwait(false);
        await TryAsync("corruption", async () =>
        {
            var row = await session.RowAsync("SELECT sum(checksum_failures)::int8 AS failures, max(checksum_last_failure)::text AS last FROM pg_stat_database").ConfigureAwait(false);
            if (row.Whole("failures") is > 0 and var failures) health = health with { Corruption = $"{failures} pages whose checksum does not fit were read, the last at {row.Text("last")}" };
        }).ConfigureAwait(false);
        return health;
    }

    private async Task<DatabaseHealth> BlockingAsync(DatabaseHealth health)
    {
        var rows = await session.RowsAsync("""
            SELECT pid, array_to_string(pg_blocking_pids(pid), ',') AS blockers, extract(epoch FROM clock_timestamp() - coalesce(query_start, xact_start))::float8 AS waited
            FROM pg_stat_activity WHERE wait_event_type = 'Lock'
            """).ConfigureAwait(false);
        var blocked = rows.Rows.Where(row => row.Text("blockers") is { Length: > 0 }).ToList();
        health = health with { Blocked = blocked.Count, LongestWaitSeconds = blocked.Max(row => row.Number("waited")) };
        var edges = blocked.SelectMany(row => row.Text("blockers")!.Split(',').Select(blocker => (row.Whole("pid")!.Value, long.Parse(blocker, CultureInfo.InvariantCulture)))).ToList();
        if (BlockingTree.Head(edges) is not { } head) return health;
        // 0 = a prepared transaction: nobody's session, and nothing to cancel
        if (head.Head == 0) return health with { HeadBlocker = new Backend(0, "prepared") { Kind = "prepared transaction", State = "prepared transaction, see pg_prepared_xacts", Idle = true }, BlockedByHead = head.Blocks };
        return health with { HeadBlocker = await PostgreSqlBackends.OneAsync(session, "WHERE pid = @pid", head.Head).ConfigureAwait(false), BlockedByHead = head.Blocks };
    }

    public static async Task<IReadOnlyList<Slot>> SlotsAsync(DatabaseSession session) => [.. (await session.RowsAsync("""
        SELECT slot_name, slot_type, active, wal_status,
            pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)::float8 AS retained
        FROM pg_replication_slots WHERE NOT temporary ORDER BY slot_name
        """).ConfigureAwait(false)).Rows.Select(row => new Slot(row.Text("slot_name")!, row.Text("slot_type")!, row.Flag("active") is true, row.Text("wal_status"), row.Number("retained")))];

    private async Task<DatabaseHealth> ArchiverAsync(DatabaseHealth health)
    {
        var row = await session.RowAsync("""
            SELECT current_setting('archive_mode') AS mode, failed_count, last_failed_wal, last_failed_time > coalesce(last_archived_time, '-infinity') AS failing FROM pg_stat_archiver
            """).ConfigureAwait(false);
        if (row.Text("mode") == "off") return health;
        var failing = row.Flag("failing") is true;
        return health with { ArchiverFailing = failing, ArchiverDetail = failing ? $"{row.Text("last_failed_wal")} could not be archived ({row.Text("failed_count")} failures so far): the log grows until it can" : null };
    }

    private async Task TryAsync(string key, Func<Task> read)
    {
        try { await read().ConfigureAwait(false); }
        catch (DatabaseException error) when (error.Trouble.Word is ProbeErrors.PermissionDenied or ProbeErrors.InvalidQuery) { _notRead[key] = error.Trouble; }
    }
}
