using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Against real sockets that misbehave in every way a service can.</summary>
public sealed class HttpProbeTests
{
    private static Task<ProbeResult> Check(LoopbackServer server, string more = "", ISecretSource? secrets = null, SecretMask? mask = null, string scheme = "http") =>
        ProbeRun.Check("probe.http", $"url: {scheme}://127.0.0.1:{server.Port}/health\n{more}", secrets: secrets, mask: mask);

    [Fact]
    public async Task A_good_answer_passes_with_all_its_figures()
    {
        using var server = LoopbackServer.Http("200 OK", "all is well", "Server: test\r\n");
        var result = await Check(server, "contains: 'is w.ll'");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(200L, result.Get("status"));
        Assert.Equal(11L, result.Get("bytes"));
        Assert.Null(result.Get("phase"));
        Assert.Equal($"http://127.0.0.1:{server.Port}/health", result.Get("finalUrl"));
        Assert.True(result.Get<double>("totalMs") >= result.Get<double>("firstByteMs"));
        foreach (var name in new[] { "dnsMs", "connectMs", "firstByteMs", "totalMs" }) Assert.IsType<double>(result.Observations[name]);
        Assert.Equal("127.0.0.1", result.Observations["remoteAddress"]);
        Assert.Equal("test", ((IReadOnlyDictionary<string, object?>)result.Observations["headers"]!)["Server"]);
    }

    [Theory]
    [InlineData("502 Bad Gateway", "refused or died")]
    [InlineData("503 Service Unavailable", "maintenance")]
    [InlineData("504 Gateway Timeout", "too slow")]
    [InlineData("404 Not Found", "404")]
    [InlineData("500 Internal Server Error", "500")]
    public async Task A_wrong_status_fails_and_says_what_it_means(string status, string meaning)
    {
        using var server = LoopbackServer.Http(status, "error page");
        var result = await Check(server);
        result.Is(ProbeStatus.Fail, "StatusUnexpected");
        Assert.Equal(long.Parse(status[..3], null), result.Get("status"));
        Assert.Contains(meaning, result.Message, StringComparison.Ordinal);
        Assert.Equal("error page", result.Observations["body"]);
    }

    [Theory]
    [InlineData("expectStatus: 404", ProbeStatus.Pass)]
    [InlineData("expectStatus: 200-299", ProbeStatus.Fail)]
    [InlineData("expectStatus: [200, 401-404]", ProbeStatus.Pass)]
    [InlineData("expectStatus: 200-499", ProbeStatus.Pass)]
    public async Task The_runbook_says_which_status_is_right(string expect, ProbeStatus status)
    {
        using var server = LoopbackServer.Http("404 Not Found");
        Assert.Equal(status, (await Check(server, expect)).Status);
    }

    [Theory]
    [InlineData("expectStatus: ok")]
    [InlineData("expectStatus: 300-200")]
    [InlineData("resolveTo: localhost")]
    [InlineData("headers: { X-A: \"a\\nb\" }")]
    public async Task A_question_that_makes_no_sense_is_an_error(string more)
    {
        using var server = LoopbackServer.Http("200 OK");
        Assert.Equal(ProbeStatus.Error, (await Check(server, more)).Status);
    }

    [Fact]
    public async Task A_refused_connection_is_told_from_others()
    {
        var result = await ProbeRun.Check("probe.http", $"url: http://127.0.0.1:{LoopbackServer.FreePort()}/");
        result.Is(ProbeStatus.Fail, "ConnectionRefused");
        Assert.Null(result.Get("status"));
        Assert.Equal("connect", result.Get("phase"));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_at_all_times_out_while_connecting()
    {
        using var hole = await Blackhole.DigAsync();
        var result = await ProbeRun.Check("probe.http", $"url: http://127.0.0.1:{hole.Port}/\ntimeout: 500ms");
        result.Is(ProbeStatus.Fail, "Timeout");
        Assert.Equal("connect", result.Get("phase"));
    }

    [Fact]
    public async Task A_service_that_hangs_times_out_while_answering()
    {
        using var server = LoopbackServer.Http((connection, _) => connection.HangAsync());
        var result = await Check(server, "timeout: 500ms");
        result.Is(ProbeStatus.Fail, "Timeout");
        Assert.Equal("answer", result.Get("phase"));
        Assert.Contains("hangs", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_end_times_out_in_the_body()
    {
        using var server = LoopbackServer.Http(async (connection, _) =>
        {
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe first part");
            await connection.HangAsync();
        });
        var result = await Check(server, "timeout: 500ms");
        result.Is(ProbeStatus.Fail, "Timeout");
        Assert.Equal(("body", (object?)200L), (result.Get("phase"), result.Get("status")));
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_a_dns_failure()
    {
        var result = await ProbeRun.Check("probe.http", "url: http://no-such-host.invalid/");
        Assert.Equal("DnsFailure", result.Error);
        Assert.Contains(result.Status, new[] { ProbeStatus.Fail, ProbeStatus.Error }); // where no resolver answers, that is all that is known
        Assert.Equal("dns", result.Get("phase"));
    }

    [Fact]
    public async Task A_connection_closed_in_the_middle_of_the_body_fails()
    {
        using var server = LoopbackServer.Http((connection, _) => connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf"));
        (await Check(server)).Is(ProbeStatus.Fail, "ConnectionClosed");
    }

    [Fact]
    public async Task A_connection_closed_before_the_answer_fails()
    {
        using var server = LoopbackServer.Http((_, _) => Task.CompletedTask);
        (await Check(server)).Is(ProbeStatus.Fail, "ConnectionClosed");
    }

    [Fact]
    public async Task A_reset_is_told_from_a_close()
    {
        using var server = LoopbackServer.Http((connection, _) => { connection.Reset(); return Task.CompletedTask; });
        (await Check(server)).Is(ProbeStatus.Fail, "ConnectionReset");
    }

    [Fact]
    public async Task What_is_not_HTTP_is_said_to_be_none()
    {
        using var server = LoopbackServer.Http((connection, _) => connection.WriteAsync("SSH-2.0-OpenSSH_9.6\r\n"));
        (await Check(server)).Is(ProbeStatus.Fail, "InvalidResponse");
    }

    [Fact]
    public async Task Redirects_are_followed_and_recorded()
    {
        using var server = LoopbackServer.Http((connection, request) => request.StartsWith("GET /health", StringComparison.Ordinal)
            ? connection.AnswerAsync("302 Found", "", "Location: /login\r\n") : connection.AnswerAsync("200 OK", "log in"));
        var result = await Check(server, "contains: log in");
        result.Is(ProbeStatus.Pass, null);
        Assert.EndsWith("/login", result.Get<string>("finalUrl"), StringComparison.Ordinal);
        Assert.Equal(1L, result.Get("redirects"));
        result = await Check(server, "followRedirects: false");
        Assert.Equal(302L, result.Get("status"));
    }

    [Fact]
    public async Task A_redirect_loop_ends()
    {
        using var server = LoopbackServer.Http("301 Moved Permanently", "", "Location: /health\r\n");
        (await Check(server)).Is(ProbeStatus.Fail, "TooManyRedirects");
        Assert.Equal(11, server.Requests.Count);
    }

    [Fact]
    public async Task A_secret_header_goes_to_its_host_only_and_shows_nowhere()
    {
        using var other = LoopbackServer.Http((connection, _) => connection.AnswerAsync("500 Oops", "your key s3cret-value is wrong"));
        using var server = LoopbackServer.Http("307 Temporary Redirect", "", $"Location: http://127.0.0.1:{other.Port}/\r\n");
        var (mask, secrets) = (new SecretMask(), new Secrets(new() { ["secret:key"] = "s3cret-value" }));
        var result = await Check(server, "headers: { X-Key: 'secret:key' }", secrets, mask);
        Assert.Contains("X-Key: s3cret-value", Assert.Single(server.Requests), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", Assert.Single(other.Requests), StringComparison.Ordinal);
        result.Is(ProbeStatus.Fail, "StatusUnexpected");
        Assert.DoesNotContain("s3cret", result.Message + PlainJson.Write(result.Observations) + PlainJson.Write(result.Value), StringComparison.Ordinal);
        Assert.Contains("***", (string)result.Observations["body"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_secret_sends_nothing()
    {
        using var server = LoopbackServer.Http("200 OK");
        (await Check(server, "headers: { X-Key: 'secret:other' }")).Is(ProbeStatus.Error, "SecretMissing");
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Content_is_checked_both_ways()
    {
        using var server = LoopbackServer.Http("200 OK", "Down for maintenance");
        (await Check(server, "contains: Welcome")).Is(ProbeStatus.Fail, "ContentMissing");
        (await Check(server, "notContains: '(?i)MAINTENANCE'")).Is(ProbeStatus.Fail, "ContentUnwanted");
        (await Check(server, "notContains: Hacked")).Is(ProbeStatus.Pass, null);
    }

    [Theory]
    [InlineData("contains: the end", ProbeStatus.Error, "Truncated")]
    [InlineData("notContains: the end", ProbeStatus.Error, "Truncated")]
    [InlineData("contains: aaa", ProbeStatus.Pass, null)]
    [InlineData("contains: the end\nmaxBodyBytes: 30007", ProbeStatus.Pass, null)]
    public async Task A_huge_body_is_read_in_part_and_the_rest_is_unknown(string more, ProbeStatus status, string? error)
    {
        using var server = LoopbackServer.Http("200 OK", new string('a', 30_000) + "the end");
        (await Check(server, more.Contains("max", StringComparison.Ordinal) ? more : more + "\nmaxBodyBytes: 10000")).Is(status, error);
    }

    [Fact]
    public async Task A_pattern_that_never_ends_is_an_error()
    {
        using var server = LoopbackServer.Http("200 OK", new string('a', 5000) + "!");
        (await Check(server, "contains: '^(?=(a+)+$)b'")).Is(ProbeStatus.Error, "RegexTimeout");
    }

    [Fact]
    public async Task Slowness_warns_then_fails()
    {
        using var server = LoopbackServer.Http(async (connection, _) =>
        {
            await Task.Delay(100);
            await connection.AnswerAsync("200 OK");
        });
        (await Check(server, "warnLatency: 10ms")).Is(ProbeStatus.Warn, "TooSlow");
        var result = await Check(server, "warnLatency: 5ms\nmaxLatency: 10ms");
        result.Is(ProbeStatus.Fail, "TooSlow");
        Assert.Equal(TimeSpan.FromMilliseconds(10), result.Thresholds["maxLatency"]);
    }

    [Fact]
    public async Task Several_samples_give_percentiles_and_the_number_that_failed()
    {
        var count = 0;
        using var server = LoopbackServer.Http((connection, _) => connection.AnswerAsync(Interlocked.Increment(ref count) % 2 == 0 ? "503 Service Unavailable" : "200 OK"));
        var result = await Check(server, "samples: 4");
        result.Is(ProbeStatus.Fail, "StatusUnexpected");
        Assert.Equal(2L, result.Get("failedSamples"));
        Assert.Equal(503L, result.Get("status"));
        Assert.True((double)result.Observations["p50Ms"]! <= (double)result.Observations["p95Ms"]!);
        Assert.IsType<double>(result.Observations["p99Ms"]);
        Assert.Equal(result.Observations["p95Ms"], result.Get("p95Ms"));
    }

    [Fact]
    public async Task The_request_goes_where_and_as_it_is_told()
    {
        using var server = LoopbackServer.Http("200 OK");
        var result = await ProbeRun.Check("probe.http", $"url: http://shop.invalid:{server.Port}/x\nresolveTo: 127.0.0.1\nhostHeader: www.shop.invalid\nmethod: POST\nbody: ping\nheaders: {{ Content-Type: text/plain }}");
        result.Is(ProbeStatus.Pass, null);
        var request = Assert.Single(server.Requests);
        Assert.StartsWith("POST /x HTTP/1.1", request, StringComparison.Ordinal);
        Assert.Contains("Host: www.shop.invalid\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_certificate_fails_unless_it_is_let_through()
    {
        using var certificate = TestCertificates.SelfSigned();
        using var server = LoopbackServer.Http("200 OK", certificate: certificate);
        var result = await Check(server, scheme: "https");
        result.Is(ProbeStatus.Fail, "TlsFailure");
        Assert.Equal("tls", result.Get("phase"));
        Assert.Contains("chain", result.Message, StringComparison.Ordinal);
        result = await Check(server, "allowInvalidCertificate: true", scheme: "https");
        result.Is(ProbeStatus.Pass, null);
        Assert.InRange(result.Get<double>("daysLeft"), 99, 100);
        Assert.IsType<double>(result.Observations["tlsMs"]);
    }

    [Fact]
    public async Task A_valid_certificate_passes()
    {
        using var certificate = TestCertificates.Trusted();
        using var server = LoopbackServer.Http("200 OK", "well", certificate: certificate);
        var result = await Check(server, scheme: "https");
        result.Is(ProbeStatus.Pass, null);
        Assert.InRange(result.Get<double>("daysLeft"), 99, 100);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_a_TLS_failure()
    {
        using var server = LoopbackServer.Raw(connection => connection.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"));
        (await Check(server, scheme: "https")).Is(ProbeStatus.Fail, "TlsFailure");
    }
}
