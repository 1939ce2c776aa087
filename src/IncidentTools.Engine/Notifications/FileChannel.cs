using System.Text;
using System.Text.Json;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Notifications;

/// <summary>Appends each message as one JSON line to a file and flushes it to the disk: for other programs to pick up, and for drills.</summary>
internal sealed class FileChannel : IChannel
{
    public string Name => "file";
    public ObjectShape Parameters => ChannelShapes.All["file"];
    public bool IsIdempotent => true; // every line carries the id, and one that is there is not written again

    public Task<SendResult> SendAsync(OutgoingMessage message, Arguments settings, ChannelContext context, CancellationToken cancellation)
    {
        var path = settings.Text("path");
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            if (message.Again && Holds(path, message.Id)) return Task.FromResult(new SendResult(SendOutcome.Sent, path));
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            using var line = new MemoryStream();
            // a line that a crash broke off stays by itself
            if (stream.Length > 0 && stream.Seek(-1, SeekOrigin.End) >= 0 && stream.ReadByte() != '\n') line.WriteByte((byte)'\n');
            using (var writer = new Utf8JsonWriter(line))
            {
                writer.WriteStartObject();
                writer.WriteString("id", message.Id);
                writer.WriteString("incident", message.Incident);
                writer.WriteString("severity", message.Severity);
                writer.WriteString("audience", message.Audience);
                writer.WriteString("to", message.To);
                writer.WriteString("subject", message.Subject);
                writer.WriteString("body", message.Body);
                writer.WriteString("footer", message.Footer);
                writer.WriteString("createdAt", UtcStamp.Format(message.CreatedAt));
                writer.WriteEndObject();
            }
            line.Write("\n"u8);
            stream.Write(line.ToArray());
            stream.Flush(flushToDisk: true);
            return Task.FromResult(new SendResult(SendOutcome.Sent, path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new SendResult(SendOutcome.Rejected, error.Message)); }
    }

    /// <summary>Whether an earlier attempt wrote the whole line.</summary>
    private static bool Holds(string path, string id) => File.Exists(path) && File.ReadLines(path).Any(line => line.StartsWith($"{{\"id\":\"{id}\",", StringComparison.Ordinal) && line.EndsWith('}'));
}
