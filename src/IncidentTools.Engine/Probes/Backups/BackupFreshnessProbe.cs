using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Backups;

/// <summary>Whether the newest backup of a set is young and large enough, and nothing is missing before it. It says nothing of what is in it.</summary>
internal sealed class BackupFreshnessProbe() : Probe("probe.backup-freshness", "Whether the newest backup is young and large enough and the set has no gap, here or on a remote of rclone.", Shape,
    "count", "newest", "newestPath", "newestAt", "timedBy", "ageSeconds", "bytes", "medianBytes", "dropPercent", "gaps", "backups")
{
    private const int MostListed = 100;
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(5);

    private static readonly ObjectShape Shape = new("probe.backup-freshness",
        Optional("path", Text, "the local folder that the backups lie in, a full path"),
        Optional("remote", Rclone.Remote, "or a folder on a remote of rclone: gdrive:backups/db"),
        Optional("config", Text, "rclone's configuration file, if not the usual one"),
        Optional("pattern", Text, "names of the set's backups; * and ? stand for parts of a name", "*"),
        Optional("kind", OneOf("files", "folders"), "whether a backup is a file or a folder", "files"),
        Optional("timeFormat", Text, "the time as it stands in their names: yyyyMMdd-HHmmss; without it the time of the last change counts, which a copy may have changed"),
        Optional("timeZone", Text, "the zone of that time", "UTC"),
        Optional("before", Shapes.DateTime, "only backups made before: the newest that does not hold the damage"),
        Optional("warnAge", Shapes.Duration, "an older newest backup is a warning"),
        Optional("maxAge", Shapes.Duration, "an older newest backup fails: the recovery point objective"),
        Optional("minBytes", Int with { Min = 0 }, "a smaller newest backup fails"),
        Optional("maxDropPercent", Number with { Min = 0, Max = 100 }, "fails when the newest is smaller than the median of those before by more", 30d),
        Optional("medianOf", Int with { Min = 1, Max = 1000 }, "how many of those before make the median", 7L),
        Optional("every", Shapes.Duration, "how often one is made: a longer time between two is a warning"),
        Optional("full", Text, "names of full backups, when others build on them: without one the set cannot be restored"),
        Optional("chain", OneOf("none", "wal"), "wal = the files are PostgreSQL's log segments, of which none may be missing", "none"),
        Optional("segmentBytes", Int with { Min = 1 << 20, Max = 1 << 30 }, "size of a log segment", 16L << 20),
        Optional("timeout", Shapes.Duration, "how long the list may take", TimeSpan.FromMinutes(2)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        foreach (var name in new[] { "warnAge", "maxAge", "minBytes", "maxDropPercent", "medianOf", "every", "full" }) found.Threshold(name, with[name]);
        var timeout = with.Duration("timeout") ?? TimeSpan.FromMinutes(2);
        var clock = with.TextOrNull("timeFormat") is { } format ? new NameClock(format, with.Text("timeZone")) : null;
        IReadOnlyList<BackupItem> items;
        try { items = await BackupListing.ReadAsync(with, clock, context, timeout, cancellation).ConfigureAwait(false); }
        catch (TimeoutException) { throw new CannotCheckException(ProbeErrors.Timeout, $"{with.TextOrNull("path")} was not listed in {Duration.Format(timeout)}: a file system that is lost?"); }
        if (with.Text("chain") == "wal") items = [.. items.Where(item => BackupChain.IsSegment(item.Name))];
        if (with.Time("before") is { } before) items = [.. items.Where(item => item.At < before)];
        found["count"] = items.Count;
        found["backups"] = items.Reverse().Take(MostListed).Select(item => new Dictionary<string, object?> { ["name"] = item.Name, ["path"] = item.Path, ["bytes"] = item.Bytes, ["at"] = item.At }).ToList();
        var place = with.TextOrNull("path") ?? with.Text("remote");
        if (items.Count == 0)
        {
            found.Fail(ProbeErrors.Missing, $"{place}: there is no backup ({with.Text("pattern")}){(with.Has("before") ? $" from before {UtcStamp.Format(with.Time("before")!.Value)}" : "")}");
            return;
        }
        Newest(items, with, context.Time.GetUtcNow(), found);
        Sizes(items, with, found);
        Chain(items, with, found);
    }

    private static void Newest(IReadOnlyList<BackupItem> items, Arguments with, DateTimeOffset now, Findings found)
    {
        var newest = items[^1];
        var age = now - newest.At;
        (found["newest"], found["newestPath"], found["newestAt"], found["timedBy"], found["bytes"], found.Unit) = (newest.Name, newest.Path, newest.At, newest.TimedBy, newest.Bytes < 0 ? null : newest.Bytes, "s");
        found["ageSeconds"] = Math.Round(age.TotalSeconds);
        var said = $"{newest.Name} is from {UtcStamp.Format(newest.At)} (by its {(newest.TimedBy == "name" ? "name" : "last change")}), {(newest.Bytes < 0 ? "size not known" : Say.Bytes(newest.Bytes))}";
        if (age < -ClockSlack) found.Unknown(ProbeErrors.InFuture, $"{said}, which is in the future: its age is not known");
        else if (age > with.Duration("maxAge")) found.Fail(ProbeErrors.TooOld, $"{said}: older than {Duration.Format(with.Duration("maxAge")!.Value)}");
        else if (age > with.Duration("warnAge")) found.Warn(ProbeErrors.TooOld, $"{said}: older than {Duration.Format(with.Duration("warnAge")!.Value)}");
        if (newest.Bytes < 0 && with.Has("minBytes")) found.Unknown(ProbeErrors.NotSupported, $"the size of {newest.Name} is not known there");
        else if (newest.Bytes >= 0 && newest.Bytes < with.Number("minBytes")) found.Fail(ProbeErrors.TooSmall, $"{newest.Name} has only {Say.Bytes(newest.Bytes)}");
        else if (newest.Bytes == 0) found.Fail(ProbeErrors.TooSmall, $"{newest.Name} is empty");
        found.Pass($"{said}; {items.Count} in all");
    }

    private static void Sizes(IReadOnlyList<BackupItem> items, Arguments with, Findings found)
    {
        var earlier = items.SkipLast(1).TakeLast(with.Int("medianOf", 7)).Select(item => item.Bytes).Order().ToList();
        if (earlier.Count == 0 || items[^1].Bytes < 0) return;
        var median = earlier.Count % 2 == 1 ? earlier[earlier.Count / 2] : (earlier[(earlier.Count / 2) - 1] / 2d) + (earlier[earlier.Count / 2] / 2d);
        var drop = median > 0 ? Math.Round((1 - (items[^1].Bytes / median)) * 100, 1) : 0;
        (found["medianBytes"], found["dropPercent"]) = (median, drop);
        if (drop > with.Number("maxDropPercent")) found.Fail(ProbeErrors.SizeDropped, $"{items[^1].Name} is {Say.Number(drop)} % smaller than the median of the {earlier.Count} before it ({Say.Bytes(median)})");
    }

    private static void Chain(IReadOnlyList<BackupItem> items, Arguments with, Findings found)
    {
        var gaps = with.Duration("every") is { } every ? BackupChain.Gaps(items, every) : [];
        found["gaps"] = gaps;
        if (gaps.Count > 0) found.Warn(ProbeErrors.Gap, $"{gaps.Count} time(s) no backup was made in time: {string.Join(", ", gaps.Take(3))}");
        if (with.TextOrNull("full") is { } full && BackupChain.WithoutFull(items, full) is { } why) found.Fail(ProbeErrors.ChainBroken, why);
        if (with.Text("chain") != "wal") return;
        var missing = BackupChain.MissingSegments(items.Select(item => item.Name), with.Int("segmentBytes", 16 << 20));
        found["gaps"] = missing;
        if (missing.Count > 0) found.Fail(ProbeErrors.ChainBroken, $"log segments are missing: {string.Join(", ", missing.Take(3))}{(missing.Count > 3 ? ", …" : "")}; nothing after them can be replayed");
    }
}
