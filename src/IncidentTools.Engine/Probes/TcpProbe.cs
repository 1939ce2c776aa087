using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Network;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>Whether a port accepts a connection, and says what it should.</summary>
internal sealed class TcpProbe() : Probe("probe.tcp", "Whether a TCP port accepts a connection, and optionally what it says.", Shape, "connected", "connectMs", "remoteAddress", "banner", "phase")
{
    private const int MaxBanner = 64 * 1024;

    private static readonly ObjectShape Shape = new("probe.tcp",
        Required("host", Text, "host name or IP address"),
        Required("port", Int with { Min = 1, Max = 65535 }, "TCP port to connect to"),
        Optional("send", Text, "text to send once connected"),
        Optional("expect", Shapes.Regex, "what must come back; read until it matches or the time is up"),
        Optional("warnLatency", Shapes.Duration, "a slower connection is a warning", TimeSpan.FromSeconds(1)),
        Optional("maxLatency", Shapes.Duration, "a slower connection fails"),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromSeconds(5)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (host, port) = (with.Text("host"), with.Int("port"));
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(5);
        var expect = with.TextOrNull("expect") is { } pattern ? BoundedRegex.Compile(pattern) : null;
        var times = new DialTimes();
        found.Threshold("timeout", timeout);
        found["connected"] = false;
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            using var socket = await Dialer.ConnectAsync(host, port, null, times, timeout, context.Time, limit.Token).ConfigureAwait(false);
            found["connected"] = true;
            Latency(with, times, found);
            times.Phase = "answer";
            if (with.TextOrNull("send") is { } text) await socket.SendAsync(Encoding.UTF8.GetBytes(text), limit.Token).ConfigureAwait(false);
            if (expect is null || await BannerAsync(socket, expect, found, limit).ConfigureAwait(false)) times.Phase = null;
            found.Pass($"{host}:{port} accepts connections{(expect is null ? "" : " and answers as expected")}");
        }
        catch (OperationCanceledException) when (limit.Reached)
        {
            found.Fail(ProbeErrors.Timeout, times.Phase == "answer" ? $"{host}:{port} took the connection but did not answer in {Duration.Format(timeout)}" : $"{host}:{port} ({times.Phase}): no answer in {Duration.Format(timeout)}");
        }
        catch (Exception error) when (error is DialException or SocketException) { NetworkTrouble.Of(error).Report(found, $"{host}:{port}"); }
        (found["phase"], found["connectMs"], found["remoteAddress"]) = (times.Phase, times.ConnectMs, times.Address);
        found.Observe("dnsMs", times.DnsMs);
    }

    private static void Latency(Arguments with, DialTimes times, Findings found)
    {
        found.Threshold("warnLatency", with.Duration("warnLatency"));
        found.Threshold("maxLatency", with.Duration("maxLatency"));
        if (times.ConnectMs > with.Duration("maxLatency")?.TotalMilliseconds) found.Fail(ProbeErrors.TooSlow, $"connecting took {Say.Ms(times.ConnectMs)}");
        else if (times.ConnectMs > with.Duration("warnLatency")?.TotalMilliseconds) found.Warn(ProbeErrors.TooSlow, $"connecting took {Say.Ms(times.ConnectMs)}");
    }

    private static async Task<bool> BannerAsync(Socket socket, Regex expect, Findings found, TimeLimit limit)
    {
        var bytes = new byte[MaxBanner];
        var length = 0;
        try
        {
            while (true)
            {
                var read = length == MaxBanner ? 0 : await socket.ReceiveAsync(bytes.AsMemory(length), limit.Token).ConfigureAwait(false);
                length += read;
                var text = Encoding.UTF8.GetString(bytes, 0, length);
                if (expect.IsMatch(text)) return true;
                if (read > 0) continue;
                if (length == 0) found.Fail(ProbeErrors.ConnectionClosed, "the connection was closed without a word");
                else found.Fail(ProbeErrors.ContentMissing, $"the answer does not match {expect}: {Say.Cut(text.TrimEnd())}");
                return false;
            }
        }
        catch (OperationCanceledException) when (limit.Reached && length > 0)
        {
            found.Fail(ProbeErrors.ContentMissing, $"nothing that matches {expect} came in time: {Say.Cut(Encoding.UTF8.GetString(bytes, 0, length).TrimEnd())}");
            return false;
        }
        finally { if (length > 0) found["banner"] = Say.Cut(Encoding.UTF8.GetString(bytes, 0, length).TrimEnd()); }
    }
}
