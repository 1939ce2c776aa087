using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Probes.Databases;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Delivery;

public sealed class CachePurgeTests
{
    private readonly ActionBench _bench = new();
    private static IAction Purge => Action("action.cache-purge");

    private static Arguments With(RedisServer redis, params (string, object?)[] more) => Arguments(Purge.Parameters, [("redis", new Dictionary<string, object?> { ["endpoint"] = redis.Endpoint }), ("timeout", TimeSpan.FromSeconds(20)), .. more]);

    private static RedisServer Cache()
    {
        var redis = new RedisServer("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
        redis.Fill([.. Enumerable.Range(0, 1200).Select(index => $"SET page:{index} x"), "SET user:1 x", "SET user:2 x"]);
        return redis;
    }

    [Fact]
    public async Task Keys_and_patterns_are_removed_and_nothing_else()
    {
        using var redis = Cache();
        var keys = With(redis, ("keys", new List<object?> { "user:1", "not-there" }));
        Assert.Null(await Purge.PreconditionAsync(keys, _bench.Context, default));
        Assert.Equal(CheckState.NotDone, (await Purge.CheckAsync(keys, _bench.Context, default)).State);
        var result = await Purge.ExecuteAsync(keys, _bench.Context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal(1L, ((IReadOnlyDictionary<string, object?>)result.Value!)["removed"]);
        Assert.Equal(CheckState.Done, (await Purge.CheckAsync(keys, _bench.Context, default)).State);
        var pattern = With(redis, ("pattern", "page:*"));
        Assert.Null(await Purge.PreconditionAsync(pattern, _bench.Context, default));
        Assert.Equal(1200L, ((IReadOnlyDictionary<string, object?>)(await Purge.ExecuteAsync(pattern, _bench.Context, default)).Value!)["removed"]);
        Assert.Equal(":1\r\n", redis.Send("DBSIZE"));
    }

    [Fact]
    public async Task Too_many_keys_a_store_and_everything_by_accident_are_refused()
    {
        using var redis = Cache();
        Assert.Contains("1200 keys match", await Purge.PreconditionAsync(With(redis, ("pattern", "page:*"), ("maxKeys", 100L)), _bench.Context, default), StringComparison.Ordinal);
        redis.Send("CONFIG SET maxmemory-policy noeviction");
        foreach (var all in new (string, object?)[] { ("all", true), ("pattern", "page:*") })
            Assert.Contains("as a store does", await Purge.PreconditionAsync(With(redis, all), _bench.Context, default), StringComparison.Ordinal);
        Assert.Null(await Purge.PreconditionAsync(With(redis, ("all", true), ("isCache", true)), _bench.Context, default));
        Assert.Null(await Purge.PreconditionAsync(With(redis, ("keys", new List<object?> { "user:1" })), _bench.Context, default));
        Assert.Equal(":1202\r\n", redis.Send("DBSIZE"));
    }

    [Fact]
    public async Task All_of_it_goes_on_purpose_and_in_doubt_it_is_not_done_twice_unasked()
    {
        using var redis = Cache();
        var with = With(redis, ("all", true));
        Assert.Equal(CheckState.Unknown, (await Purge.CheckAsync(with, _bench.Context, default)).State);
        Assert.Equal(ActionOutcome.Succeeded, (await Purge.ExecuteAsync(with, _bench.Context, default)).Outcome);
        Assert.Equal((":0\r\n", CheckState.Done), (redis.Send("DBSIZE"), (await Purge.CheckAsync(with, _bench.Context, default)).State));
    }

    [Fact]
    public async Task A_replica_and_a_redis_that_is_not_there_are_refused()
    {
        using var primary = Cache();
        using var replica = new RedisServer("--replicaof", "127.0.0.1", primary.Endpoint.Split(':')[1], "--maxmemory-policy", "allkeys-lru");
        Assert.Contains("is a replica", await Purge.PreconditionAsync(With(replica, ("all", true)), _bench.Context, default), StringComparison.Ordinal);
        replica.Dispose();
        Assert.Contains("refused", await Purge.PreconditionAsync(With(replica, ("all", true)), _bench.Context, default), StringComparison.Ordinal);
        var result = await Purge.ExecuteAsync(With(replica, ("all", true)), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "ConnectionRefused"), (result.Outcome, result.Error));
        Assert.Equal(CheckState.Unknown, (await Purge.CheckAsync(With(replica, ("all", true)), _bench.Context, default)).State);
    }
}
