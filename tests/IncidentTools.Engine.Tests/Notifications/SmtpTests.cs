using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Notifications;
using MimeKit;

namespace IncidentTools.Engine.Tests.Notifications;

/// <summary>Mail through a real server (Debian's exim), and through one that misbehaves as scripted.</summary>
public sealed class SmtpTests
{
    private static readonly OutgoingMessage Message = new("0197-one", "INC-1", "P1", "internal", null, "[P1] Läden sind zu → 店", "Körper\nzweite Zeile", "store/1 17 abc=", DateTimeOffset.UnixEpoch);

    private sealed class Known(string? value) : ISecretSource
    {
        public string? Find(string name) => name == "secret:mail" ? value : null;
    }

    private static async Task<SendResult> Send(int port, string tls = "none", string? user = null, string? password = "s3cret", OutgoingMessage? message = null, params string[] to)
    {
        var settings = new Dictionary<string, object?>
        {
            ["host"] = "localhost", ["port"] = (long)port, ["from"] = "incidents@example.test", ["to"] = to.Length > 0 ? to.Cast<object?>().ToList() : new List<object?> { "ana@example.test" },
            ["tls"] = tls, ["timeout"] = TimeSpan.FromSeconds(10), ["user"] = user, ["password"] = user is null ? null : "secret:mail",
        };
        return await new SmtpChannel().SendAsync(message ?? Message, new Arguments(settings), new ChannelContext(TimeProvider.System, new Known(password), new SecretMask(), null), TestContext.Current.CancellationToken);
    }

    private static async Task<(SendResult Result, List<string> Heard)> SendTo(Dictionary<string, string?> script, string tls = "none", params string[] to)
    {
        using var server = new ScriptedSmtp(script);
        return (await Send(server.Port, tls, to: to), server.Heard);
    }

    [Fact]
    public async Task A_message_is_delivered_once_and_can_be_read()
    {
        using var server = new EximServer();
        var result = await Send(server.Port, user: "ops");
        Assert.True(result.Outcome == SendOutcome.Sent, result.Detail);
        var mail = await MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(Assert.Single(server.Mail(1)))), TestContext.Current.CancellationToken);
        Assert.Equal(("0197-one@incidenttools", Message.Subject, "incidents@example.test", "ana@example.test"), (mail.MessageId, mail.Subject, mail.From.ToString(), mail.To.ToString()));
        Assert.Equal("Körper\nzweite Zeile\n-- \nstore/1 17 abc=\n", mail.TextBody!.ReplaceLineEndings("\n"));
        Assert.Equal(Message.CreatedAt, mail.Date);
    }

    [Fact]
    public async Task A_recipient_that_the_server_refuses_is_rejected_with_the_servers_words()
    {
        using var server = new EximServer();
        var result = await Send(server.Port, to: "nobody@example.test");
        Assert.Equal((SendOutcome.Rejected, "nobody@example.test refused: 550 no such person here"), (result.Outcome, result.Detail));
        // one wrong address in a list does not keep the others from being told, and is named
        result = await Send(server.Port, to: ["nobody@example.test", "ana@example.test"]);
        Assert.Equal(SendOutcome.Sent, result.Outcome);
        Assert.EndsWith("; nobody@example.test refused: 550 no such person here", result.Detail, StringComparison.Ordinal);
        Assert.Single(server.Mail(1));
    }

    [Fact]
    public async Task A_wrong_password_is_rejected_and_stays_secret()
    {
        using var server = new EximServer();
        var result = await Send(server.Port, user: "ops", password: "wr0ng");
        Assert.Equal(SendOutcome.Rejected, result.Outcome);
        Assert.Contains("535", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_rejected()
    {
        using var server = new EximServer(tls: true);
        var result = await Send(server.Port, "starttls", user: "ops");
        Assert.Equal(SendOutcome.Rejected, result.Outcome);
        Assert.Contains("certificate is not trusted", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', result.Detail);
    }

    [Fact]
    public async Task A_stopped_server_is_rejected()
    {
        using var server = new EximServer();
        server.Stop();
        Assert.Equal(SendOutcome.Rejected, (await Send(server.Port)).Outcome);
    }

    [Fact]
    public async Task Without_STARTTLS_nothing_is_said_in_the_open()
    {
        var (result, heard) = await SendTo([], "starttls");
        Assert.Equal(SendOutcome.Rejected, result.Outcome);
        Assert.Contains("STARTTLS", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(heard, line => line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase) || line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("500 what?")]
    [InlineData("")]
    [InlineData(null)]
    public async Task STARTTLS_that_leads_nowhere_is_rejected(string? toTheHello) =>
        Assert.Equal(SendOutcome.Rejected, (await SendTo(new() { ["EHLO"] = "250-test\r\n250 STARTTLS", ["STARTTLS"] = "220 go on", ["?"] = toTheHello }, "starttls")).Result.Outcome);

    [Fact]
    public async Task A_message_that_was_taken_is_sent_with_the_servers_words()
    {
        var (result, heard) = await SendTo([]);
        Assert.Equal((SendOutcome.Sent, "taken as 17"), (result.Outcome, result.Detail));
        Assert.Contains("Message-Id: <0197-one@incidenttools>", heard);
    }

    [Theory]
    [InlineData("", "554 go away")]
    [InlineData("", "")]
    [InlineData("", null)]
    [InlineData("EHLO", "")]
    [InlineData("MAIL", "451 not now")]
    [InlineData("MAIL", "")]
    [InlineData("RCPT", "450 greylisted")]
    [InlineData("RCPT", "")]
    [InlineData("RCPT", null)]
    [InlineData("DATA", "452 no room")]
    [InlineData("DATA", "")]
    [InlineData(".", "554 this is spam")]
    public async Task Before_the_message_was_handed_over_nothing_was_delivered(string at, string? answer)
    {
        var (result, _) = await SendTo(new() { [at] = answer });
        Assert.True(result.Outcome == SendOutcome.Rejected, $"{result.Outcome}: {result.Detail}");
        if (answer is { Length: > 4 }) Assert.Contains(answer[4..], result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task After_it_a_lost_answer_is_unknown(string? answer) => Assert.Equal(SendOutcome.Unknown, (await SendTo(new() { ["."] = answer })).Result.Outcome);

    [Fact]
    public async Task A_lost_goodbye_does_not_matter() => Assert.Equal(SendOutcome.Sent, (await SendTo(new() { ["QUIT"] = "" })).Result.Outcome);

    [Theory]
    [InlineData("not an address at all <")]
    [InlineData("ana@example.test>\r\nRCPT TO:<eve@example.test")]
    public async Task An_address_that_is_none_is_rejected_before_anything_is_said(string address)
    {
        var (result, heard) = await SendTo([], to: address);
        Assert.Equal(SendOutcome.Rejected, result.Outcome);
        Assert.Empty(heard);
    }

    [Fact]
    public async Task A_subject_cannot_add_headers()
    {
        using var server = new ScriptedSmtp([]);
        var result = await Send(server.Port, message: Message with { Subject = "Down\r\nBcc: eve@example.test" });
        Assert.Equal(SendOutcome.Sent, result.Outcome);
        Assert.DoesNotContain(server.Heard, line => line.StartsWith("Bcc:", StringComparison.OrdinalIgnoreCase));
    }
}
