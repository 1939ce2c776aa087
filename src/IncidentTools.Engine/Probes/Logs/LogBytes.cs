using System.Buffers;
using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>
/// Puts the lines of a file through window and patterns as bytes: blocks are searched for what a pattern must hold, and only lines that have it become
/// text. It finds exactly what <see cref="LogScan"/> finds line by line, in memory that does not grow with the file.
/// </summary>
internal sealed class LogBytes(LogScan scan, Encoding encoding)
{
    private const int Block = 1024 * 1024, HeadBytes = 1024, DetectLines = 200;
    // a line's text is cut at so many letters, of at most three bytes each
    private const int KeptBytes = 4 * LogScan.MaxLine;
    private readonly int[][] _next = [.. scan.Patterns.Select(pattern => pattern.Filter?.Start() ?? [])];
    private DateTimeOffset? _now;
    private LogClock? _clock;

    /// <summary>Whether a line end, and every letter of ASCII, is one byte in it and nothing else is.</summary>
    public static bool Suits(Encoding encoding) => encoding is UTF8Encoding || (encoding.IsSingleByte && encoding.GetString([.. Enumerable.Range(0, 128).Select(value => (byte)value)]).Select((letter, index) => letter == index).All(same => same));

    /// <param name="skipFirst">What is there first is the rest of a line.</param>
    public void Read(Stream stream, bool skipFirst, LogClock? clock, Func<IReadOnlyList<string>, LogClock?> detect, LogSource source, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            var (have, ended, first) = (0, false, true);
            _clock = clock;
            while (!ended)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = stream.ReadAtLeast(buffer.AsSpan(have), buffer.Length - have, throwOnEndOfStream: false);
                have += count;
                ended = have < buffer.Length;
                var whole = ended ? have : buffer.AsSpan(0, have).LastIndexOf((byte)'\n') + 1;
                if (whole == 0 && !ended)
                {
                    // one line longer than the buffer: of it only the beginning counts
                    have = KeptBytes;
                    continue;
                }
                var block = buffer.AsSpan(0, whole);
                if (skipFirst && whole > 0)
                {
                    var end = block.IndexOf((byte)'\n');
                    block = end < 0 ? [] : block[(end + 1)..];
                    skipFirst = false;
                }
                if (first) Begin(block, detect, source);
                first = false;
                if (!(scan.IsOpen ? Open(block, source) : Windowed(block, source))) return;
                buffer.AsSpan(whole, have - whole).CopyTo(buffer);
                have -= whole;
            }
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private void Begin(ReadOnlySpan<byte> block, Func<IReadOnlyList<string>, LogClock?> detect, LogSource source)
    {
        if (_clock is null)
        {
            var lines = new List<string>();
            for (var at = 0; at < block.Length && lines.Count < DetectLines;)
            {
                var end = End(block, at);
                lines.Add(Text(block[at..end]));
                at = end + 1;
            }
            _clock = detect(lines);
        }
        scan.Begin(_clock, source, block.Length > 0);
    }

    /// <summary>Without a window: each pattern goes through the block by itself, from one place that could match to the next.</summary>
    private bool Open(ReadOnlySpan<byte> block, LogSource source)
    {
        if (block.Length == 0) return true;
        var lines = block.Count((byte)'\n') + (block[^1] == '\n' ? 0 : 1);
        (source.Lines, source.LinesInWindow) = (source.Lines + lines, source.LinesInWindow + lines);
        for (var index = 0; index < scan.Patterns.Count; index++)
        {
            var (pattern, next) = (scan.Patterns[index], _next[index]);
            next.AsSpan().Fill(-1);
            for (var at = 0; at < block.Length;)
            {
                var hit = pattern.Filter?.Find(block, at, next) ?? at;
                if (hit < 0) break;
                var begin = hit == at ? at : block[at..hit].LastIndexOf((byte)'\n') is >= 0 and var before ? at + before + 1 : at;
                var end = End(block, hit);
                Try(pattern, block[begin..end], hit - begin, null);
                at = end + 1;
            }
        }
        return true;
    }

    /// <summary>With a window every line's time is of interest. False: the window has passed.</summary>
    private bool Windowed(ReadOnlySpan<byte> block, LogSource source)
    {
        foreach (var next in _next) next.AsSpan().Fill(-1);
        for (var at = 0; at < block.Length;)
        {
            var end = End(block, at);
            var line = block[at..end];
            var place = scan.Place(_clock?.Read(line, encoding, HeadBytes), source, ref _now);
            if (place == LinePlace.Over) return false;
            for (var index = 0; place == LinePlace.Inside && index < scan.Patterns.Count; index++)
            {
                var pattern = scan.Patterns[index];
                var hit = pattern.Filter?.Find(block, at, _next[index]) ?? at;
                if (hit >= at && (hit < end || pattern.Filter is null)) Try(pattern, line, hit - at, _now);
            }
            at = end + 1;
        }
        return true;
    }

    /// <param name="hit">Where in the line what is searched for was found.</param>
    private void Try(LogPattern pattern, ReadOnlySpan<byte> line, int hit, DateTimeOffset? time)
    {
        var certain = pattern.IsLiteral && hit + pattern.Length <= LogScan.MaxLine;
        var text = certain && !pattern.WantsText ? null : Text(line);
        if (certain || pattern.IsMatch(text!)) pattern.Add(text, scan.IsOpen ? _clock?.Read(line, encoding, HeadBytes) : time);
    }

    private static int End(ReadOnlySpan<byte> block, int at) => block[at..].IndexOf((byte)'\n') is >= 0 and var length ? at + length : block.Length;

    /// <summary>As text: without its line end, and cut.</summary>
    private string Text(ReadOnlySpan<byte> line)
    {
        var text = encoding.GetString(line.Length > KeptBytes ? line[..KeptBytes] : line);
        if (text.Length > LogScan.MaxLine) text = text[..LogScan.MaxLine];
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}
