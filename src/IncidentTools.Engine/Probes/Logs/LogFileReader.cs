using System.IO.Compression;
using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>Opens a log file at the right place: by time where there is a window, else so that its newest part is read.</summary>
internal sealed class LogFileReader(LogWindow window, Encoding encoding, long maxBytes, LogClock? given, Func<IReadOnlyList<string>, LogClock?> detect)
{
    private const int Chunk = 64 * 1024;

    /// <summary>Takes what is read, from the right place on.</summary>
    /// <param name="skipFirst">What comes first is the rest of a line.</param>
    public delegate void Taker(Stream stream, Encoding encoding, bool skipFirst, LogClock? clock, LogSource source);

    public LogSource Read(string path, LogScan scan, CancellationToken cancellation) => Read(path, (stream, actual, skipFirst, clock, source) => Scan(stream, actual, skipFirst, clock, scan, source, cancellation), cancellation);

    /// <exception cref="CannotCheckException">Not there, not permitted, damaged.</exception>
    public LogSource Read(string path, Taker take, CancellationToken cancellation)
    {
        var source = new LogSource(path);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
            if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) ReadCompressed(file, take, source);
            else ReadPlain(file, take, source, cancellation);
            return source;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException) { throw new CannotCheckException(ProbeErrors.NotFound, $"{path}: there is no such file"); }
        catch (UnauthorizedAccessException) { throw new CannotCheckException(ProbeErrors.PermissionDenied, $"{path} may not be read"); }
        catch (Exception error) when (error is IOException or InvalidDataException or NotSupportedException or ArgumentException) { throw new CannotCheckException(ProbeErrors.Unreadable, $"{path}: {error.Message}"); }
    }

    private void ReadCompressed(FileStream file, Taker take, LogSource source)
    {
        Encoding actual;
        using (var look = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true)) actual = Marked(look);
        file.Seek(0, SeekOrigin.Begin);
        using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var counted = new CountedStream(unzipped, maxBytes);
        take(counted, actual, false, given, source);
        // from the end is not possible here: what was left out is the newer part
        (source.Bytes, source.Truncated) = (counted.Taken, counted.IsCut);
    }

    private void ReadPlain(FileStream file, Taker take, LogSource source, CancellationToken cancellation)
    {
        var actual = encoding;
        if (file.CanSeek)
        {
            actual = Marked(file);
            file.Seek(0, SeekOrigin.Begin);
        }
        // places in the middle of a file are found by bytes: not in encodings of several bytes a character but UTF-8
        var seekable = file.CanSeek && LogBytes.Suits(actual);
        var length = file.CanSeek ? file.Length : 0;
        var clock = given;
        if (clock is null && window.From is not null && seekable)
        {
            clock = detect([.. LogScan.Lines(new StreamReader(file, actual, true, Chunk, leaveOpen: true), cancellation).Take(200)]);
            file.Seek(0, SeekOrigin.Begin);
        }
        var start = clock is not null && window.From is { } from && seekable ? LogSearch.Start(file, length, clock, actual, from, cancellation) : 0;
        if (seekable && window.To is null && length - start > maxBytes) (start, source.Truncated) = (length - maxBytes, true);
        if (file.CanSeek) file.Seek(start, SeekOrigin.Begin);
        using var counted = new CountedStream(file, maxBytes);
        // the first is the rest of a line that began before
        take(counted, actual, start > 0, clock, source);
        source.Bytes = counted.Taken;
        source.Truncated |= counted.IsCut;
    }

    private void Scan(Stream stream, Encoding actual, bool skipFirst, LogClock? clock, LogScan scan, LogSource source, CancellationToken cancellation)
    {
        if (!scan.NeedsText && LogBytes.Suits(actual))
        {
            new LogBytes(scan, actual).Read(stream, skipFirst, clock, detect, source, cancellation);
            return;
        }
        using var reader = new StreamReader(stream, actual, detectEncodingFromByteOrderMarks: !skipFirst, Chunk, leaveOpen: true);
        var lines = LogScan.Lines(reader, cancellation);
        scan.Read(skipFirst ? lines.Skip(1) : lines, clock, detect, source);
    }

    /// <summary>What the mark at its beginning says, else the encoding that was named.</summary>
    private Encoding Marked(Stream stream)
    {
        Span<byte> mark = stackalloc byte[4];
        var length = stream.ReadAtLeast(mark, 4, throwOnEndOfStream: false);
        return length switch
        {
            >= 4 when mark is [0xFF, 0xFE, 0, 0] => Encoding.UTF32,
            >= 2 when mark is [0xFF, 0xFE, ..] => Encoding.Unicode,
            >= 2 when mark is [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            >= 3 when mark is [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8,
            _ => encoding,
        };
    }
}
