using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using NodaTime;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;
using Duration = IncidentTools.Duration;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>What users got, by the server's own record: rate, errors, durations, and who asks for what.</summary>
internal sealed class AccessLogProbe() : Probe("probe.access-log", "Rate, errors, durations and the most frequent addresses and clients of an access log, within a window of time.", Shape,
    "requests", "perSecond", "serverErrorPercent", "clientErrorPercent", "classes", "p50Ms", "p95Ms", "p99Ms", "bytes", "topUris", "topFailedUris", "topClients", "topBytes", "topAgents", "unparsable", "truncated", "first", "last")
{
    private static readonly ObjectShape Shape = new("probe.access-log",
        Required("files", ListOf(Text, allowSingle: true), "access logs; * and ? stand for any part of a name"),
        Optional("format", OneOf("auto", "combined", "json", "w3c"), "combined: also common, and with the times that nginx puts behind; w3c: IIS", "auto"),
        Optional("fields", new MapShape(Text), "names of JSON fields, where they are not the usual ones: time, status, uri, client, bytes, seconds, agent"),
        Optional("latencyUnit", OneOf("s", "ms", "us", "ns"), "unit of durations, where it is not seconds"),
        Optional("window", Shapes.Duration, "how far back from now (or from until)"),
        Optional("since", Shapes.DateTime, "from when on requests count; instead of window"),
        Optional("until", Shapes.DateTime, "up to when requests count; default the end"),
        Optional("rotated", Bool, "whether rotated files beside are read too", false),
        Optional("warnErrorPercent", Number with { Min = 0, Max = 100 }, "a greater share of 5xx is a warning", 1d),
        Optional("maxErrorPercent", Number with { Min = 0, Max = 100 }, "a greater share of 5xx fails", 5d),
        Optional("minRequests", Int with { Min = 0 }, "of fewer requests the shares say too little to be judged", 20L),
        Optional("warnP95", Shapes.Duration, "a longer 95th percentile is a warning"),
        Optional("maxP95", Shapes.Duration, "a longer 95th percentile fails"),
        Optional("maxPerSecond", Number with { Min = 0 }, "more requests a second fail: a flood"),
        Optional("top", Int with { Min = 1, Max = 100 }, "entries of each list", 10L),
        Optional("maxBytes", Int with { Min = 1024, Max = 1L << 40 }, "bytes read of each file", 1024L * 1024 * 1024),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(2)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        if (context.Remote is not null) throw Elsewhere.NotSupported("access logs are read on this machine, not", context);
        if (with.Has("window") && with.Has("since")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give window or since, not both");
        if (with.Map("fields").Keys.FirstOrDefault(name => !JsonFormat.Parts.Contains(name)) is { } wrong) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"fields: '{wrong}' is none of {string.Join(", ", JsonFormat.Parts)}");
        var (now, timeout) = (context.Time.GetUtcNow(), with.Duration("timeout") ?? TimeSpan.FromMinutes(2));
        var window = new LogWindow(with.Duration("window") is { } back ? (with.Time("until") ?? now) - back : with.Time("since"), with.Time("until"));
        var scan = new AccessScan(with, window, now);
        var reader = new LogFileReader(window, new UTF8Encoding(false), with["maxBytes"] as long? ?? 1024L * 1024 * 1024, null, lines => LogClock.Detect(lines, DateTimeZone.Utc, now));
        var sources = new List<LogSource>();
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            foreach (var pattern in with.Texts("files"))
                try
                {
                    foreach (var path in await Task.Run(() => LogFiles.Find(pattern, with.Flag("rotated")), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false))
                        sources.Add(await Task.Run(() => scan.Read(path, reader, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false));
                }
                catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
        }
        // its thread may still be counting: nothing of that is reported
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, $"the access logs were not read to the end in {Duration.Format(timeout)}"); }
        Report(scan, sources, window, with, now, found);
        Judge(scan.Statistics, with, found);
        if (scan.Unparsable > scan.Statistics.Requests) found.Unknown(ProbeErrors.InvalidResponse, $"{scan.Unparsable} of {scan.Unparsable + scan.Statistics.Requests} lines are not understood: give format");
        foreach (var source in sources.Where(item => item.Truncated)) found.Warn(ProbeErrors.Truncated, $"{source.Name}: only {Say.Bytes(source.Bytes)} of it were read");
    }

    private static void Report(AccessScan scan, List<LogSource> sources, LogWindow window, Arguments with, DateTimeOffset now, Findings found)
    {
        var (all, top) = (scan.Statistics, with.Int("top", 10));
        foreach (var name in new[] { "warnErrorPercent", "maxErrorPercent", "minRequests", "warnP95", "maxP95", "maxPerSecond" }) found.Threshold(name, with[name]);
        (found["requests"], found["bytes"], found["unparsable"], found["first"], found["last"], found["truncated"]) = (all.Requests, all.Bytes, scan.Unparsable, all.First, all.Last, sources.Exists(item => item.Truncated));
        (found["serverErrorPercent"], found["clientErrorPercent"]) = (all.Percent(5), all.Percent(4));
        found["classes"] = Enumerable.Range(1, 5).ToDictionary(family => $"{family}xx", family => (object?)all.Class(family));
        foreach (var (name, part) in new[] { ("p50Ms", 0.50), ("p95Ms", 0.95), ("p99Ms", 0.99) }) found[name] = all.Latency.Quantile(part) is { } seconds ? Math.Round(seconds * 1000, 2) : null;
        found["perSecond"] = Rate(all, window, now);
        foreach (var (name, counter) in new[] { ("topUris", all.Uris), ("topFailedUris", all.FailedUris), ("topClients", all.Clients), ("topAgents", all.Agents) })
        {
            found[name] = counter.Top(top).Select(item => new Dictionary<string, object?> { ["key"] = item.Key, ["count"] = item.Count }).ToList();
            found.Observe(name + "AtMostOver", counter.MostOver);
        }
        found["topBytes"] = all.Clients.TopByWeight(top).Select(item => new Dictionary<string, object?> { ["key"] = item.Key, ["bytes"] = item.Weight }).ToList();
        found.Observe("latencyRelativeError", LatencySketch.Error);
        found.Observe("format", scan.Format);
        found.Observe("files", sources.Select(item => new Dictionary<string, object?> { ["name"] = item.Name, ["bytesScanned"] = item.Bytes, ["lines"] = item.Lines, ["linesInWindow"] = item.LinesInWindow, ["newest"] = item.Newest, ["truncated"] = item.Truncated }).ToList());
    }

    private static double? Rate(AccessStatistics all, LogWindow window, DateTimeOffset now)
    {
        var to = window.To is { } end && end < now ? end : window.From is null ? all.Last : now;
        return to - (window.From ?? all.First) is { TotalSeconds: > 0 } span ? Math.Round(all.Requests / span.TotalSeconds, 3) : null;
    }

    private static void Judge(AccessStatistics all, Arguments with, Findings found)
    {
        var (errors, p95) = (all.Percent(5), all.Latency.Quantile(0.95));
        var judged = all.Requests >= with.Int("minRequests", 20);
        if (judged && errors > with.Number("maxErrorPercent")) found.Fail(ProbeErrors.TooManyErrors, Errors());
        else if (judged && errors > with.Number("warnErrorPercent")) found.Warn(ProbeErrors.TooManyErrors, Errors());
        if (judged && p95 > with.Duration("maxP95")?.TotalSeconds) found.Fail(ProbeErrors.TooSlow, $"95 % of the answers took up to {Say.Ms(p95 * 1000)}");
        else if (judged && p95 > with.Duration("warnP95")?.TotalSeconds) found.Warn(ProbeErrors.TooSlow, $"95 % of the answers took up to {Say.Ms(p95 * 1000)}");
        if ((with.Has("warnP95") || with.Has("maxP95")) && all.Requests > 0 && p95 is null) found.Unknown(ProbeErrors.NotSupported, "the log does not say how long answers took");
        if (Rate(all, new LogWindow(all.First, all.Last), DateTimeOffset.MaxValue) is { } rate && rate > with.Number("maxPerSecond")) found.Fail(ProbeErrors.TooMany, $"{Say.Number(rate)} requests a second");
        if (all.Requests == 0) found.Warn(ProbeErrors.NoRequests, "there is no request at all in the window");
        else found.Pass($"{all.Requests} requests, {Say.Number(errors ?? 0)} % of them 5xx{(p95 is { } slow ? $", 95 % within {Say.Ms(slow * 1000)}" : "")}");

        string Errors() => $"{Say.Number(errors ?? 0)} % of {all.Requests} requests got 5xx{(all.FailedUris.Top(1) is [var most] ? $", most of them {most.Key}" : "")}";
    }
}
