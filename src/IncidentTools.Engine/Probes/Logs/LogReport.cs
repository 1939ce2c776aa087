using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>What a scan found, as plain data.</summary>
internal static class LogReport
{
    public static void Write(List<LogPattern> patterns, List<LogSource> sources, LogWindow window, Arguments with, DateTimeOffset now, Findings found)
    {
        var most = with.Int("groups", 10);
        (found["matches"], found["lines"], found["truncated"]) = (patterns.Sum(item => item.Count), sources.Sum(item => item.LinesInWindow), sources.Exists(item => item.Truncated));
        (found["first"], found["last"]) = (patterns.Min(item => item.First), patterns.Max(item => item.Last));
        found["counts"] = patterns.ToDictionary(item => item.Name, item => (object?)item.Count);
        found["perMinute"] = patterns.ToDictionary(item => item.Name, item => (object?)PerMinute(item, window, now));
        found["groups"] = patterns.Where(item => item.GroupBy is not null).ToDictionary(item => item.Name, item => (object?)item.Groups.Top(most).Select(group => new Dictionary<string, object?> { ["key"] = group.Key, ["count"] = group.Count }).ToList());
        found["gapSeconds"] = window.IsOpen ? null : Longest(sources, window, now) is { } gap ? Math.Round((gap.To - gap.From).TotalSeconds, 1) : null;
        found.Observe("patterns", patterns.Select(item => new Dictionary<string, object?>
        {
            ["name"] = item.Name, ["count"] = item.Count, ["severity"] = item.Fails ? "fail" : "warn", ["first"] = item.First, ["last"] = item.Last, ["samples"] = item.Samples.Select(sample => LogPattern.Shown(sample.Line)).ToList(),
            ["context"] = with.Int("context") == 0 ? null : item.Samples.Select(sample => new Dictionary<string, object?> { ["before"] = sample.Before.Select(LogPattern.Shown).ToList(), ["line"] = LogPattern.Shown(sample.Line), ["after"] = sample.After.Select(LogPattern.Shown).ToList() }).ToList(),
            ["groupBy"] = item.GroupBy, ["groupsAtMostOver"] = item.Groups.MostOver,
        }).ToList());
        found.Observe("files", sources.Select(item => new Dictionary<string, object?>
        {
            ["name"] = item.Name, ["bytesScanned"] = item.Bytes, ["lines"] = item.Lines, ["linesInWindow"] = item.LinesInWindow, ["linesWithoutTime"] = item.LinesWithoutTime, ["timestampFormat"] = item.TimestampFormat, ["newest"] = item.Newest, ["truncated"] = item.Truncated,
        }).ToList());
        found.Observe("bytesScanned", sources.Sum(item => item.Bytes));
    }

    /// <summary>A gap is where things stopped, or where somebody took lines out.</summary>
    public static void Gaps(List<LogSource> sources, LogWindow window, TimeSpan most, DateTimeOffset now, Findings found)
    {
        found.Threshold("maxGap", most);
        if (Longest(sources, window, now) is not { } gap) found.Warn(ProbeErrors.LogGap, "there is no line at all in the window");
        else if (gap.To - gap.From > most) found.Warn(ProbeErrors.LogGap, $"silence of {Duration.Format(TimeSpan.FromSeconds(Math.Round((gap.To - gap.From).TotalSeconds)))} from {UtcStamp.Format(gap.From)} to {UtcStamp.Format(gap.To)}");
    }

    /// <summary>The longest silence in any of the logs, and the one since the last line of all: rotated files follow each other.</summary>
    private static (DateTimeOffset From, DateTimeOffset To)? Longest(List<LogSource> sources, LogWindow window, DateTimeOffset now)
    {
        var seen = sources.Where(item => item.LinesInWindow > 0).ToList();
        if (seen.Count == 0) return null;
        var (end, newest) = (window.To is { } to && to < now ? to : now, seen.Max(item => item.Newest)!.Value);
        List<(DateTimeOffset From, DateTimeOffset To)> gaps = [.. seen.Select(item => item.Gap).OfType<(DateTimeOffset, DateTimeOffset)>()];
        if (newest < end) gaps.Add((newest, end));
        return gaps.Count == 0 ? null : gaps.MaxBy(gap => gap.To - gap.From);
    }

    private static double? PerMinute(LogPattern pattern, LogWindow window, DateTimeOffset now)
    {
        var from = window.From ?? pattern.First;
        var to = window.To is { } end && end < now ? end : window.From is null ? pattern.Last : now;
        return to - from is { } span && span > TimeSpan.Zero ? Math.Round(pattern.Count / span.TotalMinutes, 2) : null;
    }
}
