using System.Security.Cryptography;

namespace IncidentTools.Engine.Foundation;

/// <summary>SHA-256 of files of any size in a fixed amount of memory, and the line of a manifest that <c>sha256sum -c</c> reads.</summary>
internal static class Sha256File
{
    private const int Chunk = 128 * 1024;

    /// <exception cref="IOException">Also when it may not be read.</exception>
    public static async Task<(long Bytes, string Sha256)> OfAsync(string path, CancellationToken cancellation)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return await CopyAsync(file, Stream.Null, cancellation).ConfigureAwait(false);
    }

    /// <summary>Hashes what it copies.</summary>
    public static async Task<(long Bytes, string Sha256)> CopyAsync(Stream source, Stream target, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (buffer, bytes) = (new byte[Chunk], 0L);
        for (int read; (read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0; bytes += read)
        {
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }
        return (bytes, Hex(hash.GetHashAndReset()));
    }

    public static string Hex(byte[] hash) => Convert.ToHexString(hash).ToLowerInvariant();

    /// <summary>A name with a line break or backslash is escaped, and the line says so.</summary>
    public static string Line(string sha256, string name)
    {
        var plain = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
        return $"{(plain == name ? "" : "\\")}{sha256}  {plain}\n";
    }

    /// <summary>Null for what is no such line.</summary>
    public static (string Sha256, string Name)? ReadLine(string line)
    {
        var escaped = line.StartsWith('\\');
        var text = escaped ? line[1..] : line;
        if (text.Length < 67 || !text.AsSpan(0, 64).ContainsOnlyHex() || text[64] != ' ' || text[65] is not (' ' or '*')) return null;
        return (text[..64].ToLowerInvariant(), escaped ? Plain(text[66..]) : text[66..]);
    }

    private static string Plain(string name)
    {
        var text = new System.Text.StringBuilder();
        for (var at = 0; at < name.Length; at++) text.Append(name[at] != '\\' || at + 1 == name.Length ? name[at] : name[++at] switch { 'n' => '\n', 'r' => '\r', var other => other });
        return text.ToString();
    }

    private static bool ContainsOnlyHex(this ReadOnlySpan<char> text)
    {
        foreach (var c in text) if (!char.IsAsciiHexDigit(c)) return false;
        return true;
    }
}
