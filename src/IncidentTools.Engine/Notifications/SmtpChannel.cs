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
        var patience = settings.Duration("timeout") ?? TimeSpan.FromSeconds(20);
        // in an outage the authority that could say "revoked" is often as unreachable as the rest; expiry, name and trust are always checked
        using var client = new Client { Timeout = (int)patience.TotalMilliseconds, CheckCertificateRevocation = false };
        var begun = new TransferBegun();
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
            var answer = await client.SendAsync(mail, cancellation, begun).ConfigureAwait(false);
            try { await client.DisconnectAsync(true, cancellation).ConfigureAwait(false); }
            catch (Exception error) when (error is IOException or SocketException or ProtocolException or TimeoutException) { } // it was accepted; the goodbye does not matter
            return new SendResult(SendOutcome.Sent, string.Join("; ", [answer, .. client.Refused]));
        }
        catch (SmtpCommandException error) { return new SendResult(SendOutcome.Rejected, client.Refused.Count > 0 ? string.Join("; ", client.Refused) : Words(error)); }
        catch (SslHandshakeException error) { return new SendResult(SendOutcome.Rejected, OneLine($"no encrypted connection: the server's certificate is not trusted here, or it speaks no TLS ({(error.InnerException ?? error).Message})")); }
        catch (Exception error) when (error is IOException or SocketException or ProtocolException or AuthenticationException or NotSupportedException or TimeoutException)
        {
            // once the message was on its way, a lost connection does not say whether it was taken
            return new SendResult(begun.Yes ? SendOutcome.Unknown : SendOutcome.Rejected, OneLine(error.Message));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { return new SendResult(begun.Yes ? SendOutcome.Unknown : SendOutcome.Rejected, "no answer in time"); }
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

    private static string Words(SmtpCommandException error) => OneLine($"{(int)error.StatusCode} {error.Message}");

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])[' ', '\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>One refused address must not keep the others from being told: it is named in the result instead.</summary>
    private sealed class Client : SmtpClient
    {
        public List<string> Refused { get; } = [];

        protected override void OnRecipientNotAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) =>
            Refused.Add(OneLine($"{mailbox.Address} refused: {(int)response.StatusCode} {response.Response}"));
    }

    /// <summary>Whether any of the message itself has been handed to the connection.</summary>
    private sealed class TransferBegun : ITransferProgress
    {
        public bool Yes { get; private set; }
        public void Report(long bytesTransferred, long totalSize) => Yes = true;
        public void Report(long bytesTransferred) => Yes = true;
    }
}
