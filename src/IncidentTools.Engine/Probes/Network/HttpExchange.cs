using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>One request over a new connection, straight to the server (no proxy, no cache, no cookies), following redirects itself so that each is seen and timed.</summary>
internal sealed class HttpExchange(HttpPlan plan, TimeProvider time)
{
    private const int MaxRedirects = 10;
    private static readonly string[] Kept = ["Server", "Content-Type", "Content-Length", "Retry-After", "Location", "Date", "Via", "Age", "X-Cache"];
    private long _asked;

    public async Task<HttpSample> RunAsync(CancellationToken cancellation)
    {
        var sample = new HttpSample { FinalUrl = plan.Url };
        var began = time.GetTimestamp();
        using var limit = new TimeLimit(plan.Timeout, time, cancellation);
        try { await FollowAsync(sample, limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { sample.Trouble = NetworkTrouble.TimedOut(TooLate(sample.Times.Phase)); }
        catch (Exception error) when (error is HttpRequestException or IOException or AuthenticationException)
        {
            for (Exception? cause = error; cause is not null; cause = cause.InnerException)
                if (cause is CannotCheckException) throw cause;
            sample.Trouble = Explain(error, sample);
        }
        sample.TotalMs = DialTimes.Ms(time, began);
        return sample;
    }

    private async Task FollowAsync(HttpSample sample, CancellationToken cancellation)
    {
        var (url, method, own) = (plan.Url, plan.Method, true);
        for (var hop = 0; ; hop++)
        {
            sample.FinalUrl = url;
            using var client = new HttpMessageInvoker(Handler(sample, own));
            using var request = Request(url, method, own);
            _asked = time.GetTimestamp();
            using var response = await client.SendAsync(request, cancellation).ConfigureAwait(false);
            sample.FirstByteMs = DialTimes.Ms(time, _asked);
            sample.Times.Phase = "body";
            (sample.Status, sample.Reason) = ((int)response.StatusCode, response.ReasonPhrase);
            if (plan.FollowRedirects && Next(response, url) is { } next)
            {
                sample.Redirects.Add($"{sample.Status} {Plain(next)}");
                if (hop >= MaxRedirects)
                {
                    sample.Trouble = new(true, ProbeErrors.TooManyRedirects, $"more than {MaxRedirects} redirects, the last to {Plain(next)}");
                    return;
                }
                // as browsers do: after 301, 302 and 303 the next request is a GET
                if (response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther && method != HttpMethod.Head) method = HttpMethod.Get;
                // headers may hold secrets, and the address and host were given for the first server: another one gets none of them
                own = own && next.Scheme == plan.Url.Scheme && next.Authority == plan.Url.Authority;
                url = next;
                continue;
            }
            foreach (var name in Kept)
                if (response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)) sample.Headers[name] = Say.Cut(string.Join(", ", values), 200);
            await ReadBodyAsync(response, sample, cancellation).ConfigureAwait(false);
            sample.Times.Phase = null;
            return;
        }
    }

    private SocketsHttpHandler Handler(HttpSample sample, bool own)
    {
        var connected = 0L;
        (sample.TlsMs, sample.FirstByteMs, sample.Certificate, sample.TlsProtocol) = (null, null, null, null);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseProxy = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = async (connect, token) =>
            {
                var socket = await Dialer.ConnectAsync(connect.DnsEndPoint.Host, connect.DnsEndPoint.Port, own ? plan.ResolveTo : null, sample.Times, plan.Timeout, time, token).ConfigureAwait(false);
                sample.Times.Phase = connect.InitialRequestMessage.RequestUri!.Scheme == "https" ? "tls" : "answer";
                _asked = connected = time.GetTimestamp();
                return new NetworkStream(socket, ownsSocket: true);
            },
            // runs once the connection can carry a request: after TLS where there is TLS
            PlaintextStreamFilter = (context, _) =>
            {
                if (context.PlaintextStream is SslStream tls) (sample.TlsMs, sample.TlsProtocol) = (DialTimes.Ms(time, connected), tls.SslProtocol.ToString());
                sample.Times.Phase = "answer";
                _asked = time.GetTimestamp();
                return ValueTask.FromResult(context.PlaintextStream);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = ServerCertificate.Policy(),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    sample.Certificate = ServerCertificate.Of(certificate, chain, errors);
                    return errors == SslPolicyErrors.None || plan.AllowInvalidCertificate;
                },
            },
        };
    }

    private HttpRequestMessage Request(Uri url, HttpMethod method, bool own)
    {
        var request = new HttpRequestMessage(method, url);
        if (plan.Body is not null && method == plan.Method) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(plan.Body));
        if (own)
        {
            request.Headers.Host = plan.HostHeader;
            foreach (var (name, value) in plan.Headers)
                if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        if (!request.Headers.Contains("User-Agent")) request.Headers.TryAddWithoutValidation("User-Agent", "IncidentTools-probe");
        return request;
    }

    private async Task ReadBodyAsync(HttpResponseMessage response, HttpSample sample, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
        {
            body.Write(buffer, 0, (int)Math.Min(read, plan.MaxBodyBytes - body.Length));
            sample.Bytes = body.Length;
            if (body.Length < plan.MaxBodyBytes) continue;
            // one more byte tells a body that ends here from one that goes on
            sample.Truncated = read > plan.MaxBodyBytes || await stream.ReadAsync(buffer.AsMemory(0, 1), cancellation).ConfigureAwait(false) > 0;
            break;
        }
        sample.Body = Charset(response).GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    private static Encoding Charset(HttpResponseMessage response)
    {
        try { return response.Content.Headers.ContentType?.CharSet is { Length: > 0 } name ? Encoding.GetEncoding(name.Trim('"')) : Encoding.UTF8; }
        catch (ArgumentException) { return Encoding.UTF8; }
    }

    private static Uri? Next(HttpResponseMessage response, Uri from)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return null;
        return Uri.TryCreate(from, location, out var next) && next.Scheme is "http" or "https" ? next : null;
    }

    private static NetworkTrouble Explain(Exception error, HttpSample sample)
    {
        var trouble = NetworkTrouble.Of(error);
        if (sample.Times.Phase == "tls" && trouble.Word == ProbeErrors.ConnectionClosed) trouble = trouble with { Word = ProbeErrors.TlsFailure };
        if (trouble.Word == ProbeErrors.TlsFailure && sample.Certificate is { } seen)
            trouble = trouble with { Message = $"the certificate is not valid: until {UtcStamp.Format(seen.NotAfter)}, name {(seen.NameMatches ? "fits" : "does not fit")}, chain {(seen.ChainErrors.Count == 0 ? "holds" : string.Join(", ", seen.ChainErrors))}" };
        return trouble;
    }

    private static string TooLate(string? phase) => phase switch
    {
        "dns" => "the name did not resolve in time",
        "connect" => "no connection in time: the host is down, the way there is broken, or a rule drops it",
        "tls" => "the TLS handshake did not end in time",
        "answer" => "connected, but no answer in time: the service hangs or is overloaded",
        _ => "the answer began but did not end in time",
    };

    /// <summary>A URL without user name and password.</summary>
    public static string Plain(Uri url) => url.GetComponents(UriComponents.AbsoluteUri & ~UriComponents.UserInfo, UriFormat.UriEscaped);
}
