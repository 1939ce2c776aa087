using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <param name="From">Lines before are not looked at; null = from the beginning.</param>
internal sealed record LogWindow(DateTimeOffset? From, DateTimeOffset? To)
{
    public bool IsOpen => From is null && To is null;
}

/// <summary>What was read of one source.</summary>
internal sealed class LogSource(string name)
{
    public string Name => name;
    public long Bytes { get; set; }
    public long Lines { get; set; }
    public long LinesInWindow { get; set; }
    public long LinesWithoutTime { get; set; }
    public bool Truncated { get; set; }
    public string? TimestampFormat { get; set; }
    /// <summary>The latest time of any line: shows a log that stopped, or a wrong zone.</summary>
    public DateTimeOffset? Newest { get; set; }
}

/// <summary>Puts lines through the window and the patterns.</summary>
internal sealed class LogScan(IReadOnlyList<LogPattern> patterns, LogWindow window)
{
    private const int MaxLine = 16 * 1024, DetectLines = 200;
    // logs are not strictly in order; beyond this a later line ends the reading
    private static readonly TimeSpan Disorder = TimeSpan.FromMinutes(1);

    /// <param name="clock">Null: found from the first lines.</param>
    /// <exception cref="CannotCheckException">A window, and no line says when it was written.</exception>
    public void Read(IEnumerable<string> lines, LogClock? clock, Func<IReadOnlyList<string>, LogClock?> detect, LogSource source)
    {
        var first = new List<string>();
        using var reader = lines.GetEnumerator();
        while (clock is null && first.Count < DetectLines && reader.MoveNext()) first.Add(reader.Current);
        clock ??= detect(first);
        source.TimestampFormat = clock?.Name;
        if (clock is null && !window.IsOpen && first.Count > 0) throw new CannotCheckException(ProbeErrors.NoTimestamps, $"{source.Name}: no time was found in its first {first.Count} lines, so the window cannot be applied: give timestampFormat");
        DateTimeOffset? now = null;
        foreach (var line in first)
            if (!Line(line, clock, source, ref now)) return;
        while (reader.MoveNext())
            if (!Line(reader.Current, clock, source, ref now)) return;
    }

    /// <summary>False: the window has passed.</summary>
    private bool Line(string line, LogClock? clock, LogSource source, ref DateTimeOffset? now)
    {
        source.Lines++;
        // without a window only the times of what was found are of interest
        var time = window.IsOpen ? null : clock?.Read(line);
        if (!window.IsOpen)
        {
            if (time is null) source.LinesWithoutTime++;
            now = time ?? now;
            if (time > source.Newest || source.Newest is null) source.Newest = time ?? source.Newest;
            if (now is null || now < window.From) return true;
            if (now > window.To) return now <= window.To + Disorder;
        }
        source.LinesInWindow++;
        foreach (var pattern in patterns)
            if (pattern.IsMatch(line)) pattern.Add(line, window.IsOpen ? clock?.Read(line) : now);
        return true;
    }

    /// <summary>Lines, each cut to a bounded length: a file without line ends does not fill the memory.</summary>
    public static IEnumerable<string> Lines(TextReader reader, CancellationToken cancellation)
    {
        var (buffer, line) = (new char[32 * 1024], new StringBuilder());
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
                at = stop + 1;
                if (end < 0) break;
                yield return Take(line);
            }
        }
        if (line.Length > 0) yield return Take(line);
    }

    private static string Take(StringBuilder line)
    {
        if (line.Length > 0 && line[^1] == '\r') line.Length--;
        var text = line.ToString();
        line.Clear();
        return text;
    }
}
