using System.Net.Sockets;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <summary>Sends mail. The Message-ID is made of the message's id, so that a second delivery is the same mail to most servers and readers.</summary>
internal sealed class SmtpChannel : IChannel
{
    public string Name => "smtp";
    public ObjectShape Parameters => ChannelShapes.All["smtp"];
    public bool IsIdempotent => false;

    public async Task<SendResult> SendAsync(OutgoingMessage message, Arguments settings, ChannelContext context, CancellationToken cancellation)
    {
        var recipients = message.To is { } one ? [one] : settings.Texts("to");
        if (recipients.Count == 0) return new SendResult(SendOutcome.Rejected, "the channel has no recipient: set 'to'");
        if (Compose(message, settings.Text("from"), recipients) is not { } mail) return new SendResult(SendOutcome.Rejected, "an address is not valid");
        using var client = new SmtpClient { Timeout = (int)(settings.Duration("timeout") ?? TimeSpan.FromSeconds(20)).TotalMilliseconds };
        var sending = false;
        try
        {
            await client.ConnectAsync(settings.Text("host"), settings.Int("port", 587), settings.TextOrNull("tls") switch { "none" => SecureSocketOptions.None, "tls" => SecureSocketOptions.SslOnConnect, _ => SecureSocketOptions.StartTls }, cancellation).ConfigureAwait(false);
            if (settings.TextOrNull("user") is { } user)
            {
                var name = settings.TextOrNull("password");
                if (name is null || context.Secrets.Find(name) is not { } password) return new SendResult(SendOutcome.Rejected, "the password's secret was not found");
                context.Mask.Add(password);
                await client.AuthenticateAsync(user, password, cancellation).ConfigureAwait(false);
            }
            sending = true;
            var answer = await client.SendAsync(mail, cancellation).ConfigureAwait(false);
            sending = false;
            try { await client.DisconnectAsync(true, cancellation).ConfigureAwait(false); }
            catch (Exception error) when (error is IOException or SocketException or ProtocolException) { } // it was accepted; the goodbye does not matter
            return new SendResult(SendOutcome.Sent, answer);
        }
        catch (SmtpCommandException error) { return new SendResult(SendOutcome.Rejected, $"{(int)error.StatusCode} {error.Message}"); }
        catch (Exception error) when (error is IOException or SocketException or ProtocolException or AuthenticationException or SslHandshakeException or NotSupportedException or TimeoutException)
        {
            // once the message was on its way, a lost connection does not say whether it was taken
            return new SendResult(sending ? SendOutcome.Unknown : SendOutcome.Rejected, error.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { return new SendResult(sending ? SendOutcome.Unknown : SendOutcome.Rejected, "no answer in time"); }
    }

    private static MimeMessage? Compose(OutgoingMessage message, string from, IReadOnlyList<string> recipients)
    {
        if (!MailboxAddress.TryParse(from, out var sender)) return null;
        var mail = new MimeMessage { Subject = message.Subject.ReplaceLineEndings(" "), MessageId = $"{message.Id}@incidenttools", Date = message.CreatedAt, Body = new TextPart("plain") { Text = $"{message.Body}\n-- \n{message.Footer}\n" } };
        mail.From.Add(sender);
        foreach (var recipient in recipients)
        {
            if (!MailboxAddress.TryParse(recipient, out var address)) return null;
            mail.To.Add(address);
        }
        return mail;
    }
}
