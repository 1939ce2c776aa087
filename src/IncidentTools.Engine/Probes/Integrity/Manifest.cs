using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Integrity;

/// <param name="Sha256">Null for a link.</param>
/// <param name="Link">Where a link leads; null for a file.</param>
internal sealed record ManifestEntry(string Path, string? Sha256, string? Link = null, long? Bytes = null, DateTimeOffset? ModifiedAt = null, string? Mode = null, string? Owner = null)
{
    public static ManifestEntry OfFile(TreeItem item, long bytes, string sha256) => new(item.Path, sha256, null, bytes, item.Stat!.ModifiedAt, item.Stat.ModeText is { Length: > 0 } mode ? mode : null, item.Stat.Owner);
    public static ManifestEntry OfLink(TreeItem item) => new(item.Path, null, new FileInfo(item.Full).LinkTarget ?? "", null, null, null, item.Stat!.Owner);
    public bool SameContent(ManifestEntry other) => Sha256 == other.Sha256 && Link == other.Link;
    public bool SameMetadata(ManifestEntry other) => Same(Mode, other.Mode) && Same(Owner, other.Owner) && (ModifiedAt is not { } at || other.ModifiedAt is not { } there || UtcStamp.Format(at) == UtcStamp.Format(there));
    // what one of the two does not know is no difference
    private static bool Same(string? left, string? right) => left is null || right is null || left == right;
}

/// <param name="Root">The folder that the paths are below.</param>
/// <param name="Trees">The folders below it that were looked through, where not all of it was.</param>
internal sealed record ManifestHead(string Root, IReadOnlyList<string> Trees, IReadOnlyList<string> Include, IReadOnlyList<string> Exclude);

/// <summary>
/// The manifest's text: a JSON line for its head, one for each file in order, and one for the end, so that a cut manifest is known for one. No time
/// stands in it: the same tree gives the same manifest.
/// </summary>
internal static partial class ManifestText
{
    public const string Schema = "incidenttools/manifest/v1";

    public static byte[] Head(ManifestHead head) => Line(writer =>
    {
        writer.WriteString("schema", Schema);
        writer.WriteString("root", head.Root);
        List(writer, "trees", head.Trees);
        List(writer, "include", head.Include);
        List(writer, "exclude", head.Exclude);
    });

    public static byte[] Entry(ManifestEntry entry) => Line(writer =>
    {
        writer.WriteString("path", entry.Path);
        if (entry.Sha256 is not null) writer.WriteString("sha256", entry.Sha256);
        if (entry.Link is not null) writer.WriteString("link", entry.Link);
        if (entry.Bytes is { } bytes) writer.WriteNumber("bytes", bytes);
        if (entry.ModifiedAt is { } at) writer.WriteString("modifiedAt", UtcStamp.Format(at));
        if (entry.Mode is not null) writer.WriteString("mode", entry.Mode);
        if (entry.Owner is not null) writer.WriteString("owner", entry.Owner);
    });

    public static byte[] End(long entries, long bytes) => Line(writer =>
    {
        writer.WriteNumber("entries", entries);
        writer.WriteNumber("bytes", bytes);
    });

    public static ManifestHead ReadHead(JsonElement line) => new(line.GetProperty("root").GetString()!, Texts(line, "trees"), Texts(line, "include"), Texts(line, "exclude"));

    public static ManifestEntry ReadEntry(JsonElement line) => new(line.GetProperty("path").GetString()!, Text(line, "sha256"), Text(line, "link"), line.TryGetProperty("bytes", out var bytes) ? bytes.GetInt64() : null,
        Text(line, "modifiedAt") is { } at ? UtcStamp.Parse(at) : null, Text(line, "mode"), Text(line, "owner"));

    /// <summary>As <c>sha256sum</c> writes it; null for any other text. A backslash before the sum says that the name is escaped.</summary>
    public static ManifestEntry? ReadSum(string line)
    {
        var escaped = line.StartsWith('\\');
        var text = escaped ? line[1..] : line;
        if (text.Length < 67 || text[64] != ' ' || text[65] is not (' ' or '*') || text[..64].Any(c => !char.IsAsciiHexDigit(c))) return null;
        var name = escaped ? Unescape(text[66..]) : text[66..];
        return new ManifestEntry(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, text[..64].ToLower(CultureInfo.InvariantCulture));
    }

    private static string Unescape(string name) => Escaped().Replace(name, match => match.Value[1] switch { 'n' => "\n", 'r' => "\r", var other => other.ToString() });

    [GeneratedRegex(@"\\.")] private static partial Regex Escaped();

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void List(Utf8JsonWriter writer, string name, IReadOnlyList<string> items)
    {
        if (items.Count == 0) return;
        writer.WriteStartArray(name);
        foreach (var item in items) writer.WriteStringValue(item);
        writer.WriteEndArray();
    }

    private static string? Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString() : null;
    private static string[] Texts(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];
}
