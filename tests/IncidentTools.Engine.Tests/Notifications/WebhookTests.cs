using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Notifications;

namespace IncidentTools.Engine.Tests.Notifications;

/// <summary>Against real sockets: what the other side did decides between Sent, Rejected and Unknown.</summary>
public sealed class WebhookTests : IDisposable
{
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private string _request = "";

    public WebhookTests() => _server.Start();
    public void Dispose() => _server.Dispose();

    private sealed class Known(string value) : ISecretSource
    {
        public string? Find(string name) => name == "secret:hook" ? value : null;
    }

    private async Task<SendResult> Send(string? answer, bool reset = false, string? secret = null, bool listening = true)
    {
        var port = ((IPEndPoint)_server.LocalEndpoint).Port;
        if (!listening) _server.Stop();
        var serve = listening ? Task.Run(async () =>
        {
            using var client = await _server.AcceptTcpClientAsync();
            var buffer = new byte[16384];
            var text = new StringBuilder();
            do text.Append(Encoding.UTF8.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer)));
            while (!text.ToString().Contains("\"createdAt\"", StringComparison.Ordinal));
            _request = text.ToString();
            if (reset) { client.LingerState = new LingerOption(true, 0); return; }
            if (answer is not null) await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
            else await Task.Delay(TimeSpan.FromSeconds(2));
        }) : Task.CompletedTask;
        var settings = new Dictionary<string, object?> { ["url"] = $"http://127.0.0.1:{port}/hook", ["timeout"] = TimeSpan.FromSeconds(5), ["secret"] = secret };
        var message = new OutgoingMessage("id-1", "INC-1", "P1", "internal", null, "Subject", "Body", "footer", DateTimeOffset.UnixEpoch);
        var result = await new WebhookChannel().SendAsync(message, new Arguments(settings), new ChannelContext(TimeProvider.System, new Known("s3cret"), new SecretMask(), null), TestContext.Current.CancellationToken);
        await serve;
        return result;
    }

    [Theory]
    [InlineData("200 OK", SendOutcome.Sent)]
    [InlineData("202 Accepted", SendOutcome.Sent)]
    [InlineData("301 Moved", SendOutcome.Rejected)]
    [InlineData("400 Bad Request", SendOutcome.Rejected)]
    [InlineData("500 Internal Server Error", SendOutcome.Rejected)]
    [InlineData("502 Bad Gateway", SendOutcome.Unknown)]
    [InlineData("504 Gateway Timeout", SendOutcome.Unknown)]
    public async Task The_answer_decides(string answer, SendOutcome outcome)
    {
        var result = await Send(answer);
        Assert.Equal(outcome, result.Outcome);
        Assert.Contains(answer[..3], result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_is_unknown() => Assert.Equal(SendOutcome.Unknown, (await Send(null)).Outcome);

    [Fact]
    public async Task A_connection_lost_after_sending_is_unknown() => Assert.Equal(SendOutcome.Unknown, (await Send(null, reset: true)).Outcome);

    [Fact]
    public async Task A_connection_refused_is_not_delivered() => Assert.Equal(SendOutcome.Rejected, (await Send(null, listening: false)).Outcome);

    [Fact]
    public async Task The_body_is_signed_and_carries_its_id()
    {
        Assert.Equal(SendOutcome.Sent, (await Send("200 OK", secret: "secret:hook")).Outcome);
        var body = _request[(_request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var expected = Convert.ToHexString(HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes(body))).ToLowerInvariant();
        Assert.Contains($"X-Signature: sha256={expected}", _request, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Idempotency-Key: id-1", _request, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_missing_secret_sends_nothing()
    {
        var port = ((IPEndPoint)_server.LocalEndpoint).Port;
        var result = await new WebhookChannel().SendAsync(new OutgoingMessage("i", "INC-1", "P1", "x", null, "s", "b", "f", DateTimeOffset.UnixEpoch),
            new Arguments(new Dictionary<string, object?> { ["url"] = $"http://127.0.0.1:{port}/", ["secret"] = "secret:other" }), new ChannelContext(TimeProvider.System, new Known("x"), new SecretMask(), null), TestContext.Current.CancellationToken);
        Assert.Equal(SendOutcome.Rejected, result.Outcome);
        Assert.False(_server.Pending());
    }
}
