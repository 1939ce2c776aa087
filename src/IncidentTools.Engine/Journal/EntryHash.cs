using System.Security.Cryptography;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Journal;

/// <summary>The hash of an entry is its RFC 6962 leaf hash: SHA-256(0x00 ‖ canonical bytes without the hash).</summary>
public static class EntryHash
{
    /// <summary>What stands before a stream's first entry.</summary>
    public static string Zeros { get; } = new('0', 64);

    /// <summary>Lower-case hex.</summary>
    public static string Of(string canonical) => Of(CanonicalJson.Bytes(canonical));

    /// <summary>Lower-case hex.</summary>
    public static string Of(ReadOnlySpan<byte> canonical) => Hex(0x00, canonical);

    private static string Hex(byte prefix, ReadOnlySpan<byte> bytes)
    {
        var buffer = new byte[bytes.Length + 1];
        buffer[0] = prefix;
        bytes.CopyTo(buffer.AsSpan(1));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer, hash);
        return Convert.ToHexString(hash).ToLowerInvariant();
    }
}
