using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Tests.Probes.Integrity;

/// <summary>Any two trees: what a comparison of sorted streams says is what two dictionaries say.</summary>
public sealed class TreeOracleTests
{
    private static readonly string[] Names = ["a", "b", "a.txt", "a b", "a-", "Z", "é", "a0"];

    [Fact]
    public void A_comparison_side_by_side_says_what_dictionaries_say() => Prop.ForAll(Trees, Trees, (before, after) =>
    {
        using var folder = new TempFolder();
        Plant(folder, before);
        var manifest = new TreeWalk(folder.Path, [], []).Items().Select(item => ManifestEntry.OfFile(item, item.Stat!.Bytes, FileHash.Of(item.Full, default).Sha256)).ToList();
        Assert.Equal(manifest.Select(entry => entry.Path).Order(ManifestOrder.Instance), manifest.Select(entry => entry.Path));
        foreach (var path in Directory.GetFileSystemEntries(folder.Path)) if (Directory.Exists(path)) Directory.Delete(path, true); else File.Delete(path);
        Plant(folder, after);
        var comparison = new TreeComparison(1000);
        comparison.Run(manifest, new TreeWalk(folder.Path, [], []).Items(), default);
        Assert.Equal(after.Keys.Except(before.Keys).Order(), comparison.Added.Names.Order());
        Assert.Equal(before.Keys.Except(after.Keys).Order(), comparison.Removed.Names.Order());
        Assert.Equal(before.Keys.Intersect(after.Keys).Where(key => before[key] != after[key]).Order(), comparison.Changed.Names.Order());
        Assert.Equal(before.Keys.Intersect(after.Keys).Count(key => before[key] == after[key]), comparison.Same + comparison.MetadataOnly.Count);
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<Dictionary<string, string>> Trees => Arb.From(
        from count in Gen.Choose(0, 12)
        from items in Gen.ListOf(from depth in Gen.Choose(1, 3) from parts in Gen.ArrayOf(Gen.Elements(Names), depth) from text in Gen.Elements("", "x", "y", "xy") select (Path: string.Join('/', parts), Text: text), count)
        select Fitting(items));

    /// <summary>No name is both a file and a folder.</summary>
    private static Dictionary<string, string> Fitting(IEnumerable<(string Path, string Text)> items)
    {
        var tree = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (path, text) in items)
            if (!tree.Keys.Any(other => other.StartsWith(path + "/", StringComparison.OrdinalIgnoreCase) || path.StartsWith(other + "/", StringComparison.OrdinalIgnoreCase))) tree.TryAdd(path, text);
        return new Dictionary<string, string>(tree, StringComparer.Ordinal);
    }

    private static void Plant(TempFolder folder, Dictionary<string, string> tree)
    {
        foreach (var (path, text) in tree) folder.Write(path, text);
    }
}
