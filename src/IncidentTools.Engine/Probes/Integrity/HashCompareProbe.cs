using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Integrity;

/// <summary>What was added, removed and changed since a manifest was made, and what has other rights or times only.</summary>
internal sealed class HashCompareProbe() : Probe("probe.hash-compare", "Compares folders with a SHA-256 manifest: added, removed, changed, and other metadata only.", Shape,
    "same", "added", "removed", "changed", "metadataOnly", "unreadable", "addedFiles", "removedFiles", "changedFiles", "metadataOnlyFiles", "manifestSha256")
{
    private static readonly ObjectShape Shape = new("probe.hash-compare",
        Required("manifest", Text, "a manifest of probe.hash-manifest or of sha256sum, a full path"),
        Optional("root", Text, "the folder to compare, if not the one the manifest was made of; needed for one of sha256sum"),
        Optional("include", ListOf(Text, allowSingle: true), "for a manifest of sha256sum: only these files; else as when it was made"),
        Optional("exclude", ListOf(Text, allowSingle: true), "for a manifest of sha256sum: not these; else as when it was made"),
        Optional("manifestSha256", Text with { Pattern = "^[0-9a-fA-F]{64}$", Expected = "a SHA-256 in hex" }, "what the manifest itself must hash to: one that lies beside what it describes can be changed with it"),
        Optional("ignore", ListOf(OneOf("added", "removed", "changed", "metadataOnly"), allowSingle: true), "differences that are counted and are no failure"),
        Optional("mostNamed", Int with { Min = 1, Max = 100_000 }, "how many names of each kind the value holds", 1000L),
        Optional("timeout", Shapes.Duration, "how long it may take in all", TimeSpan.FromHours(1)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(with.Duration("timeout") ?? TimeSpan.FromHours(1), context.Time, cancellation);
        try { await Task.Run(() => Compare(with, found, limit.Token), limit.Token).WaitAsync(limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { throw new CannotCheckException(ProbeErrors.Timeout, "the folder was not compared in time"); }
    }

    private static void Compare(Arguments with, Findings found, CancellationToken cancellation)
    {
        var manifest = ManifestFile.Open(with.Text("manifest"), cancellation);
        found["manifestSha256"] = manifest.Sha256;
        found.Threshold("manifestSha256", with.TextOrNull("manifestSha256"));
        if (with.TextOrNull("manifestSha256") is { } expected && !string.Equals(expected, manifest.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            found.Fail(ProbeErrors.ManifestTampered, $"{with.Text("manifest")} is not the manifest that was meant: its SHA-256 is {manifest.Sha256}");
            return;
        }
        var head = manifest.Head ?? new ManifestHead(with.TextOrNull("root") ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, "a manifest of sha256sum needs root"), [], with.Texts("include"), with.Texts("exclude"));
        var comparison = new TreeComparison(with.Int("mostNamed", 1000));
        comparison.Run(manifest.Entries(), Tree.Of(head, with.TextOrNull("root")).Items(), cancellation);
        Report(comparison, with.Texts("ignore"), found);
    }

    private static void Report(TreeComparison done, IReadOnlyList<string> ignore, Findings found)
    {
        (found["same"], found["added"], found["removed"], found["changed"]) = (done.Same, done.Added.Count, done.Removed.Count, done.Changed.Count);
        (found["metadataOnly"], found["unreadable"]) = (done.MetadataOnly.Count, done.Unreadable.Count);
        (found["addedFiles"], found["removedFiles"], found["changedFiles"], found["metadataOnlyFiles"]) = (done.Added.Names, done.Removed.Names, done.Changed.Names, done.MetadataOnly.Names);
        found.Observe("unreadable", done.Unreadable.Names);
        found.Unit = "files";
        void Differ(string kind, NameList names, string word)
        {
            if (names.Count > 0 && !ignore.Contains(kind)) found.Fail(word, $"{kind}: {names}");
        }
        Differ("changed", done.Changed, ProbeErrors.Changed);
        Differ("removed", done.Removed, ProbeErrors.Missing);
        Differ("added", done.Added, ProbeErrors.Added);
        if (done.MetadataOnly.Count > 0 && !ignore.Contains("metadataOnly")) found.Warn(ProbeErrors.MetadataChanged, $"other rights, owner or time only: {done.MetadataOnly}");
        if (done.Unreadable.Count > 0) found.Unknown(ProbeErrors.Unreadable, $"not readable, so nobody knows: {done.Unreadable}");
        found.Pass($"{done.Same} files are as the manifest says{(ignore.Count == 0 ? "" : $"; not counted: {string.Join(", ", ignore)}")}");
    }
}
