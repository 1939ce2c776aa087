namespace IncidentTools.Engine.Notifications;

/// <summary>The ways out, one line each.</summary>
internal static class ChannelTable
{
    public static IReadOnlyDictionary<string, IChannel> All { get; } = new IChannel[] { new FileChannel(), new ScriptChannel(), new WebhookChannel(), new SmtpChannel() }.ToDictionary(channel => channel.Name, StringComparer.Ordinal);
}
