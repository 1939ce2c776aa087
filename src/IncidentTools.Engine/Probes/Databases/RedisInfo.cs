using System.Globalization;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What INFO says: <c>name:value</c> lines under headings.</summary>
internal sealed class RedisInfo
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public static RedisInfo Parse(string text)
    {
        var info = new RedisInfo();
        foreach (var line in text.Split('\n'))
            if (line.IndexOf(':', StringComparison.Ordinal) is var colon and > 0) info._values[line[..colon]] = line[(colon + 1)..].Trim();
        return info._values.ContainsKey("used_memory") ? info : throw new CannotCheckException(ProbeErrors.InvalidResponse, "its INFO does not say how much memory is used: is it a Redis, and may this account ask?");
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);
    public long Number(string name) => long.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;

    /// <summary>Keys of one database: <c>db0:keys=5,expires=2,avg_ttl=0</c>.</summary>
    public long Keys(int database) => Entry(database, "keys");
    /// <summary>Those of them that end by themselves.</summary>
    public long Expiring(int database) => Entry(database, "expires");

    private long Entry(int database, string name) => (Text(string.Create(CultureInfo.InvariantCulture, $"db{database}")) ?? "").Split(',').Select(part => part.Split('='))
        .Where(pair => pair.Length == 2 && pair[0] == name).Select(pair => long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0).FirstOrDefault();

    public string Policy => Text("maxmemory_policy") ?? "noeviction";
    /// <summary>It refuses writes when its memory is full, instead of dropping what is old: mostly no cache.</summary>
    public bool Keeps => Policy == "noeviction";
    public bool IsReplica => Text("role") == "slave";
    /// <summary>Null = no limit is set.</summary>
    public double? MemoryPercent => Number("maxmemory") is > 0 and var most ? Math.Round(100d * Number("used_memory") / most, 1) : null;
    public double? ClientsPercent => Number("maxclients") is > 0 and var most ? Math.Round(100d * Number("connected_clients") / most, 1) : null;
}

/// <summary>What passed between two readings of INFO.</summary>
internal sealed record RedisRates(double EvictionsPerSecond, double? HitRatioPercent, bool RatioOfSample, long Rejected)
{
    /// <summary>A ratio of fewer look-ups says nothing.</summary>
    private const int FewestNow = 100, FewestEver = 1000;

    public static RedisRates Between(RedisInfo before, RedisInfo after, double seconds, long? rejectedBefore)
    {
        // the counters begin anew when the server is started
        long Passed(string name) => Math.Max(0, after.Number(name) - before.Number(name));
        static double? Ratio(long hits, long misses, int fewest) => hits + misses >= fewest ? Math.Round(100d * hits / (hits + misses), 1) : null;
        var now = Ratio(Passed("keyspace_hits"), Passed("keyspace_misses"), FewestNow);
        var rejected = after.Number("rejected_connections");
        return new RedisRates(seconds > 0 ? Math.Round(Passed("evicted_keys") / seconds, 1) : 0, now ?? Ratio(after.Number("keyspace_hits"), after.Number("keyspace_misses"), FewestEver), now is not null,
            Math.Max(0, rejected - Math.Min(rejected, rejectedBefore ?? before.Number("rejected_connections"))));
    }
}
