using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IncidentTools.Engine.Probes;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Real handshakes with certificates made for the purpose.</summary>
public sealed class TlsProbeTests
{
    private static async Task<ProbeResult> Check(X509Certificate2 certificate, string more = "", string checks = "checkChain: false", TimeProvider? time = null)
    {
        using var server = LoopbackServer.Raw(async connection => { await connection.SecureAsync(certificate); await connection.HangAsync(); });
        return await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {server.Port}\nserverName: localhost\n{checks}\n{more}", time);
    }

    [Fact]
    public async Task A_good_certificate_passes_with_its_figures()
    {
        using var certificate = TestCertificates.SelfSigned();
        var result = await Check(certificate);
        result.Is(ProbeStatus.Pass, null);
        Assert.InRange(result.Get<double>("daysLeft"), 99, 100);
        Assert.Equal("CN=localhost", result.Get("subject"));
        Assert.Equal(["localhost", "127.0.0.1"], result.Get<IReadOnlyList<object?>>("names"));
        Assert.Contains(result.Get<string>("protocol"), new[] { "tls1.2", "tls1.3" });
        Assert.Equal(Convert.ToHexString(SHA256.HashData(certificate.RawData)), result.Get("thumbprint"));
        Assert.Equal((true, false), (result.Get("nameMatches"), result.Get("chainValid")));
    }

    [Fact]
    public async Task A_certificate_of_a_trusted_authority_passes_every_check()
    {
        using var certificate = TestCertificates.Trusted();
        var result = await Check(certificate, checks: "");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((true, true, "CN=Test root"), (result.Get("nameMatches"), result.Get("chainValid"), result.Get("issuer")));
    }

    [Fact]
    public async Task A_server_that_does_not_send_its_intermediate_is_found_out()
    {
        using var intermediate = TestCertificates.Intermediate();
        using var certificate = TestCertificates.Trusted(intermediate);
        async Task<ProbeResult> CheckWith(params X509Certificate2[] sent)
        {
            var context = System.Net.Security.SslStreamCertificateContext.Create(certificate, [.. sent], offline: true);
            using var server = LoopbackServer.Raw(async connection =>
            {
                using var stream = new System.Net.Security.SslStream(connection.Stream);
                await stream.AuthenticateAsServerAsync(new System.Net.Security.SslServerAuthenticationOptions { ServerCertificateContext = context }, connection.End);
                await connection.HangAsync();
            });
            return await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {server.Port}");
        }
        (await CheckWith()).Is(ProbeStatus.Fail, "ChainInvalid");
        (await CheckWith(intermediate)).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task A_chain_that_leads_to_no_trusted_root_fails()
    {
        using var certificate = TestCertificates.SelfSigned();
        (await Check(certificate, checks: "")).Is(ProbeStatus.Fail, "ChainInvalid");
    }

    [Theory]
    [InlineData(-0.5, ProbeStatus.Fail, "Expired")]
    [InlineData(2, ProbeStatus.Fail, "ExpiresSoon")]
    [InlineData(15, ProbeStatus.Warn, "ExpiresSoon")]
    [InlineData(25, ProbeStatus.Pass, null)]
    public async Task The_days_left_decide(double days, ProbeStatus status, string? error)
    {
        using var certificate = TestCertificates.SelfSigned(toDays: days);
        var result = await Check(certificate);
        result.Is(status, error);
        Assert.Equal(days, result.Get<double>("daysLeft"), 0.2);
        Assert.Equal(20d, result.Thresholds["warnDays"]);
    }

    [Fact]
    public async Task Days_are_counted_by_the_clock_of_the_engine()
    {
        using var certificate = TestCertificates.SelfSigned();
        (await Check(certificate, time: new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(200)))).Is(ProbeStatus.Fail, "Expired");
        (await Check(certificate, time: new FakeTimeProvider(DateTimeOffset.UtcNow.AddDays(-20)))).Is(ProbeStatus.Fail, "NotYetValid");
    }

    [Fact]
    public async Task A_certificate_for_another_name_fails_unless_told_otherwise()
    {
        using var certificate = TestCertificates.SelfSigned("other.example");
        var result = await Check(certificate);
        result.Is(ProbeStatus.Fail, "NameMismatch");
        Assert.Contains("other.example", result.Message, StringComparison.Ordinal);
        (await Check(certificate, "checkName: false")).Is(ProbeStatus.Pass, null);
        (await Check(certificate, checks: "checkName: false")).Is(ProbeStatus.Fail, "ChainInvalid");
    }

    [Fact]
    public async Task Issuer_and_thumbprint_can_be_pinned()
    {
        using var certificate = TestCertificates.SelfSigned();
        (await Check(certificate, "expectIssuer: Let's Encrypt")).Is(ProbeStatus.Fail, "IssuerUnexpected");
        (await Check(certificate, $"expectThumbprint: '{new string('0', 64)}'")).Is(ProbeStatus.Fail, "ThumbprintUnexpected");
        var print = string.Join(':', SHA256.HashData(certificate.RawData).Select(part => part.ToString("x2", null)));
        (await Check(certificate, $"expectIssuer: CN=localhost\nexpectThumbprint: '{print}'")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task An_older_protocol_than_asked_for_fails()
    {
        using var certificate = TestCertificates.SelfSigned();
        using var server = LoopbackServer.Raw(async connection =>
        {
            using var stream = new System.Net.Security.SslStream(connection.Stream);
            await stream.AuthenticateAsServerAsync(certificate, false, System.Security.Authentication.SslProtocols.Tls12, false);
            await connection.HangAsync();
        });
        var result = await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {server.Port}\ncheckChain: false\nminProtocol: tls1.3");
        result.Is(ProbeStatus.Fail, "ProtocolTooOld");
        Assert.Equal("tls1.2", result.Get("protocol"));
    }

    [Fact]
    public async Task What_is_no_TLS_server_fails_each_in_its_way()
    {
        (await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {LoopbackServer.FreePort()}")).Is(ProbeStatus.Fail, "ConnectionRefused");
        using (var plain = LoopbackServer.Raw(connection => connection.WriteAsync("220 mail.example ESMTP\r\n")))
            (await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {plain.Port}")).Is(ProbeStatus.Fail, "TlsFailure");
        using (var silent = LoopbackServer.Raw(connection => connection.HangAsync()))
        {
            var result = await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {silent.Port}\ntimeout: 500ms");
            result.Is(ProbeStatus.Fail, "Timeout");
            Assert.Equal("tls", result.Get("phase"));
        }
        using (var reset = LoopbackServer.Raw(async connection => { await connection.Stream.ReadExactlyAsync(new byte[1]); connection.Reset(); }))
            (await ProbeRun.Check("probe.tls", $"host: 127.0.0.1\nport: {reset.Port}")).Is(ProbeStatus.Fail, "ConnectionReset");
    }
}
