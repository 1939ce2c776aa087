using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>What makes programs run again: against a baseline, against a time, and for what no admin writes.</summary>
internal sealed class PersistenceProbe() : Probe("probe.persistence", "Whether anything that starts programs by itself is new, changed or suspicious: cron, units, profiles, keys, preload; run keys, services and tasks.", Shape,
    "entries", "added", "changed", "removed", "changedSince", "suspicious", "compared")
{
    public const string Kind = "persistence";
    private const int MaxListed = 200;

    private static readonly ObjectShape Shape = new("probe.persistence",
        Optional("baseline", Text, "file that action.baseline-record wrote when the machine was well"),
        Optional("since", Shapes.DateTime, "what was changed after this fails, whatever the baseline says (Linux)"),
        Optional("root", Text, "folder that stands for / of a Linux machine: a mounted image, a copy; default this machine"),
        Optional("allow", ListOf(Text, allowSingle: true), "beginnings of names that are known and right"),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromMinutes(2)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var timeout = with.Duration("timeout") ?? TimeSpan.FromMinutes(2);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        PersistenceInventory inventory;
        try { inventory = await ReadAsync(with.TextOrNull("root"), context, timeout, limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, $"not read to the end in {Duration.Format(timeout)}"); }
        var allowed = with.Texts("allow");
        bool Counts(string name) => !allowed.Any(start => name.StartsWith(start, StringComparison.Ordinal));
        found["entries"] = inventory.Entries.Count;
        foreach (var hidden in inventory.Hidden) found.Unknown(ProbeErrors.PermissionDenied, $"{hidden} may not be read");
        var suspicious = inventory.Entries.Where(entry => entry.Suspicions.Count > 0 && Counts(entry.Name)).ToList();
        found["suspicious"] = suspicious.Take(MaxListed).Select(entry => entry.Name).ToList();
        foreach (var entry in suspicious) found.Fail(ProbeErrors.NewPersistence, $"{entry.Name}: {string.Join(", ", entry.Suspicions)}");
        Since(with.Time("since"), inventory, Counts, found);
        Compare(with.TextOrNull("baseline"), with.Has("since"), inventory, Counts, found);
        found.Pass($"{inventory.Entries.Count} things that start programs, none new, changed or suspicious");
    }

    public static async Task<PersistenceInventory> ReadAsync(string? root, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (root is null && OperatingSystem.IsWindows()) return await WindowsPersistence.ReadAsync(context, timeout, cancellation).ConfigureAwait(false);
        if (root is not null && !Path.IsPathFullyQualified(root)) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{root}' is not a full path");
        return await Task.Run(() => LinuxPersistence.Read(root ?? "/", cancellation), cancellation).ConfigureAwait(false);
    }

    private static void Since(DateTimeOffset? since, PersistenceInventory inventory, Func<string, bool> counts, Findings found)
    {
        found.Threshold("since", since);
        if (since is not { } moment) return;
        var fresh = inventory.Entries.Where(entry => entry.ChangedAt > moment && counts(entry.Name)).ToList();
        found["changedSince"] = fresh.Take(MaxListed).Select(entry => entry.Name).ToList();
        foreach (var entry in fresh) found.Fail(ProbeErrors.NewPersistence, $"{entry.Name} was changed at {UtcStamp.Format(entry.ChangedAt!.Value)}");
    }

    private static void Compare(string? baseline, bool timed, PersistenceInventory inventory, Func<string, bool> counts, Findings found)
    {
        found["compared"] = baseline is not null;
        if (baseline is null)
        {
            if (!timed) found.Warn(ProbeErrors.NoBaseline, "there is no baseline and no time to compare with, so what is new cannot be told");
            return;
        }
        var difference = BaselineDifference.Of(Baseline.Read(baseline, Kind), inventory.Items);
        List<string> Names(IEnumerable<string> names) => [.. names.Where(counts).Order(StringComparer.Ordinal)];
        var (added, changed, removed) = (Names(difference.Added.Keys), Names(difference.Changed.Keys), Names(difference.Removed));
        (found["added"], found["changed"], found["removed"]) = (added.Take(MaxListed).ToList(), changed.Take(MaxListed).ToList(), removed.Take(MaxListed).ToList());
        foreach (var name in added) found.Fail(ProbeErrors.NewPersistence, $"{name} is new: {difference.Added[name]}");
        foreach (var name in changed) found.Fail(ProbeErrors.BaselineDiffers, $"{name} {difference.Changed[name]}");
        foreach (var name in removed) found.Warn(ProbeErrors.BaselineDiffers, $"{name} is gone");
    }
}
