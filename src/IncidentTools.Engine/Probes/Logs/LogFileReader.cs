using System.IO.Compression;
using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Opens a log file at the right place: by time where there is a window, else so that its newest part is read.</summary>
internal sealed class LogFileReader(LogWindow window, Encoding encoding, long maxBytes, LogClock? given, Func<IReadOnlyList<string>, LogClock?> detect)
{
    private const int Chunk = 64 * 1024;

    /// <exception cref="CannotCheckException">Not there, not permitted, damaged.</exception>
    public LogSource Read(string path, LogScan scan, CancellationToken cancellation)
    {
        var source = new LogSource(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, Chunk, FileOptions.SequentialScan);
            if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) ReadCompressed(file, scan, source, cancellation);
            else ReadPlain(file, scan, source, cancellation);
            return source;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{path}: there is no such file"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or ArgumentException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    private void ReadCompressed(FileStream file, LogScan scan, LogSource source, CancellationToken cancellation)
    {
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var counted = new CountedStream(unzipped, maxBytes);
        using var reader = new StreamReader(counted, encoding);
        scan.Read(LogScan.Lines(reader, cancellation), given, detect, source);
        // from the end is not possible here: what was left out is the newer part
        (source.Bytes, source.Truncated) = (counted.Taken, counted.IsCut);
    }

    private void ReadPlain(FileStream file, LogScan scan, LogSource source, CancellationToken cancellation)
    {
        // places in the middle of a file are found by bytes: not in encodings of several bytes a character but UTF-8
        var seekable = encoding is UTF8Encoding || encoding.IsSingleByte;
        var length = file.Length;
        var clock = given ?? (window.From is not null && seekable ? detect([.. LogScan.Lines(new StreamReader(file, encoding, true, Chunk, leaveOpen: true), cancellation).Take(200)]) : null);
        var start = clock is not null && window.From is { } from && seekable ? LogSearch.Start(file, length, clock, encoding, from, cancellation) : 0;
        if (seekable && window.To is null && length - start > maxBytes) (start, source.Truncated) = (length - maxBytes, true);
        file.Seek(start, SeekOrigin.Begin);
        using var counted = new CountedStream(file, maxBytes);
        using var reader = new StreamReader(counted, encoding, detectEncodingFromByteOrderMarks: start == 0);
        var lines = LogScan.Lines(reader, cancellation);
        // the first is the rest of a line that began before
        scan.Read(start > 0 ? lines.Skip(1) : lines, clock, detect, source);
        source.Bytes = counted.Taken;
        source.Truncated |= counted.IsCut;
    }
}

/// <summary>Gives at most so many bytes and says whether there were more.</summary>
internal sealed class CountedStream(Stream inner, long most) : Stream
{
    public long Taken { get; private set; }
    public bool IsCut { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0) return 0;
        if (Taken == most)
        {
            IsCut = IsCut || inner.ReadByte() >= 0;
            return 0;
        }
        var count = inner.Read(buffer[..(int)Math.Min(buffer.Length, most - Taken)]);
        Taken += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
