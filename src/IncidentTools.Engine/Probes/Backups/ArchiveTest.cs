using System.Formats.Tar;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Probes.Backups;

/// <param name="Wrong">What is wrong with it; null when it is whole.</param>
/// <param name="Tail">The last bytes of what is packed in it, where it holds one stream.</param>
internal sealed record ArchiveResult(string? Wrong, long Entries, long Bytes, byte[] Tail);

/// <summary>Reads an archive from its first to its last byte, in a fixed amount of memory, writing nothing.</summary>
internal static class ArchiveTest
{
    private const int TailBytes = 4096;

    public static string Kind(string path) => path.ToLowerInvariant() switch
    {
        var name when name.EndsWith(".tar.gz", StringComparison.Ordinal) || name.EndsWith(".tgz", StringComparison.Ordinal) => "tar.gz",
        var name when name.EndsWith(".gz", StringComparison.Ordinal) => "gz",
        var name when name.EndsWith(".zip", StringComparison.Ordinal) => "zip",
        var name when name.EndsWith(".tar", StringComparison.Ordinal) => "tar",
        var name when name.EndsWith(".zst", StringComparison.Ordinal) => "zstd",
        var name when name.EndsWith(".xz", StringComparison.Ordinal) => "xz",
        var name when name.EndsWith(".bz2", StringComparison.Ordinal) => "bzip2",
        _ => "none",
    };

    public static async Task<ArchiveResult> RunAsync(string kind, string path, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (kind is "zstd" or "xz" or "bzip2") return await ByProgramAsync(kind, path, context, timeout, cancellation).ConfigureAwait(false);
        return await Task.Run(() => Read(kind, path, cancellation), cancellation).WaitAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<ArchiveResult> ByProgramAsync(string program, string path, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await context.Processes.RunAsync(new ProcessRequest(program, ["-t", "-q", "--", path]) { Timeout = timeout }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{program} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{program} did not end in {Duration.Format(timeout)}");
        if (result.ExitCode is null) throw new CannotCheckException(ProbeErrors.Killed, $"{program} was ended from outside and could tell nothing");
        return new ArchiveResult(result.ExitCode == 0 ? null : $"{program} -t: {Say.Cut(result.ErrorOutput.Trim())}", 0, 0, []);
    }

    private static ArchiveResult Read(string kind, string path, CancellationToken cancellation)
    {
        using var file = FileHash.Open(path);
        if (file.Length == 0) return new ArchiveResult("it is empty", 0, 0, []);
        try
        {
            return kind switch
            {
                "gz" => Stream(new GzipWhole(file), cancellation),
                "tar.gz" => Tar(new GzipWhole(file), cancellation),
                "tar" => Tar(file, cancellation),
                "zip" => Zip(file, cancellation),
                _ => Stream(file, cancellation),
            };
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException) { return new ArchiveResult(error.Message, 0, 0, []); }
    }

    private static ArchiveResult Stream(Stream stream, CancellationToken cancellation)
    {
        using var _ = stream;
        var (bytes, tail) = Drain(stream, null, cancellation);
        return new ArchiveResult(stream is GzipWhole { IsWhole: false } ? "it was cut, or more follows its end" : null, 1, bytes, tail);
    }

    private static ArchiveResult Tar(Stream stream, CancellationToken cancellation)
    {
        using var seen = new EndSeen(stream);
        using var reader = new TarReader(seen, leaveOpen: true);
        var (entries, bytes) = (0L, 0L);
        while (reader.GetNextEntry() is { } entry)
        {
            entries++;
            if (entry.DataStream is not { } data) continue;
            var (read, _) = Drain(data, null, cancellation);
            if (read != entry.Length) return new ArchiveResult($"it was cut within {entry.Name}", entries, bytes, []);
            bytes += read;
        }
        // an archive ends with a block of zeros, not with the end of the file
        if (seen.AtEnd) return new ArchiveResult("it was cut: its end is not there", entries, bytes, []);
        Drain(stream, null, cancellation);
        return new ArchiveResult(stream is GzipWhole { IsWhole: false } ? "it was cut, or more follows its end" : null, entries, bytes, []);
    }

    private static ArchiveResult Zip(FileStream file, CancellationToken cancellation)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read);
        var (entries, bytes) = (0L, 0L);
        foreach (var entry in archive.Entries)
        {
            if (entry.IsEncrypted) throw new CannotCheckException(ProbeErrors.NotSupported, $"{entry.FullName} is encrypted: it cannot be tested without its key");
            using var data = entry.Open();
            var sum = new Crc32(); // zip stores it, and the framework does not compare it
            var (read, _) = Drain(data, sum, cancellation);
            if (read != entry.Length || sum.GetCurrentHashAsUInt32() != entry.Crc32) return new ArchiveResult($"{entry.FullName} is not what was packed", entries, bytes, []);
            (entries, bytes) = (entries + 1, bytes + read);
        }
        return new ArchiveResult(null, entries, bytes, []);
    }

    private static (long Bytes, byte[] Tail) Drain(Stream stream, Crc32? sum, CancellationToken cancellation)
    {
        var (buffer, tail, bytes) = (new byte[FileHash.BufferBytes], Array.Empty<byte>(), 0L);
        while (stream.Read(buffer) is var read and > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            sum?.Append(buffer.AsSpan(0, read));
            var fresh = buffer.AsSpan(Math.Max(0, read - TailBytes), Math.Min(read, TailBytes));
            tail = fresh.Length == TailBytes ? fresh.ToArray() : [.. tail.AsSpan(Math.Max(0, tail.Length + fresh.Length - TailBytes)), .. fresh];
            bytes += read;
        }
        return (bytes, tail);
    }

    /// <summary>Whether somebody read up to where nothing more comes.</summary>
    private sealed class EndSeen(Stream inner) : ForwardStream
    {
        public bool AtEnd { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            AtEnd |= read == 0 && buffer.Length > 0;
            return read;
        }
    }
}
