using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes;

public sealed class TcpProbeTests
{
    private static Task<ProbeResult> Check(int port, string more = "") => ProbeRun.Check("probe.tcp", $"host: 127.0.0.1\nport: {port}\n{more}");

    [Fact]
    public async Task An_open_port_passes()
    {
        using var server = LoopbackServer.Raw(connection => connection.HangAsync());
        var result = await Check(server.Port);
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((true, "127.0.0.1"), (result.Get("connected"), result.Get("remoteAddress")));
        Assert.IsType<double>(result.Get("connectMs"));
    }

    [Fact]
    public async Task A_refused_port_fails() => (await Check(LoopbackServer.FreePort())).Is(ProbeStatus.Fail, "ConnectionRefused");

    [Fact]
    public async Task Of_several_addresses_one_that_answers_is_enough()
    {
        using var server = LoopbackServer.Raw(connection => connection.HangAsync());
        // localhost is ::1 and 127.0.0.1 on most machines; the server listens on the second only
        (await ProbeRun.Check("probe.tcp", $"host: localhost\nport: {server.Port}")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Silence_times_out()
    {
        using var hole = await Blackhole.DigAsync();
        var result = await Check(hole.Port, "timeout: 500ms");
        result.Is(ProbeStatus.Fail, "Timeout");
        Assert.Equal("connect", result.Get("phase"));
    }

    [Fact]
    public async Task A_banner_is_read_until_it_matches()
    {
        using var server = LoopbackServer.Raw(async connection =>
        {
            await connection.WriteAsync("220 mail.exam");
            await Task.Delay(50);
            await connection.WriteAsync("ple ESMTP\r\n");
            await connection.HangAsync();
        });
        var result = await Check(server.Port, "expect: '^220 \\S+ ESMTP'");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal("220 mail.example ESMTP", result.Get("banner"));
    }

    [Fact]
    public async Task What_is_sent_is_answered()
    {
        using var server = LoopbackServer.Raw(async connection =>
        {
            var buffer = new byte[64];
            var count = await connection.Stream.ReadAsync(buffer);
            await connection.WriteAsync(System.Text.Encoding.UTF8.GetString(buffer, 0, count) == "PING\r\n" ? "+PONG\r\n" : "-ERR\r\n");
        });
        (await Check(server.Port, "send: \"PING\\r\\n\"\nexpect: '\\+PONG'")).Is(ProbeStatus.Pass, null);
        (await Check(server.Port, "send: \"PONG\\r\\n\"\nexpect: '\\+PONG'")).Is(ProbeStatus.Fail, "ContentMissing");
    }

    [Fact]
    public async Task Another_banner_a_silent_server_and_a_closed_door_are_told_apart()
    {
        using (var wrong = LoopbackServer.Raw(async connection => { await connection.WriteAsync("SSH-2.0\r\n"); await connection.HangAsync(); }))
            (await Check(wrong.Port, "expect: ESMTP\ntimeout: 500ms")).Is(ProbeStatus.Fail, "ContentMissing");
        using (var silent = LoopbackServer.Raw(connection => connection.HangAsync()))
        {
            var result = await Check(silent.Port, "expect: ESMTP\ntimeout: 500ms");
            result.Is(ProbeStatus.Fail, "Timeout");
            Assert.Equal((true, "answer"), (result.Get("connected"), result.Get("phase")));
        }
        using (var closed = LoopbackServer.Raw(_ => Task.CompletedTask))
            (await Check(closed.Port, "expect: ESMTP")).Is(ProbeStatus.Fail, "ConnectionClosed");
        using (var reset = LoopbackServer.Raw(async connection => { await connection.Stream.ReadExactlyAsync(new byte[1]); connection.Reset(); }))
            (await Check(reset.Port, "send: hello\nexpect: ESMTP")).Is(ProbeStatus.Fail, "ConnectionReset");
    }

    [Fact]
    public async Task A_server_that_talks_without_end_is_not_read_without_end()
    {
        using var server = LoopbackServer.Raw(async connection =>
        {
            while (!connection.End.IsCancellationRequested) await connection.WriteAsync(new string('x', 8192));
        });
        (await Check(server.Port, "expect: ESMTP\ntimeout: 30s")).Is(ProbeStatus.Fail, "ContentMissing");
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_a_dns_failure() => Assert.Equal("DnsFailure", (await ProbeRun.Check("probe.tcp", "host: no-such-host.invalid\nport: 80")).Error);
}
