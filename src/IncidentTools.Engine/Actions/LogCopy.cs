using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IncidentTools.Engine.Actions;

/// <param name="Bytes">Null when it was not kept.</param>
/// <param name="Why">Why it was not kept.</param>
/// <param name="IsLink">Left out because it leads elsewhere, which is no failure.</param>
internal sealed record KeptFile(string Source, string Target, long? Bytes, string? Sha256, string? Why, bool IsLink = false);

/// <summary>Copies one log file into a folder of evidence, hashing what is written, in a fixed amount of memory.</summary>
internal static class LogCopy
{
    private const int ReadOnlyNonBlocking = 0x800 | 0x80000; // O_NONBLOCK | O_CLOEXEC of Linux: opening a named pipe must not wait for its writer

    /// <summary>Up to the length it has when opened: one that is being written must end somewhere.</summary>
    public static async Task<KeptFile> KeepAsync(LogFile file, string folder, CancellationToken cancellation)
    {
        var relative = Relative(file.Path);
        KeptFile Left(string why, bool link = false) => new(file.Path, relative, null, null, why, link);
        try
        {
            if (!LogFiles.IsBelow(LogFiles.RealPath(file.Path), file.Base)) return Left("a link that leads out of its folder", link: true);
            using var source = Open(file.Path);
            // between the look and the opening somebody may have changed where the name leads
            if (OperatingSystem.IsLinux() && new FileInfo($"/proc/self/fd/{source.SafeFileHandle.DangerousGetHandle()}").LinkTarget is { } opened && !LogFiles.IsBelow(opened, file.Base)) return Left("a link that leads out of its folder", link: true);
            if (!source.CanSeek) return Left("not a file");
            var target = Path.Combine(folder, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using var kept = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous });
            var (bytes, hash) = await CopyAsync(source, kept, cancellation).ConfigureAwait(false);
            kept.Flush(flushToDisk: true);
            File.SetLastWriteTimeUtc(kept.SafeFileHandle, File.GetLastWriteTimeUtc(source.SafeFileHandle));
            return new KeptFile(file.Path, relative, bytes, hash, null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException) { return Left(error.Message); }
    }

    private static async Task<(long Bytes, string Hash)> CopyAsync(FileStream source, FileStream target, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        var (length, bytes) = (source.Length, 0L);
        while (bytes < length)
        {
            var read = await source.ReadAsync(buffer.AsMemory(0, checked((int)Math.Min(buffer.Length, length - bytes))), cancellation).ConfigureAwait(false);
            if (read == 0) break; // it was cut meanwhile
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
            bytes += read;
        }
        return (bytes, Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant());
    }

    private static FileStream Open(string path)
    {
        if (!OperatingSystem.IsLinux()) return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        var handle = new SafeFileHandle(NativeOpen(Encoding.UTF8.GetBytes(path + "\0"), ReadOnlyNonBlocking), ownsHandle: true);
        if (handle.IsInvalid) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}: {path}"));
        return new FileStream(handle, FileAccess.Read, 0);
    }

    /// <summary>The whole path, so that two logs of one name do not meet: <c>var/log/nginx/error.log</c>, <c>C/logs/error.log</c>.</summary>
    private static string Relative(string path) => OperatingSystem.IsWindows() ? path.Replace('\\', '/').Replace(":", "", StringComparison.Ordinal).TrimStart('/') : path.TrimStart('/');

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern nint NativeOpen(byte[] path, int flags);
}
