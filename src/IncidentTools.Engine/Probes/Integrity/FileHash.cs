using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>SHA-256 of a file, in a fixed amount of memory.</summary>
internal static class FileHash
{
    public const int BufferBytes = 256 * 1024;
    // O_NONBLOCK: opening a named pipe must not wait for its writer. O_NOFOLLOW: what was a file when it was looked at may be a link by now
    private static readonly int Flags = 0x800 | 0x80000 | (RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000);

    public static (long Bytes, string Sha256) Of(string path, CancellationToken cancellation)
    {
        using var stream = Open(path);
        return Of(stream, null, cancellation);
    }

    /// <param name="copyTo">Gets what is hashed.</param>
    public static (long Bytes, string Sha256) Of(Stream source, Stream? copyTo, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var bytes = 0L;
        while (source.Read(buffer) is var read and > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            copyTo?.Write(buffer, 0, read);
            bytes += read;
        }
        return (bytes, Hex(hash.GetHashAndReset()));
    }

    public static string Of(ReadOnlySpan<byte> content) => Hex(SHA256.HashData(content));

    /// <summary>A regular file, never what a link leads to.</summary>
    /// <exception cref="IOException">It cannot be read, or is no file.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream Open(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            if (new FileInfo(path).LinkTarget is not null) throw new IOException($"{path} is a link");
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
        }
        var handle = new SafeFileHandle(NativeOpen(Encoding.UTF8.GetBytes(path + "\0"), Flags), ownsHandle: true);
        if (handle.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            var why = string.Create(CultureInfo.InvariantCulture, $"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
            throw error == 13 ? new UnauthorizedAccessException(why) : new IOException(why);
        }
        var stream = new FileStream(handle, FileAccess.Read, 0);
        if (stream.CanSeek) return stream;
        stream.Dispose();
        throw new IOException($"{path} is not a file");
    }

    private static string Hex(ReadOnlySpan<byte> hash) => Convert.ToHexString(hash).ToLowerInvariant();

    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint NativeOpen(byte[] path, int flags);
}
