using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Logs;
using NodaTime;
using NodaTime.TimeZones;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;
using Duration = IncidentTools.Duration;

namespace IncidentTools.Engine.Probes;

/// <summary>Looks for patterns in log files or a unit's journal within a window of time. What could not be read is Error: no match in half a log is not good news.</summary>
internal sealed class LogProbe() : Probe("probe.log", "Whether patterns stand in log files or a systemd unit's journal, within a window of time.", Shape,
    "matches", "counts", "first", "last", "lines", "truncated", "perMinute", "groups", "gapSeconds")
{
    private static readonly ObjectShape Pattern = new("a pattern",
        Optional("name", Shapes.Name, "its name in the counts; default pattern1, pattern2 …"),
        Required("pattern", Shapes.Regex, "what a line must match"),
        Optional("severity", OneOf("warn", "fail"), "what more than max matches are", "fail"),
        Optional("max", Int with { Min = 0 }, "matches that are still right", 0L),
        Optional("ignoreCase", Bool, "whether upper and lower case are the same", false),
        Optional("groupBy", Text, "what its lines are counted by: ip, user, minute, or a group of the pattern"));

    private static readonly ObjectShape Shape = new("probe.log",
        Optional("files", ListOf(Text, allowSingle: true), "log files; * and ? stand for any part of a name"),
        Optional("unit", Text, "systemd unit whose journal is read instead of files"),
        Optional("eventLog", Text with { Pattern = "^[A-Za-z0-9][^'\"<>&]*$", Expected = "a name like System or Application" }, "event log of Windows that is read instead of files; a line for each event"),
        Optional("eventIds", ListOf(Int with { Min = 0, Max = 65535 }, allowSingle: true), "events that count, by number"),
        Optional("levels", ListOf(OneOf("critical", "error", "warning", "information", "verbose"), allowSingle: true), "events that count, by level"),
        Optional("provider", Text with { Pattern = "^[^'\"<>&]+$", Expected = "a name without quotes" }, "events that count, by who wrote them"),
        Required("patterns", ListOf(Pattern, allowSingle: true) with { MinItems = 1 }, "what is looked for"),
        Optional("window", Shapes.Duration, "how far back from now (or from until)"),
        Optional("since", Shapes.DateTime, "from when on lines count; instead of window"),
        Optional("until", Shapes.DateTime, "up to when lines count; default the end"),
        Optional("rotated", Bool, "whether rotated files beside are read too (error.log.1, error.log.2.gz)", false),
        Optional("timestampFormat", Text, "form of the times: auto, iso, nginx, common, apache, syslog, epoch, or a .NET format with timestampPattern", "auto"),
        Optional("timestampPattern", Shapes.Regex, "finds the time's text in a line (group 'time' or the whole match)"),
        Optional("timeZone", new ScalarShape(ScalarKind.TimeZone), "zone of times without an offset; default this machine's"),
        Optional("encoding", Text, "encoding of the files", "utf-8"),
        Optional("multilineStart", Shapes.Regex, "what the first line of an entry of several lines matches: patterns are then tried on whole entries"),
        Optional("context", Int with { Min = 0, Max = 20 }, "lines shown before and after each sample", 0L),
        Optional("maxGap", Shapes.Duration, "a longer silence within the window, or until its end, is a warning; needs a window"),
        Optional("groups", Int with { Min = 1, Max = 100 }, "most frequent groups shown", 10L),
        Optional("samples", Int with { Min = 0, Max = 50 }, "lines shown for each pattern, the first and the last", 5L),
        Optional("maxBytes", Int with { Min = 1024, Max = 1L << 40 }, "bytes read of each file: the newest, where there is no window", 64L * 1024 * 1024),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (new[] { "files", "unit", "eventLog" }.Count(with.Has) != 1) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give files, unit or eventLog");
        var now = context.Time.GetUtcNow();
        var window = Window(with, now);
        var patterns = LogPattern.Read(with);
        if (with.Has("maxGap") && window.IsOpen) throw new CannotCheckException(ProbeErrors.InvalidArgument, "maxGap needs a window");
        var scan = new LogScan(patterns, window, with.TextOrNull("multilineStart") is { } start ? BoundedRegex.Compile(start) : null, with.Int("context"));
        var timeout = with.Duration("timeout") ?? TimeSpan.FromMinutes(1);
        var sources = new List<LogSource>();
        found.Threshold("max", patterns.ToDictionary(item => item.Name, item => (object?)item.Most));
        found.Observe("since", window.From);
        found.Observe("until", window.To);
        if (with.TextOrNull("unit") is { } unit) sources.Add(await JournaldLog.ReadAsync(unit, window, scan, context.Processes, (int)Math.Min(MaxBytes(with), MostHeld), timeout, now, cancellation).ConfigureAwait(false));
        else if (with.Has("eventLog")) sources.Add(await EventLog.ReadAsync(with, window, scan, context.Processes, (int)Math.Min(MaxBytes(with), MostHeld), timeout, now, cancellation).ConfigureAwait(false));
        else if (context.Remote is not null) await RemoteAsync(with, window, scan, sources, timeout, context, found, cancellation).ConfigureAwait(false);
        else await FilesAsync(with, window, scan, sources, timeout, context, found, cancellation).ConfigureAwait(false);
        LogReport.Write(patterns, sources, window, with, now, found);
        Judge(patterns, sources, found);
        if (with.Duration("maxGap") is { } most) LogReport.Gaps(sources, window, most, now, found);
    }

    /// <summary>What a program prints is held in memory as a whole, files are not.</summary>
    private const int MostHeld = 256 * 1024 * 1024;
    private static long MaxBytes(Arguments with) => with["maxBytes"] as long? ?? 64L * 1024 * 1024;

    private static async Task FilesAsync(Arguments with, LogWindow window, LogScan scan, List<LogSource> sources, TimeSpan timeout, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (clock, detect) = Clock(with, context.Time);
        var reader = new LogFileReader(window, EncodingOf(with.TextOrNull("encoding") ?? "utf-8"), MaxBytes(with), clock, detect);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            foreach (var pattern in with.Texts("files"))
                // one that cannot be read does not hide the others
                try
                {
                    // file systems can hang, and reading files cannot be cancelled: the thread is left behind then
                    foreach (var path in await Task.Run(() => LogFiles.Find(pattern, with.Flag("rotated")), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false))
                        try { sources.Add(await Task.Run(() => reader.Read(path, scan, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false)); }
                        catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
                }
                catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
        }
        catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.Timeout, $"the logs were not read to the end in {Duration.Format(timeout)}"); }
    }

    private static async Task RemoteAsync(Arguments with, LogWindow window, LogScan scan, List<LogSource> sources, TimeSpan timeout, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (with.Flag("rotated")) throw Elsewhere.NotSupported("rotated files are named in full", context);
        if (with.TextOrNull("encoding") is { } encoding && !encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase)) throw Elsewhere.NotSupported("only UTF-8 is read", context);
        var (clock, detect) = Clock(with, context.Time, with.Has("timeZone") ? null : await RemoteLog.ZoneAsync(context, timeout, cancellation).ConfigureAwait(false));
        foreach (var path in with.Texts("files"))
            try { sources.Add(await RemoteLog.ReadAsync(path, scan, window, clock, detect, (int)Math.Min(MaxBytes(with), RemoteLog.MostBytes), context, timeout, cancellation).ConfigureAwait(false)); }
            catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
    }

    private static LogWindow Window(Arguments with, DateTimeOffset now)
    {
        if (with.Has("window") && with.Has("since")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give window or since, not both");
        var until = with.Time("until");
        return new(with.Duration("window") is { } back ? (until ?? now) - back : with.Time("since"), until);
    }

    private static (LogClock? Given, Func<IReadOnlyList<string>, LogClock?> Detect) Clock(Arguments with, TimeProvider time, DateTimeZone? there = null)
    {
        var zone = with.TextOrNull("timeZone") is { } id ? DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{id}' is not a time zone") : there ?? BclDateTimeZone.FromTimeZoneInfo(time.LocalTimeZone);
        var (format, pattern, now) = (with.TextOrNull("timestampFormat") ?? "auto", with.TextOrNull("timestampPattern"), time.GetUtcNow());
        if (pattern is not null) return (LogClock.Custom(pattern, format, zone, now), _ => null);
        if (format == "auto") return (null, lines => LogClock.Detect(lines, zone, now));
        return LogClock.Names.Contains(format, StringComparer.Ordinal) ? (LogClock.Named(format, zone, now), _ => null)
            : throw new CannotCheckException(ProbeErrors.InvalidArgument, $"timestampFormat '{format}' is none of auto, {string.Join(", ", LogClock.Names)}; a .NET format needs timestampPattern");
    }

    private static Encoding EncodingOf(string name)
    {
        try { return Encoding.GetEncoding(name); }
        catch (ArgumentException) { throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{name}' is not an encoding known here"); }
    }

    private static void Judge(List<LogPattern> patterns, List<LogSource> sources, Findings found)
    {
        foreach (var item in patterns.Where(item => item.Count > item.Most))
        {
            var message = $"{item.Name}: {item.Count} lines{(item.Last is { } last ? $", the last at {UtcStamp.Format(last)}" : "")}{(item.Groups.Top(1) is [var most] ? $", most of them ({most.Count}) {most.Key}" : "")}, such as: {(item.Samples.Count > 0 ? Say.Cut(LogPattern.Shown(item.Samples[0].Line), 200) : "(not shown)")}";
            if (item.Fails) found.Fail(ProbeErrors.PatternFound, message);
            else found.Warn(ProbeErrors.PatternFound, message);
        }
        foreach (var source in sources.Where(item => item.Truncated)) found.Warn(ProbeErrors.Truncated, $"{source.Name}: only {Say.Bytes(source.Bytes)} of it were read");
        var lines = sources.Sum(item => item.LinesInWindow);
        found.Pass(lines == 0 ? "nothing found: there is no line at all in the window" : $"nothing found beyond what is right in {lines} lines of {string.Join(", ", sources.Take(3).Select(item => item.Name))}{(sources.Count > 3 ? " …" : "")}");
    }
}
