using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using StackExchange.Redis;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Whether a Redis serves well, and if not, why: full, dropping keys, cold, out of connections, busy with slow commands.</summary>
internal sealed class RedisProbe() : Probe("probe.redis", "Whether a Redis serves well: memory, evictions, hit ratio, rejected connections, slow commands, latency.", Shape,
    "state", "usedMemoryBytes", "maxMemoryBytes", "memoryPercent", "evictionPolicy", "evictedKeys", "evictionsPerSecond", "hitRatioPercent", "rejectedConnections", "clients", "clientsPercent", "latencyMs", "slowCommands", "keys", "role", "uptimeSeconds")
{
    private const int Pings = 5;
    private static readonly string[] Limits = ["warnMemoryPercent", "maxMemoryPercent", "warnEvictions", "warnHitRatioPercent", "warnClientsPercent", "maxClientsPercent", "warnSlowCommands", "warnLatency", "maxLatency"];

    private static readonly ObjectShape Shape = new("probe.redis",
    [
        .. RedisTarget.Fields,
        Optional("sample", Shapes.Duration with { Min = 0.1, Max = 60 }, "how long rates are measured", TimeSpan.FromSeconds(2)),
        Optional("warnMemoryPercent", Number with { Min = 0 }, "more of its memory in use is a warning, where it refuses writes when that is full", 90d),
        Optional("maxMemoryPercent", Number with { Min = 0 }, "more in use fails there", 98d),
        Optional("warnEvictions", Number with { Min = 0 }, "more keys a second dropped for want of memory are a warning", 0d),
        Optional("warnHitRatioPercent", Number with { Min = 0, Max = 100 }, "a lower share of look-ups that find something is a warning", 80d),
        Optional("warnClientsPercent", Number with { Min = 0 }, "more of its connections in use are a warning", 80d),
        Optional("maxClientsPercent", Number with { Min = 0 }, "more of them fail", 95d),
        Optional("slowWindow", Shapes.Duration, "how far back slow commands count", TimeSpan.FromMinutes(10)),
        Optional("warnSlowCommands", Int with { Min = 0 }, "more slow commands in that time are a warning", 10L),
        Optional("warnLatency", Shapes.Duration, "a slower answer is a warning", TimeSpan.FromMilliseconds(20)),
        Optional("maxLatency", Shapes.Duration, "a slower answer fails", TimeSpan.FromMilliseconds(500)),
        Optional("previous", new AnyShape(), "the value of an earlier probe.redis: connections refused since then fail"),
        Optional("timeout", Shapes.Duration with { Min = 0.1 }, "for the connection and each answer", TimeSpan.FromSeconds(5)),
    ]);

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in Limits) found.Threshold(name, with[name]);
        var target = RedisTarget.Of(with, context.Secrets, context.Mask);
        try
        {
            var connection = await RedisConnection.OpenAsync(target, context.Time, cancellation).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            var before = await connection.InfoAsync(cancellation).ConfigureAwait(false);
            var began = context.Time.GetTimestamp();
            var pings = new List<double>();
            for (var index = 0; index < Pings; index++) pings.Add(await connection.PingAsync(cancellation).ConfigureAwait(false));
            await Task.Delay(with.Duration("sample") ?? TimeSpan.FromSeconds(2), context.Time, cancellation).ConfigureAwait(false);
            var after = await connection.InfoAsync(cancellation).ConfigureAwait(false);
            var earlier = (with["previous"] as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("rejectedConnections") as long?;
            var rates = RedisRates.Between(before, after, context.Time.GetElapsedTime(began).TotalSeconds, earlier);
            var slow = await SlowAsync(connection, context.Time.GetUtcNow() - (with.Duration("slowWindow") ?? TimeSpan.FromMinutes(10)), found, cancellation).ConfigureAwait(false);
            pings.Sort();
            Report(after, rates, pings[Pings / 2], slow, target.Database, found);
            found["state"] = new RedisJudgement(target.Name, with, found).Judge(after, rates, pings[Pings / 2], slow ?? 0);
        }
        catch (RedisRefused error)
        {
            found["state"] = error.Trouble.Word == ProbeErrors.ConnectionsRejected ? "connections" : null;
            error.Trouble.Report(found, target.Name);
        }
        catch (RedisException error) { found.Unknown(ProbeErrors.InvalidResponse, $"{target.Name}: {Say.Cut(error.Message)}"); }
        catch (TimeoutException) { found.Fail(ProbeErrors.Timeout, $"{target.Name} did not answer in {Duration.Format(target.Timeout)}: busy with a long command?"); }
    }

    /// <summary>Null where the account may not ask for them.</summary>
    private static async Task<int?> SlowAsync(RedisConnection connection, DateTimeOffset since, Findings found, CancellationToken cancellation)
    {
        try
        {
            var slow = await connection.SlowAsync(since, cancellation).ConfigureAwait(false);
            found.Observe("slowest", slow.OrderByDescending(item => item.Ms).Take(10).Select(item => new Dictionary<string, object?> { ["command"] = item.Command, ["ms"] = item.Ms }).ToList());
            return slow.Count;
        }
        catch (RedisServerException error)
        {
            found.Observe("slowest", Say.Cut(error.Message));
            return null;
        }
    }

    private static void Report(RedisInfo info, RedisRates rates, double latency, int? slow, int database, Findings found)
    {
        (found["usedMemoryBytes"], found["maxMemoryBytes"], found["memoryPercent"], found["evictionPolicy"]) = (info.Number("used_memory"), info.Number("maxmemory") is > 0 and var most ? most : null, info.MemoryPercent, info.Policy);
        (found["evictedKeys"], found["evictionsPerSecond"], found["hitRatioPercent"], found["rejectedConnections"]) = (info.Number("evicted_keys"), rates.EvictionsPerSecond, rates.HitRatioPercent, info.Number("rejected_connections"));
        (found["clients"], found["clientsPercent"], found["latencyMs"], found["slowCommands"]) = (info.Number("connected_clients"), info.ClientsPercent, latency, slow);
        (found["keys"], found["role"], found["uptimeSeconds"], found.Unit) = (info.Keys(database), info.Text("role"), info.Number("uptime_in_seconds"), "ms");
        foreach (var (name, key) in new[] { ("version", "redis_version"), ("fragmentation", "mem_fragmentation_ratio"), ("operationsPerSecond", "instantaneous_ops_per_sec"), ("blockedClients", "blocked_clients"), ("lastSave", "rdb_last_bgsave_status"), ("replication", "master_link_status") }) found.Observe(name, info.Text(key));
        found.Observe("hitRatioOf", rates.HitRatioPercent is null ? null : rates.RatioOfSample ? "sample" : "start");
    }
}
