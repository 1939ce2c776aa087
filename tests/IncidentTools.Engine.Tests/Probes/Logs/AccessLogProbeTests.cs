using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Logs;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes.Logs;

/// <summary>Access logs in the forms that servers write.</summary>
public sealed class AccessLogProbeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Check(string text, string more = "") => ProbeRun.Check("probe.access-log", $"files: '{_folder.Write("access.log", text)}'\n{more}", new FakeTimeProvider(Now));
    private static string Top(ProbeResult result, string name, string value = "count") => string.Join(' ', result.Get<IReadOnlyList<object?>>(name).Cast<IReadOnlyDictionary<string, object?>>().Select(item => $"{item["key"]}={item[value]}"));

    private const string Nginx = """
        192.0.2.1 - - [01/Nov/2026:08:00:00 +0000] "GET /old HTTP/1.1" 200 1 "-" "curl/8" 9.000 9.000
        192.0.2.1 - - [01/Nov/2026:09:55:00 +0100] "GET /cart?token=abc HTTP/1.1" 200 1000 "-" "Mozilla/5.0 (X; \"q\")" 0.100 0.090
        192.0.2.1 - ana [01/Nov/2026:08:56:00 +0000] "POST /cart HTTP/1.1" 502 150 "-" "Mozilla/5.0 (X; \"q\")" 0.300 0.290
        2001:db8::1 - - [01/Nov/2026:08:57:00 +0000] "GET /item/1 HTTP/1.1" 404 50 "-" "curl/8" 0.010 -
        192.0.2.9 - - [01/Nov/2026:08:58:00 +0000] "\x16\x03\x01" 400 0 "-" "-" 0.000 -

        """;

    private const string W3c = """
        #Software: Microsoft Internet Information Services 10.0
        #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port c-ip cs(User-Agent) sc-status sc-bytes time-taken
        2026-11-01 08:55:00 10.0.0.1 GET /cart token=abc 443 192.0.2.1 Mozilla/5.0+(X) 200 1000 100
        #Fields: date time cs-uri-stem c-ip sc-status time-taken
        2026-11-01 08:56:00 /cart 192.0.2.1 502 300
        2026-11-01 08:57:00 /item/1 2001:db8::1 404 10

        """;

    private const string Json = """
        {"time":"2026-11-01T08:55:00+00:00","remote_addr":"192.0.2.1","request":"GET /cart?token=abc HTTP/1.1","status":"200","body_bytes_sent":"1000","request_time":"0.100","http_user_agent":"x"}
        {"time":"2026-11-01T08:56:00+00:00","remote_addr":"192.0.2.1","request":"POST /cart HTTP/1.1","status":"502","body_bytes_sent":"150","request_time":"0.300","http_user_agent":"x"}
        {"ts":1793523420.5,"request":{"remote_ip":"2001:db8::1","uri":"/item/1"},"status":404,"size":50,"duration":0.01}

        """;

    [Fact]
    public async Task The_window_is_counted()
    {
        var result = await Check(Nginx, "window: 10m\nminRequests: 1");
        result.Is(ProbeStatus.Fail, "TooManyErrors");
        Assert.Equal((4L, 25.0, 50.0, 0L), (result.Get("requests"), result.Get("serverErrorPercent"), result.Get("clientErrorPercent"), result.Get("unparsable")));
        Assert.Equal("/cart=2 /item/1=1 \\x16\\x03\\x01=1", Top(result, "topUris"));
        Assert.Equal("/cart=1", Top(result, "topFailedUris"));
        Assert.Equal("192.0.2.1=2 192.0.2.9=1 2001:db8::1=1", Top(result, "topClients"));
        Assert.Equal("192.0.2.1=1150 2001:db8::1=50 192.0.2.9=0", Top(result, "topBytes", "bytes"));
        Assert.Equal(300, result.Get<double>("p99Ms"), 3.0);
        Assert.Equal(Math.Round(4 / 600.0, 3), result.Get("perSecond"));
        Assert.Contains("/cart", result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token", PlainJson.Write(result.Value) + result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("combined")]
    [InlineData("w3c")]
    [InlineData("json")]
    public async Task Every_form_says_the_same(string format)
    {
        foreach (var named in new[] { format, "auto" })
        {
            var result = await Check(format switch { "w3c" => W3c, "json" => Json, _ => string.Join('\n', Nginx.Split('\n')[..4]) + "\n" }, $"window: 10m\nformat: {named}\nminRequests: 1");
            Assert.Equal((3L, format), (result.Get("requests"), result.Observations["format"]));
            Assert.Equal("/cart=2 /item/1=1", Top(result, "topUris"));
            Assert.Equal("192.0.2.1=2 2001:db8::1=1", Top(result, "topClients"));
            Assert.Equal(100, result.Get<double>("p50Ms"), 1.01);
            Assert.Equal((1L, 1L, 1L), (Class(result, "2xx"), Class(result, "4xx"), Class(result, "5xx")));
        }
        static object? Class(ProbeResult result, string family) => result.Get<IReadOnlyDictionary<string, object?>>("classes")[family];
    }

    [Theory]
    [InlineData("rt=0.250 uct=\"0.001\" urt=\"0.240\"", "", 250d)]
    [InlineData("\"-\" request_time=0.250", "", 250d)]
    [InlineData("250000", "latencyUnit: us", 250d)]
    [InlineData("250000", "", null)] // a number without a unit says nothing
    [InlineData("", "", null)]
    public async Task Durations_are_where_servers_put_them(string rest, string more, double? expected)
    {
        var result = await Check($"192.0.2.1 - - [01/Nov/2026:08:55:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\" {rest}\n", more);
        if (expected is { } known) Assert.Equal(known, result.Get<double>("p50Ms"), known * LatencySketch.Error);
        else Assert.Null(result.Get("p50Ms"));
    }

    [Theory]
    [InlineData("", ProbeStatus.Pass, null)] // 4 requests are too few to judge
    [InlineData("minRequests: 1\nmaxErrorPercent: 50", ProbeStatus.Warn, "TooManyErrors")]
    [InlineData("minRequests: 1\nmaxErrorPercent: 50\nwarnErrorPercent: 50\nmaxP95: 200ms", ProbeStatus.Fail, "TooSlow")]
    [InlineData("minRequests: 1\nmaxErrorPercent: 50\nwarnErrorPercent: 50\nwarnP95: 200ms", ProbeStatus.Warn, "TooSlow")]
    [InlineData("maxPerSecond: 0.01", ProbeStatus.Fail, "TooMany")]
    public async Task Limits_decide(string more, ProbeStatus status, string? error) => (await Check(Nginx, "window: 10m\n" + more.Replace("200ms", "0.2s", StringComparison.Ordinal))).Is(status, error);

    [Fact]
    public async Task Nothing_and_nonsense_are_not_good()
    {
        (await Check(Nginx, "window: 1m")).Is(ProbeStatus.Warn, "NoRequests");
        (await Check("what\nis\nthis\n")).Is(ProbeStatus.Error, "InvalidResponse");
        (await Check(Nginx, "fields: { colour: x }")).Is(ProbeStatus.Error, "InvalidArgument");
        (await Check(string.Join('\n', Nginx.Split('\n').Select(line => line.Length > 0 ? line[..line.LastIndexOf('"')] + '"' : line)), "window: 10m\nmaxP95: 1s")).Is(ProbeStatus.Error, "NotSupported");
    }

    [Fact]
    public async Task A_window_of_a_big_log_is_found_without_reading_it_all()
    {
        var file = Path.Combine(_folder.Path, "big.log");
        using (var writer = new StreamWriter(file))
        {
            writer.Write("#Fields: date time cs-uri-stem c-ip sc-status time-taken\n");
            for (var second = -60_000; second < 0; second++) writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Now.AddSeconds(second):yyyy-MM-dd HH:mm:ss} /item/{(second + 60_000) % 5000} 192.0.2.1 200 10\n"));
        }
        var result = await ProbeRun.Check("probe.access-log", $"files: '{file}'\nwindow: 10m", new FakeTimeProvider(Now));
        Assert.Equal(600L, result.Get("requests"));
        Assert.InRange((long)((IReadOnlyDictionary<string, object?>)((IReadOnlyList<object?>)result.Observations["files"]!)[0]!)["bytesScanned"]!, 1, new FileInfo(file).Length / 2);
    }

    [Fact]
    public void Percentiles_are_as_near_as_they_say() => Prop.ForAll(Arb.From(Gen.Choose(1, 10_000_000).NonEmptyListOf()), values =>
    {
        var sketch = new LatencySketch();
        foreach (var value in values) sketch.Add(value / 1e6);
        var sorted = values.Order().ToArray();
        foreach (var part in new[] { 0.5, 0.95, 0.99, 1.0 })
        {
            var exact = sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)] / 1e6;
            Assert.InRange(sketch.Quantile(part)!.Value, exact * (1 - LatencySketch.Error) - 2e-6, exact * (1 + LatencySketch.Error) + 2e-6);
        }
    }).QuickCheckThrowOnFailure();
}
