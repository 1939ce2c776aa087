using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Looks for indicators of compromise in files, logs, processes and connections. What could not be looked at keeps it from being called clean.</summary>
internal sealed class IocSweepProbe() : Probe("probe.ioc-sweep", "Whether indicators of compromise are found in files, logs, processes and connections.", Shape, "hits", "hitCount", "paths", "files", "lines", "indicators")
{
    private static readonly ObjectShape Shape = new("probe.ioc-sweep",
        Required("indicators", Text, "file of lines type,value,note: ip (also a network), domain, hash (SHA-256, SHA-1, MD5), path (* and ? allowed), process"),
        Optional("paths", ListOf(Text, allowSingle: true), "folders whose files are looked at by name and hash"),
        Optional("logs", ListOf(Text, allowSingle: true), "logs that are searched for addresses and domains, rotated ones too"),
        Optional("processes", Bool, "whether processes are looked at by name and program", true),
        Optional("connections", Bool, "whether the other ends of connections are looked at", true),
        Optional("maxFileBytes", Int with { Min = 1 }, "larger files are not hashed, and that is said", 512L * 1024 * 1024),
        Optional("maxFiles", Int with { Min = 1, Max = 10_000_000 }, "more files are not looked at, and that is said", 500_000L),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(10)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (timeout, indicators) = (with.Duration("timeout") ?? TimeSpan.FromMinutes(10), IndicatorList.Read(with.Text("indicators")));
        var sweep = new IndicatorSweep(indicators, Convert.ToInt64(with["maxFileBytes"] ?? 536870912L, System.Globalization.CultureInfo.InvariantCulture), with.Int("maxFiles", 500_000), context);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        try
        {
            if (with["processes"] as bool? ?? true) await Aside(() => sweep.Processes(limit.Token)).ConfigureAwait(false);
            if (with["connections"] as bool? ?? true) await sweep.ConnectionsAsync(timeout, limit.Token).ConfigureAwait(false);
            foreach (var path in with.Texts("paths")) await Aside(() => sweep.FilesBelow(path, limit.Token)).ConfigureAwait(false);
            if (indicators.HasTexts) foreach (var log in with.Texts("logs")) await Aside(() => sweep.Log(log, limit.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.Timeout, $"not everything was looked at in {Duration.Format(timeout)}"); }
        var hits = sweep.Hits;
        (found["hits"], found["hitCount"], found["files"], found["lines"], found["indicators"]) = (hits.Select(hit => hit.ToPlain()).ToList(), hits.Count, sweep.Files, sweep.Lines, indicators.Count);
        found["paths"] = hits.Where(hit => hit.Scope == "file").Select(hit => hit.Where).Distinct().ToList();
        foreach (var hit in hits) found.Fail(ProbeErrors.IndicatorFound, $"{hit.Indicator} in {hit.Scope} {hit.Where}{(hit.Pid is { } pid ? $" (process {pid})" : "")}");
        foreach (var (word, message) in sweep.Missed.Take(100)) found.Unknown(word, message);
        found.Pass($"none of {indicators.Count} indicators in {sweep.Files} files and {sweep.Lines} lines of logs");

        Task Aside(Action look) => Task.Run(look, limit.Token).WaitAsync(limit.Token);
    }
}
