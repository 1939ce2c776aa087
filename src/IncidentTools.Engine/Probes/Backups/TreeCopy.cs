using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>
/// Copies a folder to one that is not there yet: content, links as links, mode, time and (as root) owner. What is written is hashed on the way and held
/// against the manifest, so that nothing that changed after it was verified comes along.
/// </summary>
internal static class TreeCopy
{
    /// <param name="manifest">Verified before; null = copied as it is.</param>
    /// <param name="written">Gets a line of a manifest for each file; null = none is wanted.</param>
    /// <exception cref="IOException">Something could not be read or written, or is not what the manifest says.</exception>
    public static (long Files, long Bytes) Run(string from, string to, IEnumerable<ManifestEntry>? manifest, Action<ManifestEntry>? written, CancellationToken cancellation, string? except = null)
    {
        using var expected = manifest?.GetEnumerator();
        var (files, bytes, folders) = (0L, 0L, new List<(string Path, FileStat Stat)> { (to, FileStat.Read(from)!) });
        Directory.CreateDirectory(to);
        foreach (var item in new TreeWalk(from, [], [], folders: true).Items())
        {
            cancellation.ThrowIfCancellationRequested();
            if (item.Error is not null) throw new IOException(item.Error);
            if (item.Full == except) continue;
            var target = Path.Combine(to, item.Path);
            switch (item.Stat!.Kind)
            {
                case FileKind.Folder:
                    Directory.CreateDirectory(target);
                    folders.Add((target, item.Stat));
                    break;
                case FileKind.Link:
                    var link = ManifestEntry.OfLink(item);
                    Expect(expected, link);
                    File.CreateSymbolicLink(target, link.Link!);
                    FileOwner.Set(target, item.Stat.Owner);
                    written?.Invoke(link);
                    break;
                case FileKind.File:
                    var (size, hash) = One(item.Full, target, item.Stat, cancellation);
                    var entry = ManifestEntry.OfFile(item, size, hash);
                    Expect(expected, entry);
                    written?.Invoke(entry);
                    (files, bytes) = (files + 1, bytes + size);
                    break;
                default: break; // pipes, sockets: they belong to who made them
            }
        }
        if (expected?.MoveNext() == true) throw new IOException($"{expected.Current.Path} is in the manifest and is gone");
        // last: a folder that may not be written could not have been filled
        foreach (var (path, stat) in Enumerable.Reverse(folders)) Dress(path, stat, folder: true);
        return (files, bytes);
    }

    /// <summary>One file to a name that is not there yet; what is there is never overwritten.</summary>
    public static (long Bytes, string Sha256) One(string from, string to, FileStat stat, CancellationToken cancellation)
    {
        using var source = FileHash.Open(from);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        (long, string) result;
        using (var target = new FileStream(to, options))
        {
            result = FileHash.Of(source, target, cancellation);
            target.Flush(flushToDisk: true);
        }
        Dress(to, stat, folder: false);
        return result;
    }

    private static void Expect(IEnumerator<ManifestEntry>? expected, ManifestEntry found)
    {
        if (expected is null) return;
        if (!expected.MoveNext() || expected.Current.Path != found.Path || !expected.Current.SameContent(found)) throw new IOException($"{found.Path} changed after it was verified");
    }

    private static void Dress(string path, FileStat stat, bool folder)
    {
        FileOwner.Set(path, stat.Owner);
        if (!OperatingSystem.IsWindows() && stat.Mode is { } mode) File.SetUnixFileMode(path, (UnixFileMode)mode);
        if (folder) Directory.SetLastWriteTimeUtc(path, stat.ModifiedAt.UtcDateTime);
        else File.SetLastWriteTimeUtc(path, stat.ModifiedAt.UtcDateTime);
    }
}

/// <summary>User and group by number; only root may give files away, and for others their own is the right owner.</summary>
internal static class FileOwner
{
    public static void Set(string path, string? owner)
    {
        if (owner is null || OperatingSystem.IsWindows() || owner.Split(':') is not [var user, var group] || FileStat.Read(path)?.Owner == owner || !Environment.IsPrivilegedProcess) return;
        if (ChangeOwner(Encoding.UTF8.GetBytes(path + "\0"), uint.Parse(user, CultureInfo.InvariantCulture), uint.Parse(group, CultureInfo.InvariantCulture)) != 0)
            throw new IOException($"{path}: its owner could not be set: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [DllImport("libc", EntryPoint = "lchown", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner(byte[] path, uint user, uint group);
}
