using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Network;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes.Network;

/// <summary>Our clock against a time server of the test's own.</summary>
public sealed class ClockProbeTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private static async Task<ProbeResult> Check(Func<byte[], byte[]?> answer, string more = "", TimeProvider? time = null)
    {
        using var server = new TimeServer(answer);
        return await ProbeRun.Check("probe.clock", $"server: 127.0.0.1\nport: {server.Port}\n{more}", time ?? new FakeTimeProvider(Now));
    }

    private static Task<ProbeResult> Off(double seconds, string more = "") => Check(question => TimeServer.Answer(question, Now.AddSeconds(seconds)), more);

    [Theory]
    [InlineData(0.2, ProbeStatus.Pass, null, "behind")]
    [InlineData(-0.2, ProbeStatus.Pass, null, "ahead of")]
    [InlineData(1.5, ProbeStatus.Warn, "ClockOff", "1.5 s behind")]
    [InlineData(-75, ProbeStatus.Fail, "ClockOff", "75 s ahead of")]
    [InlineData(400_000_000, ProbeStatus.Fail, "ClockOff", "behind")] // beyond 2036, where the counter begins anew
    public async Task How_far_it_is_off_decides(double seconds, ProbeStatus status, string? error, string words)
    {
        var result = await Off(seconds);
        result.Is(status, error);
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
        Assert.Equal(seconds * 1000, result.Get<double>("offsetMs"), 0.2);
        Assert.Equal((2L, "10.0.0.1", 3L), (result.Get("stratum"), result.Get("source"), result.Get("answers")));
    }

    [Theory]
    [InlineData("warnOffset: 3s", ProbeStatus.Pass)]
    [InlineData("maxOffset: 1s", ProbeStatus.Fail)]
    public async Task Limits_can_be_set(string more, ProbeStatus status) => Assert.Equal(status, (await Off(2, more)).Status);

    [Theory]
    [InlineData(0, 0, "RATE", "Refused")]
    [InlineData(0, 0, "DENY", "Refused")]
    [InlineData(16, 0, "", "NotSynchronised")]
    [InlineData(2, 3, "", "NotSynchronised")] // the leap indicator says "alarm"
    public async Task A_server_that_refuses_or_has_no_time_tells_nothing(byte stratum, int leap, string code, string error)
    {
        var result = await Check(question =>
        {
            var answer = TimeServer.Answer(question, Now);
            (answer[0], answer[1]) = ((byte)((answer[0] & 0x3F) | (leap << 6)), stratum);
            System.Text.Encoding.ASCII.GetBytes(code).CopyTo(answer, 12);
            return answer;
        });
        result.Is(ProbeStatus.Error, error);
        Assert.Contains(code, result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24, 1)] // not our question
    [InlineData(0, 3)] // a client's packet
    public async Task What_is_no_answer_to_our_question_is_passed_over(int place, byte value) =>
        (await Check(question =>
        {
            var answer = TimeServer.Answer(question, Now);
            answer[place] = place == 0 ? (byte)((4 << 3) | value) : (byte)(answer[place] ^ value);
            return answer;
        }, "timeout: 1s\nsamples: 1", TimeProvider.System)).Is(ProbeStatus.Error, "Timeout");

    [Fact]
    public async Task Times_that_cannot_be_are_not_believed() =>
        (await Check(question =>
        {
            var answer = TimeServer.Answer(question, Now);
            BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(40), TimeServer.Stamp(Now.AddSeconds(-5)));
            return answer;
        })).Is(ProbeStatus.Error, "InvalidResponse");

    [Fact]
    public async Task A_server_that_doubts_itself_by_more_than_the_limit_is_a_warning() =>
        (await Check(question =>
        {
            var answer = TimeServer.Answer(question, Now);
            BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(8), 5 * 65536);
            return answer;
        })).Is(ProbeStatus.Warn, "Imprecise");

    [Fact]
    public async Task Short_packets_and_silence_are_no_answers()
    {
        (await Check(_ => new byte[20], "timeout: 1s\nsamples: 1", TimeProvider.System)).Is(ProbeStatus.Error, "Timeout");
        (await Check(_ => null, "timeout: 1s\nsamples: 1", TimeProvider.System)).Is(ProbeStatus.Error, "Timeout");
    }

    [Fact]
    public void An_answer_from_before_the_question_is_not_believed() => Assert.Equal("InvalidResponse", Assert.Throws<CannotCheckException>(() => Sntp.Read(TimeServer.Answer(Sntp.Question(), Now), Now, TimeSpan.FromSeconds(-1), "x")).Word);
}

internal sealed class TimeServer : IDisposable
{
    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _end = new();

    public TimeServer(Func<byte[], byte[]?> answer) => _ = ServeAsync(answer);

    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    public static ulong Stamp(DateTimeOffset time)
    {
        var ticks = (time - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).Ticks;
        return ((ulong)(ticks / TimeSpan.TicksPerSecond & 0xFFFFFFFF) << 32) | ((ulong)(ticks % TimeSpan.TicksPerSecond) << 32) / TimeSpan.TicksPerSecond;
    }

    public static byte[] Answer(byte[] question, DateTimeOffset time)
    {
        var answer = new byte[48];
        (answer[0], answer[1]) = ((4 << 3) | 4, 2);
        ((byte[])[10, 0, 0, 1]).CopyTo(answer, 12);
        question.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(32), Stamp(time));
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(40), Stamp(time));
        return answer;
    }

    private async Task ServeAsync(Func<byte[], byte[]?> answer)
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync(_end.Token);
                if (answer(question.Buffer) is { } reply) await _socket.SendAsync(reply, question.RemoteEndPoint, _end.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    public void Dispose()
    {
        _end.Cancel();
        _socket.Dispose();
        _end.Dispose();
    }
}
