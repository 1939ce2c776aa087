using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes;

public sealed class PingProbeTests
{
    [Fact]
    public async Task This_machine_answers_or_cannot_ping_at_all()
    {
        var result = await ProbeRun.Check("probe.ping", "host: 127.0.0.1\ncount: 3");
        Assert.SkipWhen(result.Error == "PermissionDenied", $"pinging is not permitted here: {result.Message}");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(((object?)3L, (object?)3L, (object?)0d), (result.Get("sent"), result.Get("received"), result.Get("lossPercent")));
        Assert.True(result.Get<double>("minMs") <= result.Get<double>("avgMs") && result.Get<double>("avgMs") <= result.Get<double>("maxMs"));
    }

    [Fact]
    public async Task A_slow_answer_is_a_warning()
    {
        var result = await ProbeRun.Check("probe.ping", "host: 127.0.0.1\ncount: 1\nwarnLatency: 0s");
        Assert.SkipWhen(result.Error == "PermissionDenied", $"pinging is not permitted here: {result.Message}");
        Assert.Contains(result.Error, new[] { "TooSlow", null }); // a loopback ping can be faster than a tenth of a millisecond
        Assert.NotEqual(ProbeStatus.Fail, result.Status);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_a_dns_failure() => Assert.Equal("DnsFailure", (await ProbeRun.Check("probe.ping", "host: no-such-host.invalid")).Error);
}
