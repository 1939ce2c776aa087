using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>How far this machine's clock is from a time server's: times in evidence of several machines must be comparable.</summary>
internal sealed class ClockProbe() : Probe("probe.clock", "How far this machine's clock is from that of a time server (SNTP).", Shape, "offsetMs", "delayMs", "doubtMs", "stratum", "source", "answers")
{
    private static readonly ObjectShape Shape = new("probe.clock",
        Required("server", Text, "time server, host name or IP address"),
        Optional("port", Int with { Min = 1, Max = 65535 }, "its UDP port", 123L),
        Optional("samples", Int with { Min = 1, Max = 8 }, "times it is asked; the answer that came quickest counts", 3L),
        Optional("warnOffset", Shapes.Duration, "a clock further off is a warning", TimeSpan.FromSeconds(1)),
        Optional("maxOffset", Shapes.Duration, "a clock further off fails", TimeSpan.FromSeconds(60)),
        Optional("timeout", Shapes.Duration, "for each question", TimeSpan.FromSeconds(3)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (server, timeout) = (with.Text("server"), with.Duration("timeout") ?? TimeSpan.FromSeconds(3));
        found.Threshold("warnOffset", with.Duration("warnOffset"));
        found.Threshold("maxOffset", with.Duration("maxOffset"));
        var answers = new List<SntpAnswer>();
        CannotCheckException? trouble = null;
        for (var index = 0; index < with.Int("samples", 3); index++)
            try { answers.Add(await AskAsync(server, with.Int("port", 123), timeout, context.Time, cancellation).ConfigureAwait(false)); }
            catch (CannotCheckException error)
            {
                trouble = error;
                // who refuses is not asked again: that is what a refusal asks for
                if (error.Word is not ProbeErrors.Timeout) break;
            }
        found["answers"] = answers.Count;
        if (trouble is { Word: not ProbeErrors.Timeout } || answers.Count == 0) throw trouble!;
        Judge(answers.MinBy(answer => answer.Delay)!, server, with, found);
    }

    private static void Judge(SntpAnswer answer, string server, Arguments with, Findings found)
    {
        (found["offsetMs"], found["delayMs"], found["doubtMs"], found.Unit) = (Ms(answer.Offset), Ms(answer.Delay), Ms(answer.Doubt), "ms");
        (found["stratum"], found["source"]) = (answer.Stratum, answer.Source);
        var (off, warn, most) = (answer.Offset.Duration(), with.Duration("warnOffset"), with.Duration("maxOffset"));
        var text = $"this machine's clock is {Say.Number(off.TotalSeconds)} s {(answer.Offset > TimeSpan.Zero ? "behind" : "ahead of")} {server}";
        if (off > most) found.Fail(ProbeErrors.ClockOff, text);
        else if (off > warn) found.Warn(ProbeErrors.ClockOff, text);
        else if (answer.Doubt > (warn ?? most)) found.Warn(ProbeErrors.Imprecise, $"{server} tells the time only to {Say.Number(answer.Doubt.TotalSeconds)} s: too little to judge by");
        found.Pass($"{text} (give or take {Say.Ms(answer.Doubt.TotalMilliseconds)})");
    }

    private static async Task<SntpAnswer> AskAsync(string server, int port, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(timeout, time, cancellation);
        try
        {
            var addresses = IPAddress.TryParse(server.Trim('[', ']'), out var given) ? [given] : await Dns.GetHostAddressesAsync(server, limit.Token).ConfigureAwait(false);
            if (addresses.Length == 0) throw new CannotCheckException(ProbeErrors.DnsFailure, $"{server} has no address");
            using var socket = new Socket(addresses[0].AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            // connected: what comes from elsewhere is not let in
            await socket.ConnectAsync(new IPEndPoint(addresses[0], port), limit.Token).ConfigureAwait(false);
            var question = Sntp.Question();
            var (sent, began) = (time.GetUtcNow(), time.GetTimestamp());
            await socket.SendAsync(question, limit.Token).ConfigureAwait(false);
            var answer = new byte[512];
            while (true)
            {
                var count = await socket.ReceiveAsync(answer, limit.Token).ConfigureAwait(false);
                // by the steady clock: the other one may be set just now
                var took = time.GetElapsedTime(began);
                if (Sntp.Belongs(answer.AsSpan(0, count), question)) return Sntp.Read(answer.AsSpan(0, count), sent, took, server);
            }
        }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, $"{server} did not answer in {Duration.Format(timeout)}"); }
        catch (ArgumentException) { throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{server}' is not a name"); }
        catch (SocketException error)
        {
            var trouble = NetworkTrouble.Of(error.SocketErrorCode);
            throw new CannotCheckException(trouble.Word, $"{server}: {trouble.Message}");
        }
    }

    private static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
