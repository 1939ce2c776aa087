using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Notifications;

/// <summary>A way out: file, script, smtp, webhook. One file a channel, one line in <c>ChannelTable</c>.</summary>
public interface IChannel
{
    string Name { get; }
    ObjectShape Parameters { get; }
    /// <summary>Whether sending the same attempt twice is harmless (the receiver drops duplicates by id).</summary>
    bool IsIdempotent { get; }
    Task<SendResult> SendAsync(OutgoingMessage message, Arguments settings, ChannelContext context, CancellationToken cancellation);
}

public sealed record ChannelContext(TimeProvider Time, ISecretSource Secrets, SecretMask Mask, IScriptRunner? Scripts);

/// <param name="Id">Id of the notification; the idempotency key on the wire.</param>
/// <param name="Footer"><c>origin size root</c> of the journal, under every message.</param>
public sealed record OutgoingMessage(string Id, string Incident, string Severity, string Audience, string? To, string Subject, string Body, string Footer, DateTimeOffset CreatedAt)
{
    /// <summary>It was tried before, and may have arrived.</summary>
    public bool Again { get; init; }
}

public enum SendOutcome
{
    /// <summary>The other side took it.</summary>
    Sent,
    /// <summary>The other side, or the way there, refused it: it was not delivered.</summary>
    Rejected,
    /// <summary>It may have been delivered: never treated as either.</summary>
    Unknown,
}

public sealed record SendResult(SendOutcome Outcome, string Detail);
