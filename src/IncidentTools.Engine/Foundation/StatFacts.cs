using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace IncidentTools.Engine.Foundation;

/// <summary>What the runtime does not tell of a file on Linux: its owner, and when it was last changed in any way, which is harder to fake than its time of writing. Of the name itself, never of what a link leads to.</summary>
internal readonly record struct StatFacts(uint Uid, uint Gid, int Mode, ulong Inode, ulong Device, DateTimeOffset Accessed, DateTimeOffset Changed, DateTimeOffset Modified)
{
    private const int CurrentFolder = -100, NoFollow = 0x100, Basic = 0x7ff, KindMask = 0xF000, Regular = 0x8000;

    public bool IsRegular => (Mode & KindMask) == Regular;
    public int Permissions => Mode & 0xFFF;

    /// <summary>Null where the system does not tell.</summary>
    public static StatFacts? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var data = new byte[256];
        try { return Statx(CurrentFolder, Encoding.UTF8.GetBytes(path + "\0"), NoFollow, Basic, data) == 0 ? Read(data) : null; }
        catch (EntryPointNotFoundException) { return null; } // an old C library
    }

    /// <summary>False when it is not permitted.</summary>
    public static bool SetOwner(string path, uint uid, uint gid) => Chown(Encoding.UTF8.GetBytes(path + "\0"), uid, gid) == 0;

    private static StatFacts Read(ReadOnlySpan<byte> data)
    {
        var device = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(data[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(data[140..]);
        return new(BinaryPrimitives.ReadUInt32LittleEndian(data[20..]), BinaryPrimitives.ReadUInt32LittleEndian(data[24..]), BinaryPrimitives.ReadUInt16LittleEndian(data[28..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[32..]), device, Time(data[64..]), Time(data[96..]), Time(data[112..]));
    }

    private static DateTimeOffset Time(ReadOnlySpan<byte> data) =>
        DateTimeOffset.UnixEpoch.AddTicks((BinaryPrimitives.ReadInt64LittleEndian(data) * TimeSpan.TicksPerSecond) + (BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) / 100));

    [DllImport("libc", EntryPoint = "statx")] private static extern int Statx(int folder, byte[] path, int flags, uint mask, byte[] data);
    [DllImport("libc", EntryPoint = "lchown")] private static extern int Chown(byte[] path, uint uid, uint gid);
}
