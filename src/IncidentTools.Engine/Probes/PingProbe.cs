using System.ComponentModel;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Network;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>ICMP echo. Silence is Error, not Fail: firewalls drop ICMP to healthy hosts, so that it proves nothing.</summary>
internal sealed class PingProbe() : Probe("probe.ping", "Whether a host answers ICMP echo, with loss and round-trip times. No answer at all proves nothing.", Shape,
    "sent", "received", "lossPercent", "minMs", "avgMs", "maxMs", "address")
{
    private const string ProvesNothing = "a blocked ping proves nothing: ask a port with probe.tcp";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly ObjectShape Shape = new("probe.ping",
        Required("host", Text, "host name or IP address"),
        Optional("count", Int with { Min = 1, Max = 100 }, "number of requests", 4L),
        Optional("timeout", Shapes.Duration, "for each request", TimeSpan.FromSeconds(2)),
        Optional("warnLossPercent", Number with { Min = 0, Max = 100 }, "more loss is a warning", 0d),
        Optional("maxLossPercent", Number with { Min = 0, Max = 100 }, "more loss fails", 50d),
        Optional("warnLatency", Shapes.Duration, "a slower average is a warning"));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (host, count) = (with.Text("host"), Math.Max(1, with.Int("count", 4)));
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(2);
        foreach (var name in new[] { "warnLossPercent", "maxLossPercent", "warnLatency" }) found.Threshold(name, with[name]);
        if (await AddressAsync(host, timeout, context, found, cancellation).ConfigureAwait(false) is not { } address) return;
        found["address"] = address.ToString();
        var times = new List<double>();
        var refusals = new Dictionary<string, object?>();
        try
        {
            using var ping = new Ping();
            for (var index = 0; index < count; index++)
            {
                if (index > 0) await Task.Delay(Pause, context.Time, cancellation).ConfigureAwait(false);
                var began = context.Time.GetTimestamp();
                var reply = await ping.SendPingAsync(address, timeout, cancellationToken: cancellation).ConfigureAwait(false);
                // the reply counts whole milliseconds only
                if (reply.Status == IPStatus.Success) times.Add(DialTimes.Ms(context.Time, began));
                else refusals[reply.Status.ToString()] = (refusals.GetValueOrDefault(reply.Status.ToString()) as long? ?? 0) + 1;
            }
        }
        catch (Exception error) when (error is PingException or PlatformNotSupportedException or SocketException or Win32Exception)
        {
            cancellation.ThrowIfCancellationRequested();
            found.Unknown(ProbeErrors.PermissionDenied, $"this machine cannot ping: {(error.InnerException ?? error).Message}; {ProvesNothing}");
            return;
        }
        found.Observe("refusals", refusals);
        Judge(host, count, times, refusals, with, found);
    }

    private static async Task<IPAddress?> AddressAsync(string host, TimeSpan timeout, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try { return (await Dialer.ResolveAsync(host, limit.Token).ConfigureAwait(false))[0]; }
        catch (DialException error) { error.Trouble.Report(found, host); }
        catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.DnsFailure, $"{host} did not resolve in {Duration.Format(timeout)}"); }
        return null;
    }

    private static void Judge(string host, int count, List<double> times, Dictionary<string, object?> refusals, Arguments with, Findings found)
    {
        var loss = Math.Round(100d * (count - times.Count) / count, 1);
        (found["sent"], found["received"], found["lossPercent"], found.Unit) = (count, times.Count, loss, "ms");
        if (times.Count == 0)
        {
            var said = refusals.Keys.FirstOrDefault(name => name is nameof(IPStatus.DestinationHostUnreachable) or nameof(IPStatus.DestinationNetworkUnreachable) or nameof(IPStatus.TtlExpired));
            if (said is not null) found.Fail(ProbeErrors.HostUnreachable, $"a router on the way says of {host}: {said}");
            else found.Unknown(ProbeErrors.Timeout, $"{host} answered none of {count} pings; {ProvesNothing}");
            return;
        }
        var average = Math.Round(times.Average(), 1);
        (found["minMs"], found["avgMs"], found["maxMs"]) = (times.Min(), average, times.Max());
        if (loss > with.Number("maxLossPercent")) found.Fail(ProbeErrors.PacketLoss, $"{host}: {Say.Number(loss)} % of {count} pings lost");
        else if (loss > with.Number("warnLossPercent")) found.Warn(ProbeErrors.PacketLoss, $"{host}: {Say.Number(loss)} % of {count} pings lost");
        if (average > with.Duration("warnLatency")?.TotalMilliseconds) found.Warn(ProbeErrors.TooSlow, $"{host} answers in {Say.Ms(average)} on average");
        found.Pass($"{host} answers in {Say.Ms(average)} on average, {Say.Number(loss)} % lost");
    }
}
