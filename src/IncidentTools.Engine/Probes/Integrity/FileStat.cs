using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace IncidentTools.Engine.Probes.Integrity;

internal enum FileKind { File, Folder, Link, Other }

/// <summary>What a name is, links not followed. Mode and owner where the system has them.</summary>
/// <param name="Mode">The twelve permission bits.</param>
/// <param name="Owner">User and group by number: <c>33:33</c>.</param>
internal sealed record FileStat(FileKind Kind, long Bytes, DateTimeOffset ModifiedAt, int? Mode, string? Owner)
{
    private const int Here = -100, NoFollow = 0x100, Basics = 0x7ff, NoEntry = 2, NotFolder = 20, Denied = 13, TypeBits = 0xF000, ModeBits = 0xFFF;

    /// <summary>Null when there is nothing of that name.</summary>
    /// <exception cref="IOException">It cannot be told.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be looked at.</exception>
    public static FileStat? Read(string path)
    {
        if (!OperatingSystem.IsLinux()) return Portable(path);
        try { return Native(path); }
        catch (EntryPointNotFoundException) { return Portable(path); } // an older musl
    }

    public string ModeText => Mode is { } mode ? Convert.ToString(mode, 8).PadLeft(4, '0') : "";

    private static FileStat? Native(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (StatX(Here, Encoding.UTF8.GetBytes(path + "\0"), NoFollow, Basics, ref MemoryMarshal.GetReference(buffer)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is NoEntry or NotFolder) return null;
            var why = string.Create(CultureInfo.InvariantCulture, $"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
            throw error == Denied ? new UnauthorizedAccessException(why) : new IOException(why);
        }
        // the layout of statx is the same on every processor
        int mode = BitConverter.ToUInt16(buffer[28..]);
        var at = DateTimeOffset.UnixEpoch.AddSeconds(BitConverter.ToInt64(buffer[112..])).AddTicks(BitConverter.ToUInt32(buffer[120..]) / 100);
        var kind = (mode & TypeBits) switch { 0x8000 => FileKind.File, 0x4000 => FileKind.Folder, 0xA000 => FileKind.Link, _ => FileKind.Other };
        return new FileStat(kind, BitConverter.ToInt64(buffer[40..]), at, mode & ModeBits, string.Create(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(buffer[20..])}:{BitConverter.ToUInt32(buffer[24..])}"));
    }

    private static FileStat? Portable(string path)
    {
        FileAttributes attributes;
        try { attributes = File.GetAttributes(path); }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { return null; }
        FileSystemInfo info = attributes.HasFlag(FileAttributes.Directory) ? new DirectoryInfo(path) : new FileInfo(path);
        var kind = info.LinkTarget is not null ? FileKind.Link : info is DirectoryInfo ? FileKind.Folder : attributes.HasFlag(FileAttributes.Device) ? FileKind.Other : FileKind.File;
        return new FileStat(kind, info is FileInfo file && kind == FileKind.File ? file.Length : 0, new DateTimeOffset(info.LastWriteTimeUtc, TimeSpan.Zero), OperatingSystem.IsWindows() ? null : (int)info.UnixFileMode, null);
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, ref byte buffer);
}
