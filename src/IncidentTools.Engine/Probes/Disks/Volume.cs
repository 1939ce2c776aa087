using System.Runtime.InteropServices;

namespace IncidentTools.Engine.Probes.Disks;

/// <param name="Path">As asked for.</param>
/// <param name="FreeBytes">What an ordinary user may still write.</param>
/// <param name="FreePercent">Of what an ordinary user could ever have, as <c>df</c> counts.</param>
/// <param name="InodesFreePercent">Null where the file system has no fixed number of them, or does not say.</param>
/// <param name="ReadOnly">Null where the system does not say.</param>
internal sealed record Volume(string Path, string? FileSystem, long TotalBytes, long FreeBytes, double FreePercent, double? InodesFreePercent, bool? ReadOnly);

/// <summary>Volumes of this machine. Asking may block for as long as a lost network file system pleases: the caller does not wait on this thread.</summary>
internal static class Volumes
{
    /// <summary>The fixed volumes: local, writable by nature, each once.</summary>
    public static IReadOnlyList<string> Fixed()
    {
        if (OperatingSystem.IsLinux()) return LinuxMounts.Fixed();
        return [.. DriveInfo.GetDrives().Where(drive => drive.DriveType == DriveType.Fixed && drive.IsReady).Select(drive => drive.Name)];
    }

    public static Volume Read(string path)
    {
        try
        {
            if (!Directory.Exists(path) && !File.Exists(path))
            {
                // tells "not there" from "may not look"
                _ = File.GetAttributes(path);
            }
            return OperatingSystem.IsLinux() ? LinuxMounts.Read(path) : FromDrive(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or DriveNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{path} is not there"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be looked at"); }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    private static Volume FromDrive(string path)
    {
        var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(Path.GetFullPath(path))! : path);
        return new(path, drive.DriveFormat, drive.TotalSize, drive.AvailableFreeSpace, Percent(drive.AvailableFreeSpace, drive.TotalSize - drive.TotalFreeSpace + drive.AvailableFreeSpace) ?? 0, null, null);
    }

    public static double? Percent(double part, double whole) => whole > 0 ? Math.Round(part / whole * 100, 1) : null;
}

internal static class LinuxMounts
{
    private const ulong ReadOnlyFlag = 1;
    // images and copies of what is elsewhere (squashfs, iso9660, memory, kernel) are left out: full or read-only by nature
    private static readonly HashSet<string> Local = new(StringComparer.Ordinal) { "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs", "reiserfs", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "overlay", "virtiofs" };

    public static IReadOnlyList<string> Fixed() => Fixed(File.ReadLines("/proc/self/mountinfo"), Directory.Exists);

    /// <summary>Mount points of local file systems, the shortest path for each device.</summary>
    public static IReadOnlyList<string> Fixed(IEnumerable<string> mountInfo, Func<string, bool> isFolder) => [.. Parse(mountInfo)
        .Where(mount => Local.Contains(mount.FileSystem) && isFolder(mount.Path)).GroupBy(mount => mount.Device, StringComparer.Ordinal).Select(group => group.MinBy(mount => mount.Path.Length).Path).Order(StringComparer.Ordinal)];

    public static Volume Read(string path)
    {
        if (StatVfs(path, out var status) != 0) throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        checked
        {
            var (total, free) = ((long)(status.Blocks * status.FragmentSize), (long)(status.BlocksAvailable * status.FragmentSize));
            var percent = Volumes.Percent(status.BlocksAvailable, status.Blocks - status.BlocksFree + status.BlocksAvailable);
            return new(path, FileSystemOf(path), total, free, percent ?? 0, status.Files == 0 ? null : Volumes.Percent(status.FilesFree, status.Files), (status.Flags & ReadOnlyFlag) != 0);
        }
    }

    private static string? FileSystemOf(string path)
    {
        var full = Path.GetFullPath(path);
        return Parse(File.ReadLines("/proc/self/mountinfo")).Where(mount => mount.Path == "/" || full == mount.Path || full.StartsWith(mount.Path + "/", StringComparison.Ordinal)).MaxBy(mount => mount.Path.Length).FileSystem;
    }

    /// <summary><c>36 35 98:0 /root /mount options… - type source options</c>, blanks in paths as \040.</summary>
    private static IEnumerable<(string Device, string Path, string FileSystem)> Parse(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (dash > 4 && fields.Length > dash + 1) yield return (fields[2], fields[4].Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal), fields[dash + 1]);
        }
    }

    /// <summary>struct statvfs of 64-bit Linux, the same in glibc and musl; the rest is room for what follows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Status
    {
        public ulong BlockSize, FragmentSize, Blocks, BlocksFree, BlocksAvailable, Files, FilesFree, FilesAvailable, Id, Flags, NameMax;
        private readonly ulong _spare1, _spare2, _spare3, _spare4;
    }

    [DllImport("libc", EntryPoint = "statvfs", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatVfs([MarshalAs(UnmanagedType.LPUTF8Str)] string path, out Status status);
}
