namespace IncidentTools.Engine.Probes.Logs;

/// <summary>What was read of one source.</summary>
internal sealed class LogSource(string name)
{
    private DateTimeOffset? _before;

    public string Name => name;
    public long Bytes { get; set; }
    public long Lines { get; set; }
    public long LinesInWindow { get; set; }
    public long LinesWithoutTime { get; set; }
    public bool Truncated { get; set; }
    public string? TimestampFormat { get; set; }
    /// <summary>The latest time of any line: shows a log that stopped, or a wrong zone.</summary>
    public DateTimeOffset? Newest { get; private set; }
    /// <summary>The longest silence between two lines of the window; with what was before, so that a window that begins in silence shows it.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Gap { get; private set; }

    public void Saw(DateTimeOffset time, LogWindow window)
    {
        if (Newest is null || time > Newest) Newest = time;
        if (window.From is { } from && time < from) time = from;
        if (window.To is { } to && time > to) time = to;
        if (_before is { } before && time - before > (Gap is { } gap ? gap.To - gap.From : TimeSpan.Zero)) Gap = (before, time);
        // lines of several threads change places: what counts is how far the log had come
        if (_before is null || time > _before) _before = time;
    }
}
