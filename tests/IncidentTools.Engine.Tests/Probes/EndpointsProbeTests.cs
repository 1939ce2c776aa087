using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Network;

namespace IncidentTools.Engine.Tests.Probes;

public sealed class EndpointsProbeTests
{
    private const string Slow = "kind: database, p95: 20ms";

    /// <summary>What has "slow" in its path takes its time, what has "bad" is an error.</summary>
    private static LoopbackServer Server() => LoopbackServer.Http(async (connection, request) =>
    {
        if (request.Contains("slow", StringComparison.Ordinal)) await Task.Delay(80, connection.End);
        await connection.AnswerAsync(request.Contains("bad", StringComparison.Ordinal) ? "503 Service Unavailable" : "200 OK", "x");
    });

    [Fact]
    public async Task Only_what_needs_the_database_is_slow()
    {
        using var server = Server();
        var url = $"http://127.0.0.1:{server.Port}";
        var result = await ProbeRun.Check("probe.endpoints", $"samples: 5\nendpoints:\n- {{ name: logo, url: {url}/logo, kind: static, p95: 1h }}\n- {{ name: front, url: {url}/, p95: 1h }}\n- {{ name: search, url: {url}/slow, {Slow} }}");
        result.Is(ProbeStatus.Fail, ProbeErrors.TooSlow);
        Assert.Equal(("database", "search", "firstByte"), (result.Get("slow"), result.Get("slowest"), result.Get("phase")));
        Assert.Equal(["database"], result.Get<IReadOnlyList<object?>>("slowKinds"));
        Assert.True(result.Get<double>("p95Ms") >= 79);
        Assert.Equal(15, server.Requests.Count);

        var again = await ProbeRun.Check("probe.endpoints", $"samples: 2\nprevious: {PlainJson.Write(result.Value)}\nendpoints: [{{ name: search, url: {url}/, kind: database, p95: 1h }}]");
        again.Is(ProbeStatus.Pass, null);
        Assert.Contains("before, now", again.Get<string>("table"), StringComparison.Ordinal);
        Assert.NotNull(((IReadOnlyDictionary<string, object?>)again.Get<IReadOnlyList<object?>>("endpoints")[0]!)["beforeP95Ms"]);
    }

    [Fact]
    public async Task Many_at_once_are_under_way_together_and_each_part_of_the_way_is_timed()
    {
        var (now, most) = (0, 0);
        using var all = new CountdownEvent(6);
        using var server = LoopbackServer.Http(async (connection, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            all.Signal();
            // answers once all six are there: one after the other they would run into the time limit
            while (!all.IsSet) await Task.Delay(5, connection.End);
            await Task.Delay(100, connection.End);
            Interlocked.Decrement(ref now);
            await connection.AnswerAsync("200 OK");
        });
        var result = await ProbeRun.Check("probe.http", $"url: http://127.0.0.1:{server.Port}/\nsamples: 6\nconcurrency: 6\ntimeout: 1m");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(0L, result.Get("failedSamples"));
        Assert.Equal("firstByte", result.Get("slowestPhase"));
        var connect = Assert.IsType<IReadOnlyDictionary<string, object?>>(result.Get<IReadOnlyDictionary<string, object?>>("phases")["connect"], exactMatch: false);
        Assert.IsType<double>(connect["p95Ms"]);
        Assert.Null((result.Get<IReadOnlyDictionary<string, object?>>("phases")["tls"] as IReadOnlyDictionary<string, object?>)!["p50Ms"]);
    }

    [Fact]
    public async Task Far_above_what_is_usual_is_a_warning_and_fails_where_no_limit_is_given()
    {
        using var server = Server();
        var url = $"http://127.0.0.1:{server.Port}/slow";
        (await ProbeRun.Check("probe.endpoints", $"samples: 3\nendpoints: [{{ name: a, url: {url}, p95: 1h, baseline: 10ms }}]")).Is(ProbeStatus.Warn, ProbeErrors.TooSlow);
        (await ProbeRun.Check("probe.endpoints", $"samples: 3\nendpoints: [{{ name: a, url: {url}, baseline: 10ms }}]")).Is(ProbeStatus.Fail, ProbeErrors.TooSlow);
        (await ProbeRun.Check("probe.endpoints", $"samples: 3\nendpoints: [{{ name: a, url: {url}, baseline: 1h }}]")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Errors_count_and_a_quick_error_is_not_a_quick_answer()
    {
        using var server = Server();
        var result = await ProbeRun.Check("probe.endpoints", $"samples: 4\nendpoints: [{{ name: a, url: http://127.0.0.1:{server.Port}/bad }}]");
        result.Is(ProbeStatus.Fail, ProbeErrors.StatusUnexpected);
        Assert.Equal((100d, null, "unclear"), (result.Get("errorPercent"), result.Get("p95Ms"), result.Get("slow")));
    }

    [Fact]
    public async Task What_hangs_counts_as_slow_and_ends_within_its_budget()
    {
        using var server = LoopbackServer.Http((connection, _) => connection.HangAsync());
        var result = await ProbeRun.Check("probe.endpoints", $"samples: 1000\nconcurrency: 1\ntimeout: 200ms\nbudget: 500ms\nendpoints: [{{ name: a, url: http://127.0.0.1:{server.Port}/, p95: 100ms }}]");
        Assert.Equal(ProbeStatus.Fail, result.Status);
        Assert.True(result.Get<double>("p95Ms") >= 199);
        Assert.InRange(server.Requests.Count, 1, 4);
    }

    [Theory]
    [InlineData(false, false, false, "none"), InlineData(true, true, true, "all"), InlineData(true, true, false, "all"), InlineData(true, false, false, "unclear"), InlineData(false, true, true, "application"), InlineData(false, true, null, "application")]
    [InlineData(false, false, true, "database"), InlineData(null, false, true, "database"), InlineData(null, true, true, "unclear"), InlineData(false, null, true, "unclear"), InlineData(null, null, null, "unclear"), InlineData(null, null, false, "none"), InlineData(true, null, null, "unclear"), InlineData(true, null, true, "all")]
    public void Which_kinds_are_slow_says_where_to_look(bool? files, bool? light, bool? database, string pattern)
    {
        static IEnumerable<EndpointFigures> One(string kind, bool? slow) => slow is { } known ? [new EndpointFigures(kind, kind, 1, 0, 1, 1, 1, 1, known, known, null, null, null)] : [];
        Assert.Equal(pattern, EndpointFigures.Pattern([.. One("static", files), .. One("light", light), .. One("database", database)]));
    }

    [Fact]
    public void Percentiles_are_times_that_were_seen()
    {
        Assert.Null(Percentiles.Of([], 0.95));
        Assert.Equal((1, 19, 20), (Percentiles.Of([.. Enumerable.Range(1, 20).Select(value => (double)value)], 0.05), Percentiles.Of([.. Enumerable.Range(1, 20).Select(value => (double)value)], 0.95), Percentiles.Of([.. Enumerable.Range(1, 20).Select(value => (double)value)], 0.99)));
    }
}
