using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Network;
using IncidentTools.Engine.Probes.Services;
using NodaTime;
using NodaTime.TimeZones;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;
using Duration = IncidentTools.Duration;

namespace IncidentTools.Engine.Probes.Changes;

/// <summary>What was changed lately: the first suspect of every outage. That something changed is a warning, not a failure; that a record could not be read is Error.</summary>
internal sealed class ChangeWindowProbe() : Probe("probe.change-window", "What was changed within a window: repositories, packages, files, releases.", Shape,
    "count", "near", "newest", "newestWhat", "newestSource", "changes", "counts")
{
    private const int Shown = 50;

    private static readonly ObjectShape Shape = new("probe.change-window",
        Optional("repositories", ListOf(Text, allowSingle: true), "Git work trees: what they were moved to, and commits"),
        Optional("packages", Bool, "whether packages count: logs of dpkg, apt, dnf and yum, and rpm", false),
        Optional("packageLogs", ListOf(Text, allowSingle: true), "other logs of that form, instead of the usual ones"),
        Optional("folders", ListOf(Text, allowSingle: true), "folders (or files) whose files' times of change count"),
        Optional("url", Url, "address of a release system that answers with a JSON list of releases with times"),
        Optional("headers", new MapShape(Text), "its request headers; a value of the form secret:name is looked up"),
        Optional("command", ListOf(Text), "program and arguments that print such a list, or lines that begin with a time"),
        Optional("since", Shapes.DateTime, "from when on changes count; instead of window"),
        Optional("window", Shapes.Duration, "how far back from until; default a day"),
        Optional("until", Shapes.DateTime, "up to when changes count, the onset; default now"),
        Optional("suspect", Shapes.Duration, "changes no longer before until are counted as near", TimeSpan.FromHours(2)),
        Optional("timeZone", new ScalarShape(ScalarKind.TimeZone), "zone of times without an offset; default this machine's"),
        Optional("timeout", Shapes.Duration, "for each source", TimeSpan.FromSeconds(20)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (now, timeout) = (context.Time.GetUtcNow(), with.Duration("timeout") ?? TimeSpan.FromSeconds(20));
        if (with.Has("window") && with.Has("since")) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give window or since, not both");
        var until = with.Time("until") ?? now;
        var span = new ChangeSpan(with.Time("since") ?? until - (with.Duration("window") ?? TimeSpan.FromDays(1)), until);
        var zone = with.TextOrNull("timeZone") is { } id ? DateTimeZoneProviders.Tzdb[id] : BclDateTimeZone.FromTimeZoneInfo(context.Time.LocalTimeZone);
        var (changes, sources) = (new List<Change>(), 0);
        async Task Take(Func<CancellationToken, Task<IReadOnlyList<Change>>> read, string what)
        {
            sources++;
            using var limit = new TimeLimit(timeout, context.Time, cancellation);
            // one that cannot be read does not hide the others
            try { changes.AddRange(await read(limit.Token).WaitAsync(limit.Token).ConfigureAwait(false)); }
            catch (CannotCheckException error) { found.Unknown(error.Word, error.Message); }
            catch (OperationCanceledException) when (limit.Reached) { found.Unknown(ProbeErrors.Timeout, $"{what} was not read in {Duration.Format(timeout)}"); }
        }
        foreach (var folder in with.Texts("repositories")) await Take(end => GitChanges.ReadAsync(folder, span, context.Processes, timeout, end), folder).ConfigureAwait(false);
        foreach (var folder in with.Texts("folders")) await Take(end => Task.Run(() => FileChanges.Read(folder, span, end), end), folder).ConfigureAwait(false);
        if (with.Flag("packages") || with.Has("packageLogs"))
        {
            var logs = with.Has("packageLogs") ? with.Texts("packageLogs") : PackageChanges.Logs();
            foreach (var log in logs) await Take(end => Task.Run(() => PackageChanges.Read(log, span, zone, now, end), end), log).ConfigureAwait(false);
            if (!with.Has("packageLogs") && context.Processes.Find("rpm") is not null) await Take(end => PackageChanges.RpmAsync(span, context.Processes, timeout, end), "rpm").ConfigureAwait(false);
            else if (logs.Count == 0) { sources++; found.Unknown(ProbeErrors.NotFound, "this machine has no log of packages that is known, and no rpm"); }
        }
        if (with.Has("url")) await Take(end => AskAsync(with, span, context, end), with.Text("url")).ConfigureAwait(false);
        if (with.Has("command")) await Take(end => RunAsync(with.Texts("command"), span, context.Processes, timeout, end), with.Texts("command")[0]).ConfigureAwait(false);
        if (sources == 0) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give repositories, packages, folders, url or command");
        Report([.. changes.OrderByDescending(change => change.At)], span, with, found);
    }

    private static void Report(List<Change> changes, ChangeSpan span, Arguments with, Findings found)
    {
        var suspect = with.Duration("suspect") ?? TimeSpan.FromHours(2);
        var near = changes.Count(change => change.At >= span.To - suspect);
        (found["count"], found["near"], found["changes"]) = (changes.Count, near, changes.Take(Shown).Select(change => new Dictionary<string, object?> { ["at"] = change.At, ["source"] = change.Source, ["what"] = change.What, ["by"] = change.By }).ToList());
        found["counts"] = changes.GroupBy(change => change.Source).ToDictionary(group => group.Key, group => (object?)group.Count(), StringComparer.Ordinal);
        (found["newest"], found["newestWhat"], found["newestSource"]) = (changes.FirstOrDefault()?.At, changes.FirstOrDefault()?.What, changes.FirstOrDefault()?.Source);
        found.Observe("since", span.From);
        found.Observe("until", span.To);
        found.Threshold("suspect", suspect);
        if (changes.Count > 0) found.Warn(ProbeErrors.Changed, $"{changes.Count} {(changes.Count == 1 ? "change" : "changes")}, {near} in the last {Duration.Format(suspect)}; the latest at {UtcStamp.Format(changes[0].At)}: {changes[0].What} ({changes[0].Source})");
        else found.Pass($"nothing on record changed since {UtcStamp.Format(span.From)}");
    }

    private static async Task<IReadOnlyList<Change>> AskAsync(Arguments with, ChangeSpan span, ProbeContext context, CancellationToken cancellation)
    {
        var plan = HttpPlan.Of(with, context) with { FollowRedirects = true, MaxBodyBytes = 8 * 1024 * 1024 };
        var (sample, from) = (await new HttpExchange(plan, context.Time).RunAsync(cancellation).ConfigureAwait(false), HttpExchange.Plain(plan.Url));
        if (sample.Trouble is { } trouble) throw new CannotCheckException(trouble.Word, $"{from}: {trouble.Message}");
        if (sample.Status is not 200 || sample.Truncated) throw new CannotCheckException(sample.Truncated ? ProbeErrors.Truncated : ProbeErrors.StatusUnexpected, $"{from} answers {sample.Status}{(sample.Truncated ? ", more than is read" : "")}");
        return ReleaseChanges.Read(sample.Body, from, span);
    }

    private static async Task<IReadOnlyList<Change>> RunAsync(IReadOnlyList<string> command, ChangeSpan span, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await ManagerProgram.RunAsync(processes, command[0], [.. command.Skip(1)], timeout, cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0) throw new CannotCheckException(ProbeErrors.ExitCode, $"{command[0]} ended with {result.ExitCode}: {Say.Cut((result.ErrorOutput + result.Output).Trim())}");
        return result.Truncated ? throw new CannotCheckException(ProbeErrors.Truncated, $"{command[0]} says more than is kept") : ReleaseChanges.Read(result.Output, command[0], span);
    }
}
