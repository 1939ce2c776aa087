using IncidentTools.Engine.Probes;
using static IncidentTools.Engine.Tests.Probes.LoopbackDns;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Against a real name server on a UDP port.</summary>
public sealed class DnsProbeTests
{
    private const int A = 1, Ns = 2, Cname = 5, Soa = 6, Mx = 15, Txt = 16, Aaaa = 28;

    private static async Task<ProbeResult> Check(Func<string, int, Answer?> answer, string more = "")
    {
        using var server = new LoopbackDns(answer);
        return await ProbeRun.Check("probe.dns", $"name: www.example.com\nserver: {server.Endpoint}\n{more}");
    }

    private static Answer Two(string name, int type) => new(0, (name, type, 300, Address("192.0.2.1")), (name, type, 60, Address("192.0.2.2")));

    [Fact]
    public async Task An_answer_passes_with_its_figures()
    {
        var result = await Check(Two);
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(["192.0.2.1", "192.0.2.2"], result.Get<IReadOnlyList<object?>>("answers"));
        Assert.Equal(("NOERROR", (object?)60L), (result.Get("rcode"), result.Get("ttl")));
        Assert.StartsWith("127.0.0.1:", result.Get<string>("server"), StringComparison.Ordinal);
        Assert.IsType<double>(result.Get("ms"));
    }

    [Theory]
    [InlineData(3, "NXDOMAIN")]
    [InlineData(2, "SERVFAIL")]
    [InlineData(5, "REFUSED")]
    public async Task An_error_of_the_server_fails(int rcode, string name)
    {
        var result = await Check((_, _) => new Answer(rcode));
        result.Is(ProbeStatus.Fail, "DnsFailure");
        Assert.Equal(name, result.Get("rcode"));
    }

    [Fact]
    public async Task A_name_without_records_of_that_type_is_not_found() => (await Check((_, _) => new Answer(0), "type: AAAA")).Is(ProbeStatus.Fail, "NotFound");

    [Fact]
    public async Task Silence_times_out() => (await Check((_, _) => null, "timeout: 600ms")).Is(ProbeStatus.Fail, "Timeout");

    [Fact]
    public async Task One_lost_datagram_is_asked_for_again()
    {
        var count = 0;
        var result = await Check((name, type) => Interlocked.Increment(ref count) == 1 ? null : Two(name, type), "timeout: 2s\nwarnLatency: 30s");
        result.Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Rubbish_is_no_answer()
    {
        var result = await Check((_, _) => new Answer(0) { Raw = [1, 2, 3] }, "timeout: 600ms");
        Assert.Equal(ProbeStatus.Fail, result.Status);
        // what cannot be read is asked for again over TCP, where nobody listens
        Assert.Contains(result.Error, new[] { "InvalidResponse", "Timeout", "ConnectionRefused" });
    }

    [Fact]
    public async Task A_server_that_is_not_there_fails()
    {
        var result = await ProbeRun.Check("probe.dns", $"name: x.example\nserver: 127.0.0.1:{LoopbackServer.FreePort()}\ntimeout: 600ms");
        Assert.Equal(ProbeStatus.Fail, result.Status);
        Assert.Contains(result.Error, new[] { "ConnectionRefused", "Timeout", "ConnectionReset" }); // a refusal of UDP reaches the sender on some systems only
    }

    [Theory]
    [InlineData("expect: 192.0.2.1", ProbeStatus.Warn, "AnswerUnexpected")]
    [InlineData("expect: [192.0.2.2, 192.0.2.1]\nrequireAll: true", ProbeStatus.Pass, null)]
    [InlineData("expect: [192.0.2.1, 192.0.2.2, 192.0.2.3]", ProbeStatus.Pass, null)]
    [InlineData("expect: [192.0.2.1, 192.0.2.2, 192.0.2.3]\nrequireAll: true", ProbeStatus.Fail, "AnswerUnexpected")]
    [InlineData("expect: 198.51.100.7", ProbeStatus.Fail, "AnswerUnexpected")]
    public async Task Answers_are_held_against_what_they_should_be(string more, ProbeStatus status, string? error) => (await Check(Two, more)).Is(status, error);

    public static TheoryData<string, int, byte[], string, string> Types => new()
    {
        { "AAAA", Aaaa, Address("2001:db8::1"), "2001:db8::1", "2001:DB8:0::1" },
        { "CNAME", Cname, Name("Cdn.Example.NET"), "cdn.example.net", "cdn.example.net." },
        { "MX", Mx, Exchange(10, "mail.example.com"), "10 mail.example.com", "mail.example.com" },
        { "TXT", Txt, Strings("v=spf1 -ALL", " more"), "v=spf1 -ALL more", "v=spf1 -ALL more" },
        { "NS", Ns, Name("ns1.example.com"), "ns1.example.com", "NS1.example.com" },
        { "SOA", Soa, [.. Name("ns1.example.com"), .. Name("admin.example.com"), 0, 0, 0, 42, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1], "ns1.example.com admin.example.com 42", "ns1.example.com admin.example.com 42" },
    };

    [Theory, MemberData(nameof(Types))]
    public async Task Each_type_is_asked_for_and_read(string type, int number, byte[] data, string text, string expected)
    {
        var asked = 0;
        var result = await Check((name, kind) => { asked = kind; return new Answer(0, (name, number, 30, data)); }, $"type: {type}\nexpect: '{expected}'");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(number, asked);
        Assert.Equal([text], result.Get<IReadOnlyList<object?>>("answers"));
    }

    [Fact]
    public async Task An_alias_on_the_way_is_recorded_and_not_an_answer()
    {
        var result = await Check((name, _) => new Answer(0, (name, Cname, 30, Name("cdn.example.net")), ("cdn.example.net", A, 30, Address("192.0.2.9"))), "expect: 192.0.2.9");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(2, ((IReadOnlyList<object?>)result.Observations["records"]!).Count);
    }

    [Theory]
    [InlineData("name: x.example\nserver: nowhere")]
    [InlineData("name: 'no name at all'\nserver: 127.0.0.1")]
    [InlineData("name: 'a..b'\nserver: 127.0.0.1")]
    public async Task A_question_that_makes_no_sense_is_an_error(string yaml) => (await ProbeRun.Check("probe.dns", yaml)).Is(ProbeStatus.Error, "InvalidTarget");
}
