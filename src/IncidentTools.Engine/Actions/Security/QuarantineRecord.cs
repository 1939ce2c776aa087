using System.Globalization;
using System.Text.Json;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>What a file was before it went into quarantine: enough to put it back exactly.</summary>
/// <param name="Kept">Its place in quarantine.</param>
/// <param name="Permissions">Unix mode bits; null elsewhere.</param>
internal sealed record QuarantineRecord(string Path, string Kept, string Sha256, long Bytes, int? Permissions, long? Uid, long? Gid, DateTimeOffset Modified, DateTimeOffset? Changed, DateTimeOffset? Accessed)
{
    public static async Task<QuarantineRecord> OfAsync(string path, string folder, int number, CancellationToken cancellation)
    {
        // before it is read: reading changes when it was last read
        var stat = StatFacts.Of(path);
        var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(path));
        var (bytes, sha256) = await Sha256File.OfAsync(path, cancellation).ConfigureAwait(false);
        return new(path, System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:000}-{sha256[..12]}.quarantined")), sha256, bytes,
            OperatingSystem.IsWindows() ? null : (int)File.GetUnixFileMode(path), stat?.Uid, stat?.Gid, modified, stat?.Changed, stat?.Accessed);
    }

    public string ToJson() => PlainJson.Write(ToPlain());

    public Dictionary<string, object?> ToPlain() => new()
    {
        ["path"] = Path, ["kept"] = Kept, ["sha256"] = Sha256, ["bytes"] = Bytes, ["mode"] = Permissions is { } mode ? "0" + Convert.ToString(mode, 8) : null, ["uid"] = Uid, ["gid"] = Gid,
        ["modified"] = Modified.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), ["changed"] = Changed is { } changed ? UtcStamp.Format(changed) : null, ["accessed"] = Accessed is { } accessed ? UtcStamp.Format(accessed) : null,
    };

    /// <exception cref="JsonException">It is none.</exception>
    public static QuarantineRecord Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        long? Number(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
        return new(Text("path") ?? throw new JsonException("it names no path"), Text("kept") ?? throw new JsonException("it names no place"), Text("sha256") ?? "", Number("bytes") ?? 0,
            Text("mode") is { } mode ? Convert.ToInt32(mode, 8) : null, Number("uid"), Number("gid"), DateTimeOffset.TryParseExact(Text("modified"), "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var modified) ? modified : throw new JsonException("it does not say when it was written"), null, null);
    }
}
