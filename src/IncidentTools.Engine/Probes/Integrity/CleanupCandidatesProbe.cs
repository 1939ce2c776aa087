using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>Files that could go when a disk is full: old ones of given names below given folders, oldest first. Nothing is touched; action.disk-cleanup acts on the list.</summary>
internal sealed class CleanupCandidatesProbe() : Probe("probe.cleanup-candidates", "Lists old files that could be removed to make room, oldest first, and touches nothing.", Shape, "files", "count", "bytes")
{
    private static readonly ObjectShape Shape = new("probe.cleanup-candidates",
        Required("roots", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "folders to look below, full paths; links are not followed"),
        Required("patterns", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "names of such files: '*.log.*.gz', 'core.*'"),
        Required("olderThan", Shapes.Duration with { Min = 60 }, "only files that were last changed longer ago"),
        Optional("exclude", ListOf(Text, allowSingle: true), "not files and folders of these names or paths"),
        Optional("keepNewest", Int with { Min = 0 }, "how many of the newest are kept in any case", 0L),
        Optional("minBytes", Int with { Min = 0 }, "smaller ones are not worth it", 1L),
        Optional("enough", Int with { Min = 1 }, "stops when the oldest together have so many bytes"),
        Optional("most", Int with { Min = 1, Max = 1000 }, "how many are listed", 200L),
        Optional("timeout", Shapes.Duration, "how long it may take", TimeSpan.FromMinutes(5)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(with.Duration("timeout") ?? TimeSpan.FromMinutes(5), context.Time, cancellation);
        try { await Task.Run(() => Look(with, context.Time.GetUtcNow(), found, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, "the folders were not read in time"); }
    }

    private static void Look(Arguments with, DateTimeOffset now, Findings found, CancellationToken cancellation)
    {
        var before = now - with.Duration("olderThan")!.Value;
        var (candidates, unreadable) = (new List<TreeItem>(), new NameList(20));
        var tree = Tree.Of(with.Texts("roots"), with.Texts("patterns"), with.Texts("exclude"));
        foreach (var item in tree.Items())
        {
            cancellation.ThrowIfCancellationRequested();
            if (item.Error is not null) unreadable.Add(item.Error);
            else if (item.Stat!.Kind == FileKind.File && item.Stat.ModifiedAt < before && item.Stat.Bytes >= with.Int("minBytes", 1)) candidates.Add(item);
        }
        var kept = candidates.OrderBy(item => item.Stat!.ModifiedAt).SkipLast(with.Int("keepNewest")).Take(with.Int("most", 200)).ToList();
        if (with.Number("enough") is { } enough)
        {
            var sum = 0L;
            kept = [.. kept.TakeWhile(item => { var more = sum < enough; sum += item.Stat!.Bytes; return more; })];
        }
        var bytes = kept.Sum(item => item.Stat!.Bytes);
        (found["files"], found["count"], found["bytes"], found.Unit) = (kept.Select(item => new Dictionary<string, object?> { ["path"] = item.Full, ["bytes"] = item.Stat!.Bytes, ["modifiedAt"] = UtcStamp.Format(item.Stat.ModifiedAt) }).ToList(), kept.Count, bytes, "bytes");
        if (unreadable.Count > 0) found.Warn(ProbeErrors.Unreadable, $"not looked at: {unreadable}");
        found.Pass($"{kept.Count} file(s) with {Say.Bytes(bytes)} could go");
    }
}
