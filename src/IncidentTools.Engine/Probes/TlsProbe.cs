using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Network;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>A server's certificate and protocol. The handshake is let through whatever the certificate is worth, so that all that is wrong is told at once.</summary>
internal sealed class TlsProbe() : Probe("probe.tls", "Whether a TLS server shows a certificate that is valid, fits its name and does not expire soon.", Shape,
    "daysLeft", "notAfter", "protocol", "subject", "issuer", "names", "thumbprint", "nameMatches", "chainValid", "phase")
{
    private static readonly ObjectShape Shape = new("probe.tls",
        Required("host", Text, "host name or IP address"),
        Optional("port", Int with { Min = 1, Max = 65535 }, "TCP port to connect to", 443L),
        Optional("serverName", Text, "name to ask for (SNI) and to check against; default the host"),
        Optional("warnDays", Number with { Min = 0 }, "fewer days left are a warning", 20d),
        Optional("failDays", Number with { Min = 0 }, "fewer days left fail", 3d),
        Optional("minProtocol", OneOf("tls1.0", "tls1.1", "tls1.2", "tls1.3"), "an older protocol fails", "tls1.2"),
        Optional("checkChain", Bool, "whether the chain must lead to a root this machine trusts", true),
        Optional("checkName", Bool, "whether the certificate must be for the name", true),
        Optional("expectIssuer", Shapes.Regex, "what the issuer must match"),
        Optional("expectThumbprint", Text, "SHA-256 (or SHA-1) of the certificate, hexadecimal"),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromSeconds(10)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (host, port) = (with.Text("host"), with.Int("port", 443));
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(10);
        var times = new DialTimes();
        ServerCertificate? seen = null;
        foreach (var name in new[] { "warnDays", "failDays", "minProtocol" }) found.Threshold(name, with[name]);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            var socket = await Dialer.ConnectAsync(host, port, null, times, timeout, context.Time, limit.Token).ConfigureAwait(false);
            times.Phase = "tls";
            var began = context.Time.GetTimestamp();
            using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = with.TextOrNull("serverName") ?? host.Trim('[', ']'),
                CertificateChainPolicy = ServerCertificate.Policy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) => { seen = ServerCertificate.Of(certificate, chain, errors); return true; },
            }, limit.Token).ConfigureAwait(false);
            found.Observe("tlsMs", DialTimes.Ms(context.Time, began));
            found.Observe("cipher", stream.NegotiatedCipherSuite.ToString());
            Protocol(stream.SslProtocol, with.TextOrNull("minProtocol") ?? "tls1.2", found);
            times.Phase = null;
            if (seen is null) found.Unknown(ProbeErrors.TlsFailure, "the server showed no certificate");
        }
        catch (OperationCanceledException) when (limit.Reached) { found.Fail(ProbeErrors.Timeout, $"{host}:{port} ({times.Phase}): no answer in {Duration.Format(timeout)}"); }
        catch (Exception error) when (error is IOException or SocketException or AuthenticationException)
        {
            var trouble = NetworkTrouble.Of(error);
            if (times.Phase == "tls" && trouble.Word == ProbeErrors.ConnectionClosed) trouble = trouble with { Word = ProbeErrors.TlsFailure, Message = "the server ended the handshake: it may not speak TLS, or none of our protocols" };
            trouble.Report(found, $"{host}:{port}");
        }
        (found["phase"], found["thumbprint"]) = (times.Phase, seen?.Sha256);
        found.Observe("remoteAddress", times.Address);
        found.Observe("connectMs", times.ConnectMs);
        if (seen is not null) Judge(seen, with, context.Time.GetUtcNow(), found);
    }

    private static void Protocol(SslProtocols spoken, string least, Findings found)
    {
#pragma warning disable SYSLIB0039, CA5397, CA5398 // named only to be judged
        string[] known = ["tls1.0", "tls1.1", "tls1.2", "tls1.3"];
        var index = spoken switch { SslProtocols.Tls => 0, SslProtocols.Tls11 => 1, SslProtocols.Tls12 => 2, SslProtocols.Tls13 => 3, _ => -1 };
#pragma warning restore SYSLIB0039, CA5397, CA5398
        found["protocol"] = index < 0 ? spoken.ToString() : known[index];
        if (index < Array.IndexOf(known, least)) found.Fail(ProbeErrors.ProtocolTooOld, $"the server speaks {(index < 0 ? spoken : known[index])}, at least {least} is asked for");
    }

    private static void Judge(ServerCertificate seen, Arguments with, DateTimeOffset now, Findings found)
    {
        var left = seen.DaysLeft(now);
        (found["daysLeft"], found["notAfter"], found["subject"], found["issuer"], found["names"]) = (left, seen.NotAfter, seen.Subject, seen.Issuer, seen.Names);
        (found["nameMatches"], found["chainValid"]) = (seen.NameMatches, seen.ChainErrors.Count == 0);
        found.Observe("notBefore", seen.NotBefore);
        found.Observe("chainErrors", seen.ChainErrors);
        if (seen.NotBefore > now) found.Fail(ProbeErrors.NotYetValid, $"the certificate is valid from {UtcStamp.Format(seen.NotBefore)} on");
        if (seen.NotAfter <= now) found.Fail(ProbeErrors.Expired, $"the certificate expired at {UtcStamp.Format(seen.NotAfter)}");
        else if (left < with.Number("failDays")) found.Fail(ProbeErrors.ExpiresSoon, $"the certificate expires in {Say.Number(left)} days");
        else if (left < with.Number("warnDays")) found.Warn(ProbeErrors.ExpiresSoon, $"the certificate expires in {Say.Number(left)} days");
        if (!seen.NameMatches && (with["checkName"] as bool? ?? true)) found.Fail(ProbeErrors.NameMismatch, $"the certificate is for {(seen.Names.Count > 0 ? Say.Cut(string.Join(", ", seen.Names)) : seen.Subject)}, not for the name asked for");
        if (seen.ChainErrors.Count > 0 && (with["checkChain"] as bool? ?? true)) found.Fail(ProbeErrors.ChainInvalid, $"the chain does not hold: {string.Join(", ", seen.ChainErrors)}");
        if (with.TextOrNull("expectIssuer") is { } issuer && !BoundedRegex.Compile(issuer).IsMatch(seen.Issuer)) found.Fail(ProbeErrors.IssuerUnexpected, $"the issuer is {seen.Issuer}");
        if (with.TextOrNull("expectThumbprint") is { } print)
        {
            var hex = print.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
            if (!hex.Equals(seen.Sha256, StringComparison.OrdinalIgnoreCase) && !hex.Equals(seen.Sha1, StringComparison.OrdinalIgnoreCase)) found.Fail(ProbeErrors.ThumbprintUnexpected, $"the certificate is another one: SHA-256 {seen.Sha256}");
        }
        found.Pass($"the certificate for {Say.Cut(string.Join(", ", seen.Names), 100)} is valid for {Say.Number(left)} days");
    }
}
