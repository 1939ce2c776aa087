using System.Text;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Logs;

/// <param name="From">Lines before are not looked at; null = from the beginning.</param>
internal sealed record LogWindow(DateTimeOffset? From, DateTimeOffset? To)
{
    public bool IsOpen => From is null && To is null;
}

internal enum LinePlace { Outside, Inside, Over }

/// <summary>Puts lines through the window and the patterns.</summary>
/// <param name="start">What the first line of an entry of several lines matches; null: each line is an entry.</param>
/// <param name="context">Lines shown before and after a sample.</param>
internal sealed class LogScan(IReadOnlyList<LogPattern> patterns, LogWindow window, Regex? start = null, int context = 0)
{
    public const int MaxLine = 16 * 1024;
    private const int DetectLines = 200, MaxEntry = 64 * 1024;
    // logs are not strictly in order; beyond this a later line ends the reading
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);
    private readonly Queue<string> _before = new();
    private readonly List<(LogSample Sample, int Left)> _waiting = [];

    public IReadOnlyList<LogPattern> Patterns => patterns;
    public bool IsOpen => window.IsOpen;
    /// <summary>Whether lines must be seen one after the other, as text.</summary>
    public bool NeedsText => start is not null || context > 0;

    /// <exception cref="CannotCheckException">A window, and no line says when it was written.</exception>
    public void Begin(LogClock? clock, LogSource source, bool hasLines)
    {
        source.TimestampFormat = clock?.Name;
        if (clock is null && !window.IsOpen && hasLines) throw new CannotCheckException(ProbeErrors.NoTimestamps, $"{source.Name}: no time was found in its first lines, so the window cannot be applied: give timestampFormat");
    }

    /// <param name="clock">Null: found from the first lines.</param>
    /// <exception cref="CannotCheckException">A window, and no line says when it was written.</exception>
    public void Read(IEnumerable<string> lines, LogClock? clock, Func<IReadOnlyList<string>, LogClock?> detect, LogSource source)
    {
        var first = new List<string>();
        using var reader = (start is null ? lines : Entries(lines, start)).GetEnumerator();
        while (clock is null && first.Count < DetectLines && reader.MoveNext()) first.Add(reader.Current);
        clock ??= detect(first);
        Begin(clock, source, first.Count > 0);
        (DateTimeOffset? now, var more) = (null, true);
        _before.Clear();
        _waiting.Clear();
        foreach (var line in first)
            if (more) more = Line(line, clock, source, ref now);
        while (more && reader.MoveNext()) more = Line(reader.Current, clock, source, ref now);
    }

    /// <summary>False: the window has passed.</summary>
    private bool Line(string line, LogClock? clock, LogSource source, ref DateTimeOffset? now)
    {
        var place = LinePlace.Inside;
        // without a window only the times of what was found are of interest
        if (window.IsOpen) (source.Lines, source.LinesInWindow) = (source.Lines + 1, source.LinesInWindow + 1);
        else place = Place(clock?.Read(line), source, ref now);
        if (place == LinePlace.Over) return false;
        if (context > 0) After(line);
        if (place == LinePlace.Inside)
            foreach (var pattern in patterns)
                if (pattern.IsMatch(line) && pattern.Add(line, window.IsOpen ? clock?.Read(line) : now) is { } sample && context > 0)
                {
                    sample.Before = [.. _before];
                    _waiting.Add((sample, context));
                }
        if (context > 0)
        {
            if (_before.Count == context) _before.Dequeue();
            _before.Enqueue(line);
        }
        return true;
    }

    private void After(string line)
    {
        for (var index = _waiting.Count - 1; index >= 0; index--)
        {
            var (sample, left) = _waiting[index];
            sample.After.Add(line);
            if (left > 1) _waiting[index] = (sample, left - 1);
            else _waiting.RemoveAt(index);
        }
    }

    /// <summary>Where a line with this time (null: it has none, and belongs to the one before) lies, and counts it.</summary>
    public LinePlace Place(DateTimeOffset? time, LogSource source, ref DateTimeOffset? now)
    {
        source.Lines++;
        if (time is null) source.LinesWithoutTime++;
        else source.Saw(time.Value, window);
        now = time ?? now;
        if (now is null || now < window.From) return LinePlace.Outside;
        if (now > window.To) return now <= window.To + Disorder ? LinePlace.Outside : LinePlace.Over;
        source.LinesInWindow++;
        return LinePlace.Inside;
    }

    /// <summary>Lines put together to entries, each as bounded as a line.</summary>
    private static IEnumerable<string> Entries(IEnumerable<string> lines, Regex start)
    {
        var entry = new StringBuilder();
        foreach (var line in lines)
        {
            if (entry.Length > 0 && start.IsMatch(line))
            {
                yield return entry.ToString();
                entry.Clear();
            }
            if (entry.Length > 0 && entry.Length < MaxEntry) entry.Append('\n');
            entry.Append(line, 0, Math.Min(line.Length, Math.Max(0, MaxEntry - entry.Length)));
        }
        if (entry.Length > 0) yield return entry.ToString();
    }

    /// <summary>Lines, each cut to a bounded length: a file without line ends does not fill the memory.</summary>
    public static IEnumerable<string> Lines(TextReader reader, CancellationToken cancellation)
    {
        var (buffer, line, any) = (new char[32 * 1024], new StringBuilder(), false);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = reader.Read(buffer);
            if (count == 0) break;
            for (var at = 0; at < count;)
            {
                var end = Array.IndexOf(buffer, '\n', at, count - at);
                var stop = end < 0 ? count : end;
                line.Append(buffer, at, Math.Min(stop - at, MaxLine - line.Length));
                any = end < 0;
                at = stop + 1;
                if (end < 0) break;
                yield return Take(line);
            }
        }
        if (any) yield return Take(line);
    }

    private static string Take(StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r') line.Length--;
        var text = line.ToString();
        line.Clear();
        return text;
    }
}
