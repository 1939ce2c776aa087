using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a database server says of itself, against limits. A part that could not be read is an error of its own and never passes for good.</summary>
internal sealed class DbHealthProbe() : DatabaseProbe("probe.db-health", "Whether a database server is up and well: connections, locks, transactions, logs, slots.", Shape,
    "up", "version", "role", "readOnly", "uptimeSeconds", "connectMs", "connectionsUsed", "connectionsMax", "connectionsPercent", "longestTransactionSeconds", "longestTransaction", "idleInTransaction", "blocked", "longestWaitSeconds",
    "headBlocker", "deadlocks", "cacheHitPercent", "sizeBytes", "xidAge", "logBytes", "logUsedPercent", "historyLength", "slots", "inactiveSlots", "inactiveSlot", "retainedBytes", "archiverFailing", "corruption")
{
    private static readonly ObjectShape Shape = new("probe.db-health",
        DatabaseTarget.Field,
        Optional("expectRole", OneOf("primary", "replica"), "another role fails"),
        Optional("expectWritable", Bool, "whether one that refuses writes fails", false),
        Optional("warnConnectionsPercent", Number with { Min = 0, Max = 100 }, "more of the connections in use are a warning", 80d),
        Optional("failConnectionsPercent", Number with { Min = 0, Max = 100 }, "more of them in use fail", 95d),
        Optional("warnTransaction", Shapes.Duration, "an older transaction is a warning", TimeSpan.FromMinutes(5)),
        Optional("failTransaction", Shapes.Duration, "an older transaction fails"),
        Optional("warnBlocked", Int with { Min = 1 }, "so many sessions that wait for locks are a warning", 1L),
        Optional("failBlockedFor", Shapes.Duration, "somebody who waits longer for a lock fails", TimeSpan.FromMinutes(5)),
        Optional("warnXidAge", Number with { Min = 1 }, "an older transaction id (PostgreSQL) is a warning", 500_000_000d),
        Optional("failXidAge", Number with { Min = 1 }, "an older one fails: near 2 thousand million it refuses to write", 1_500_000_000d),
        Optional("warnRetainedBytes", Number with { Min = 0 }, "a slot that keeps more log is a warning, an inactive one fails", 10d * 1024 * 1024 * 1024),
        Optional("warnLogUsedPercent", Number with { Min = 0, Max = 100 }, "more of the transaction log in use is a warning (SQL Server)", 80d),
        Optional("warnHistoryLength", Number with { Min = 1 }, "a longer history list is a warning (InnoDB)", 50_000d),
        Optional("failHistoryLength", Number with { Min = 1 }, "a longer one fails", 1_000_000d),
        Optional("warnUptime", Shapes.Duration, "one that was started later is a warning: it may crash again and again"),
        Optional("warnLatency", Shapes.Duration, "slower connecting is a warning", TimeSpan.FromSeconds(1)),
        TimeoutField);

    protected override async Task AskAsync(Arguments with, DatabaseTarget target, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var field in Shape.Fields.Where(field => field.Name.StartsWith("warn", StringComparison.Ordinal) || field.Name.StartsWith("fail", StringComparison.Ordinal) || field.Name.StartsWith("expect", StringComparison.Ordinal)))
            found.Threshold(field.Name, with[field.Name] is TimeSpan time ? Duration.Format(time) : with[field.Name]);
        found["up"] = false;
        DatabaseHealth health;
        try
        {
            var began = context.Time.GetTimestamp();
            var session = await DatabaseSession.OpenAsync(target, context, DatabaseAccess.Look, Timeout(with), cancellation).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var connected = context.Time.GetElapsedTime(began);
                (found["up"], found["connectMs"]) = (true, Math.Round(connected.TotalMilliseconds, 1));
                if (connected > (with.Duration("warnLatency") ?? TimeSpan.FromSeconds(1))) found.Warn(ProbeErrors.TooSlow, $"connecting took {Say.Ms(connected.TotalMilliseconds)}");
                health = await session.Server.HealthAsync(session, cancellation).ConfigureAwait(false);
            }
        }
        catch (DatabaseException error)
        {
            // a server that has no place, or nothing for this user, is there all the same
            if (!error.Trouble.NothingThere && error.Trouble.Word is not (ProbeErrors.DnsFailure or ProbeErrors.NetworkError or ProbeErrors.TlsFailure)) found["up"] = true;
            if (error.Trouble.Word == ProbeErrors.TooManyConnections) found["connectionsPercent"] = 100d;
            throw;
        }
        Tell(health, found);
        HealthRules.Judge(health, with, found);
        found.Pass($"{target.Label} is up as {health.Role}{(health.ReadOnly is true ? ", read-only" : "")}{(health.ConnectionsPercent is { } percent ? $", {Say.Number(percent)} % of its connections in use" : "")}");
    }

    private static void Tell(DatabaseHealth health, Findings found)
    {
        (found["version"], found["role"], found["readOnly"], found["uptimeSeconds"]) = (health.Version, health.Role, health.ReadOnly, health.UptimeSeconds is { } up ? Math.Round(up) : null);
        (found["connectionsUsed"], found["connectionsMax"], found["connectionsPercent"]) = (health.ConnectionsUsed, health.ConnectionsMax, health.ConnectionsPercent);
        (found["longestTransaction"], found["longestTransactionSeconds"]) = (health.LongestTransaction?.ToPlain(), health.LongestTransaction?.Seconds is { } age ? Math.Round(age, 1) : null);
        (found["idleInTransaction"], found["blocked"], found["longestWaitSeconds"]) = (health.IdleInTransaction, health.Blocked, health.LongestWaitSeconds is { } wait ? Math.Round(wait, 1) : null);
        (found["headBlocker"], found["deadlocks"]) = (health.HeadBlocker?.ToPlain(health.BlockedByHead), health.Deadlocks);
        (found["cacheHitPercent"], found["sizeBytes"], found["xidAge"]) = (health.CacheHitPercent, health.SizeBytes, health.XidAge);
        (found["logBytes"], found["logUsedPercent"], found["historyLength"]) = (health.LogBytes, health.LogUsedPercent, health.HistoryLength);
        var idle = health.Slots.Where(slot => !slot.Active).OrderByDescending(slot => slot.RetainedBytes ?? 0).ToList();
        found["slots"] = health.Slots.Select(object? (slot) => slot.ToPlain()).ToList();
        (found["inactiveSlots"], found["inactiveSlot"]) = (idle.Count, idle.FirstOrDefault()?.Name);
        (found["retainedBytes"], found["archiverFailing"], found["corruption"]) = (health.Slots.Max(slot => slot.RetainedBytes), health.ArchiverFailing, health.Corruption);
        if (health.ArchiverDetail is not null) found.Observe("log", health.ArchiverDetail);
        if (health.NotRead.Count > 0) found.Observe("notRead", health.NotRead.Select(object? (item) => $"{item.Key}: {item.Value.Message}").ToList());
    }
}
