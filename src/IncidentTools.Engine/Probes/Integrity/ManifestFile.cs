using System.Text.Json;

namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>
/// A manifest on disk: ours, or what <c>sha256sum</c> writes. Read in order of <see cref="ManifestOrder"/> and in little memory; one in another
/// order is sorted first, up to a limit.
/// </summary>
internal sealed class ManifestFile
{
    private const int MostUnsorted = 500_000, MostLine = 64 * 1024;
    private readonly string _path;
    private readonly bool _sorted;

    private ManifestFile(string path, ManifestHead? head, bool sorted, long count, string sha256) => (_path, Head, _sorted, Count, Sha256) = (path, head, sorted, count, sha256);

    /// <summary>Null for one of <c>sha256sum</c>.</summary>
    public ManifestHead? Head { get; }
    public long Count { get; }
    /// <summary>Of the manifest itself.</summary>
    public string Sha256 { get; }

    /// <summary>Reads it once, whole, before anything in it is believed.</summary>
    /// <exception cref="CannotCheckException">Not there, not readable, no manifest, or cut.</exception>
    public static ManifestFile Open(string path, CancellationToken cancellation)
    {
        try
        {
            var (head, last, count, sorted) = ((ManifestHead?)null, (string?)null, 0L, true);
            foreach (var entry in Read(path, found => head = found))
            {
                cancellation.ThrowIfCancellationRequested();
                sorted = sorted && (last is null || ManifestOrder.Instance.Compare(last, entry.Path) < 0);
                (last, count) = (entry.Path, count + 1);
            }
            if (count == 0 && head is null) throw Wrong(path, "it has no line");
            return new ManifestFile(path, head, sorted, count, FileHash.Of(path, cancellation).Sha256);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{path}: there is no such manifest"); }
        catch (UnauthorizedAccessException error) { throw new CannotCheckException(ProbeErrors.PermissionDenied, error.Message); }
        catch (IOException error) { throw new CannotCheckException(FileStatOrNull(path) is null ? ProbeErrors.NotFound : ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    public IEnumerable<ManifestEntry> Entries()
    {
        if (_sorted) return Read(_path, _ => { });
        if (Count > MostUnsorted) throw Wrong(_path, $"its {Count} lines are not in order, and at most {MostUnsorted} are sorted here");
        var all = Read(_path, _ => { }).ToList();
        all.Sort((left, right) => ManifestOrder.Instance.Compare(left.Path, right.Path));
        for (var index = 1; index < all.Count; index++)
            if (all[index].Path == all[index - 1].Path) throw Wrong(_path, $"it names {all[index].Path} twice");
        return all;
    }

    private static IEnumerable<ManifestEntry> Read(string path, Action<ManifestHead> onHead)
    {
        using var reader = new StreamReader(FileHash.Open(path));
        var (number, ours, ended, entries) = (0, false, false, 0L);
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (line.Length > MostLine) throw Wrong(path, $"line {number} is too long");
            if (number == 1 && line.StartsWith('{'))
            {
                ours = true;
                onHead(Parse(path, number, line, json => json.GetProperty("schema").GetString() == ManifestText.Schema ? ManifestText.ReadHead(json) : throw Wrong(path, $"it is not {ManifestText.Schema}")));
                continue;
            }
            if (ended) throw Wrong(path, $"line {number} comes after its end");
            if (!ours && line.Length == 0) continue;
            var entry = !ours ? ManifestText.ReadSum(line) ?? throw Wrong(path, $"line {number} is not a SHA-256 sum and a name")
                : Parse(path, number, line, json => json.TryGetProperty("entries", out var count) ? count.GetInt64() == entries ? null : throw Wrong(path, $"it has {entries} entries and says {count.GetInt64()}") : ManifestText.ReadEntry(json));
            if (entry is null) { ended = true; continue; }
            if (Leaves(entry.Path)) throw Wrong(path, $"line {number} names {entry.Path}, which is not below its folder");
            entries++;
            yield return entry;
        }
        if (ours && !ended) throw Wrong(path, "it was cut: its last line is not there");
    }

    private static T Parse<T>(string path, int number, string line, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return read(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { throw Wrong(path, $"line {number} is not a line of a manifest"); }
    }

    private static bool Leaves(string path) => path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(path) || path.Split('/', Path.DirectorySeparatorChar).Contains("..");

    private static FileStat? FileStatOrNull(string path)
    {
        try { return FileStat.Read(path); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return null; }
    }

    private static CannotCheckException Wrong(string path, string why) => new(ProbeErrors.InvalidResponse, $"{path}: {why}");
}
