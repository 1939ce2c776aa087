using System.Buffers.Binary;
using System.Security.Cryptography;

namespace IncidentTools.Engine.Foundation;

/// <summary>UUID version 7 (RFC 9562): sortable by time of creation. The framework has it only from .NET 9 on.</summary>
public static class Uuid7
{
    /// <summary>A new id stamped with <paramref name="time"/>, in lower-case text.</summary>
    public static string New(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes[6..]);
        var milliseconds = time.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)((milliseconds >> 32) & 0xFFFF));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[2..], (uint)(milliseconds & 0xFFFF_FFFF));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
