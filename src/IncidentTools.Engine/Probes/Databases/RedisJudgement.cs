using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What a Redis's figures mean. Memory that is full is the usual state of a cache, and the end of everything else.</summary>
internal sealed class RedisJudgement(string name, Arguments with, Findings found)
{
    /// <summary>Reports all findings.</summary>
    /// <returns>The gravest in one word: ok, connections, full, evicting, slow, cold or unhealthy.</returns>
    public string Judge(RedisInfo info, RedisRates rates, double latency, int slow)
    {
        var state = new[] { Connections(info, rates), Memory(info), Evictions(rates), Slow(latency, slow), Ratio(rates), Health(info) }.FirstOrDefault(word => word is not null) ?? "ok";
        found.Pass($"{name} answers in {Say.Ms(latency)}{(info.MemoryPercent is { } percent ? $", {Say.Number(percent)} % of its memory is in use" : "")}");
        return state;
    }

    private string? Connections(RedisInfo info, RedisRates rates)
    {
        if (rates.Rejected > 0) found.Fail(ProbeErrors.ConnectionsRejected, $"{name} refused {rates.Rejected} connections: all that it allows were in use");
        else if (info.ClientsPercent > with.Number("maxClientsPercent")) found.Fail(ProbeErrors.ConnectionsRejected, $"{name}: {Say.Number(info.ClientsPercent.Value)} % of its connections are in use");
        else if (info.ClientsPercent > with.Number("warnClientsPercent")) found.Warn(ProbeErrors.ConnectionsRejected, $"{name}: {Say.Number(info.ClientsPercent.Value)} % of its connections are in use");
        else return null;
        return "connections";
    }

    private string? Memory(RedisInfo info)
    {
        if (!info.Keeps || info.MemoryPercent is not { } percent) return null;
        var said = $"{name} has {Say.Number(percent)} % of its memory in use and refuses writes when that is full (noeviction)";
        if (percent > with.Number("maxMemoryPercent")) found.Fail(ProbeErrors.LowMemory, said);
        else if (percent > with.Number("warnMemoryPercent")) found.Warn(ProbeErrors.LowMemory, said);
        else return null;
        return "full";
    }

    private string? Evictions(RedisRates rates)
    {
        if (!(rates.EvictionsPerSecond > with.Number("warnEvictions"))) return null;
        found.Warn(ProbeErrors.Evicting, $"{name} drops {Say.Number(rates.EvictionsPerSecond)} keys a second for want of memory");
        return "evicting";
    }

    private string? Slow(double latency, int slow)
    {
        var late = $"{name} takes {Say.Ms(latency)} for an answer";
        if (latency > with.Duration("maxLatency")?.TotalMilliseconds) found.Fail(ProbeErrors.TooSlow, late);
        else if (latency > with.Duration("warnLatency")?.TotalMilliseconds) found.Warn(ProbeErrors.TooSlow, late);
        else if (slow > with.Number("warnSlowCommands")) found.Warn(ProbeErrors.TooSlow, $"{name} noted {slow} slow commands: it does one thing after the other, so they hold up all others");
        else return null;
        return "slow";
    }

    private string? Ratio(RedisRates rates)
    {
        if (!(rates.HitRatioPercent < with.Number("warnHitRatioPercent"))) return null;
        found.Warn(ProbeErrors.LowHitRatio, $"only {Say.Number(rates.HitRatioPercent!.Value)} % of the look-ups in {name} find something: what stands behind it does the rest");
        return "cold";
    }

    private string? Health(RedisInfo info)
    {
        if (info.Text("rdb_last_bgsave_status") == "err") found.Warn(ProbeErrors.Unhealthy, $"{name} could not save its data last time, and may refuse writes");
        else if (info.IsReplica && info.Text("master_link_status") == "down") found.Warn(ProbeErrors.Unhealthy, $"{name} is a replica without its primary");
        else return null;
        return "unhealthy";
    }
}
