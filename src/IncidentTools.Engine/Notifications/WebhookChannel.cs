using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <summary>
/// POSTs the message as JSON. <c>Idempotency-Key</c> is the message's id; with a secret, <c>X-Signature</c> is its HMAC-SHA-256 over the body.
/// 2xx is Sent; a refusal or a connection never made is Rejected; anything lost after sending began is Unknown.
/// </summary>
internal sealed class WebhookChannel(HttpMessageHandler? handler = null) : IChannel
{
    public string Name => "webhook";
    public ObjectShape Parameters => ChannelShapes.All["webhook"];
    // the receiver is told the id but need not look at it
    public bool IsIdempotent => false;

    public async Task<SendResult> SendAsync(OutgoingMessage message, Arguments settings, ChannelContext context, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string?>
        {
            ["id"] = message.Id, ["incident"] = message.Incident, ["severity"] = message.Severity, ["audience"] = message.Audience, ["to"] = message.To, ["subject"] = message.Subject,
            ["text"] = $"{message.Subject}\n\n{message.Body}\n{message.Footer}", ["createdAt"] = UtcStamp.Format(message.CreatedAt),
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Text("url")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.Add("Idempotency-Key", message.Id);
        if (settings.TextOrNull("secret") is { } name)
        {
            if (context.Secrets.Find(name) is not { } secret) return new SendResult(SendOutcome.Rejected, $"the secret '{name}' was not found");
            context.Mask.Add(secret);
            request.Headers.Add("X-Signature", "sha256=" + Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body)).ToLowerInvariant());
        }
        using var client = new HttpClient(handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) }, disposeHandler: handler is null) { Timeout = Timeout.InfiniteTimeSpan };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(settings.Duration("timeout") ?? TimeSpan.FromSeconds(10));
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var answer = $"HTTP {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
            // a gateway's 502 or 504 does not say whether the program behind it took the message
            if (response.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout) return new SendResult(SendOutcome.Unknown, answer);
            return new SendResult(response.IsSuccessStatusCode ? SendOutcome.Sent : SendOutcome.Rejected, answer);
        }
        catch (HttpRequestException error) when (error.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            return new SendResult(SendOutcome.Rejected, $"{error.HttpRequestError}: {error.Message}");
        }
        catch (HttpRequestException error) { return new SendResult(SendOutcome.Unknown, $"{error.HttpRequestError}: {error.Message}"); }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { return new SendResult(SendOutcome.Unknown, "no answer in time; it may have arrived"); }
    }
}
