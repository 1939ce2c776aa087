using System.Net.Sockets;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;

namespace IncidentTools.Engine.Tests.Probes.Databases;

public sealed class RedisProbeTests
{
    private static readonly string Kilobyte = new('x', 1024);

    private static IEnumerable<string> Sets(int count, string prefix = "k") => Enumerable.Range(0, count).Select(index => $"SET {prefix}{index} {Kilobyte}");

    [Fact]
    public async Task A_redis_with_room_is_well()
    {
        using var redis = new RedisServer();
        redis.Fill(Sets(5));
        var result = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\nsample: 200ms\nwarnLatency: 1m\nmaxLatency: 1h");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(("ok", 5L, "master", "noeviction"), (result.Get("state"), result.Get("keys"), result.Get("role"), result.Get("evictionPolicy")));
        Assert.Null(result.Get("memoryPercent"));
    }

    [Fact]
    public async Task One_that_keeps_everything_and_is_full_fails()
    {
        using var redis = new RedisServer("--maxmemory", "4mb", "--maxmemory-policy", "noeviction");
        redis.Fill(Sets(6000));
        Assert.StartsWith("-OOM", redis.Send($"SET one-more {Kilobyte}"), StringComparison.Ordinal);
        var result = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\nsample: 200ms\nmaxMemoryPercent: 95\nwarnLatency: 1m\nmaxLatency: 1h");
        result.Is(ProbeStatus.Fail, ProbeErrors.LowMemory);
        Assert.Equal("full", result.Get("state"));
    }

    [Fact]
    public async Task A_cache_that_is_full_is_no_fault_until_it_drops_keys()
    {
        using var redis = new RedisServer("--maxmemory", "4mb", "--maxmemory-policy", "allkeys-lru");
        redis.Fill(Sets(6000));
        var quiet = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\nsample: 200ms\nwarnLatency: 1m\nmaxLatency: 1h");
        quiet.Is(ProbeStatus.Pass, null);
        Assert.True(quiet.Get<long>("evictedKeys") > 0);
        using var stop = new CancellationTokenSource();
        var filling = Task.Run(() => { for (var round = 0; !stop.IsCancellationRequested; round++) redis.Fill(Sets(50, $"r{round}-")); });
        var result = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\nsample: 1s\nwarnLatency: 1m\nmaxLatency: 1h");
        await stop.CancelAsync();
        await filling;
        result.Is(ProbeStatus.Warn, ProbeErrors.Evicting);
        Assert.Equal("evicting", result.Get("state"));
    }

    [Fact]
    public async Task A_cold_cache_is_told_by_what_is_not_found()
    {
        using var redis = new RedisServer();
        redis.Fill(Enumerable.Range(0, 1200).Select(index => $"GET missing{index}"));
        var result = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\nsample: 200ms\nwarnLatency: 1m\nmaxLatency: 1h");
        result.Is(ProbeStatus.Warn, ProbeErrors.LowHitRatio);
        Assert.Equal(("cold", 0d), (result.Get("state"), result.Get("hitRatioPercent")));
        Assert.Equal("start", result.Observations["hitRatioOf"]);
    }

    [Fact]
    public async Task Refused_connections_are_the_redis_fault_and_said_as_such()
    {
        using var redis = new RedisServer("--maxclients", "1");
        using (var only = new TcpClient("127.0.0.1", redis.Port))
        {
            await only.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            await only.GetStream().ReadExactlyAsync(new byte[7]);
            var result = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}");
            result.Is(ProbeStatus.Fail, ProbeErrors.ConnectionsRejected);
            Assert.Equal("connections", result.Get("state"));
        }
    }

    [Fact]
    public async Task A_password_comes_from_a_secret_and_without_it_nothing_is_known()
    {
        using var redis = new RedisServer("--requirepass", "canary-of-a-password");
        (await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}")).Is(ProbeStatus.Error, ProbeErrors.AuthenticationFailed);
        (await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\npassword: secret:redis")).Is(ProbeStatus.Error, ProbeErrors.SecretMissing);
        (await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\npassword: secret:redis", secrets: new Secrets(new() { ["secret:redis"] = "not the one" }))).Is(ProbeStatus.Error, ProbeErrors.AuthenticationFailed);
        var mask = new SecretMask();
        var result = await ProbeRun.Check("probe.redis", $"endpoint: {redis.Endpoint}\npassword: secret:redis\nsample: 100ms\nwarnLatency: 1m\nmaxLatency: 1h", secrets: new Secrets(new() { ["secret:redis"] = "canary-of-a-password" }), mask: mask);
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal("***", mask.Apply("canary-of-a-password"));
        Assert.DoesNotContain("canary", PlainJson.Write(result.Value) + PlainJson.Write(result.Observations) + result.Message, StringComparison.Ordinal);
        Assert.NotEmpty(ProbeRun.Read("probe.redis", "endpoint: a\npassword: canary-of-a-password").Found);
    }

    [Fact]
    public async Task Nothing_there_something_else_there_and_one_that_hangs_are_told_apart()
    {
        (await ProbeRun.Check("probe.redis", $"endpoint: 127.0.0.1:{LoopbackServer.FreePort()}")).Is(ProbeStatus.Fail, ProbeErrors.ConnectionRefused);
        using var web = LoopbackServer.Raw(async connection =>
        {
            await connection.Stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        (await ProbeRun.Check("probe.redis", $"endpoint: 127.0.0.1:{web.Port}")).Is(ProbeStatus.Fail, ProbeErrors.InvalidResponse);
        using var silent = LoopbackServer.Raw(connection => connection.HangAsync());
        (await ProbeRun.Check("probe.redis", $"endpoint: 127.0.0.1:{silent.Port}\ntimeout: 300ms")).Is(ProbeStatus.Fail, ProbeErrors.Timeout);
    }

    [Fact]
    public void Rates_are_of_what_passed_and_a_server_that_began_anew_counts_from_nothing()
    {
        var before = RedisInfo.Parse("# Memory\r\nused_memory:100\r\nevicted_keys:10\r\nkeyspace_hits:1000\r\nkeyspace_misses:0\r\nrejected_connections:7\r\n");
        var after = RedisInfo.Parse("used_memory:95\nmaxmemory:100\nevicted_keys:30\nkeyspace_hits:1050\nkeyspace_misses:150\nrejected_connections:9\ndb3:keys=5,expires=2,avg_ttl=0\n");
        var rates = RedisRates.Between(before, after, 2, null);
        Assert.Equal(new RedisRates(10, 25, true, 2), rates);
        Assert.Equal(0, RedisRates.Between(after, before, 2, null).EvictionsPerSecond);
        Assert.Equal(5, RedisRates.Between(before, after, 2, 4).Rejected);
        Assert.Equal((95d, 5L, 2L, 0L), (after.MemoryPercent, after.Keys(3), after.Expiring(3), after.Keys(0)));
        Assert.Throws<CannotCheckException>(() => RedisInfo.Parse("redis_version:7\n"));
    }

    [Theory, InlineData("cache", "cache", 6379), InlineData("cache:7000", "cache", 7000), InlineData("[::1]:7000", "::1", 7000), InlineData("::1", "::1", 6379), InlineData("10.0.0.7:6380", "10.0.0.7", 6380)]
    public void Hosts_and_ports_are_told_apart(string endpoint, string host, int port) => Assert.Equal((host, port), RedisTarget.Place(endpoint));
}
