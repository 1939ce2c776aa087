using System.Security.Cryptography;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes.Integrity;

public sealed class HashManifestTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private string Tree => Path.Combine(_folder.Path, "tree");
    private string Manifest => Path.Combine(_folder.Path, "out", "tree.manifest");

    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Make(string more = "") => ProbeRun.Check("probe.hash-manifest", $"roots: '{Tree}'\nout: '{Manifest}'\n{more}");
    private Task<ProbeResult> Compare(string more = "") => ProbeRun.Check("probe.hash-compare", $"manifest: '{Manifest}'\n{more}");

    private void Plant()
    {
        _folder.Write("tree/b.txt", "two");
        _folder.Write("tree/a/x.php", "one");
        _folder.Write("tree/a.txt", "three");
        _folder.Write("tree/cache/junk", "junk");
    }

    [Fact]
    public async Task A_manifest_is_sorted_whole_and_the_same_for_the_same_tree()
    {
        Plant();
        var first = await Make();
        first.Is(ProbeStatus.Pass, null);
        Assert.Equal((4L, 15L, 0L), (first.Get("files"), first.Get("bytes"), first.Get("unreadable")));
        var lines = await File.ReadAllLinesAsync(Manifest);
        Assert.Equal(["a/x.php", "a.txt", "b.txt", "cache/junk"], lines[1..^1].Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()));
        Assert.Contains(Convert.ToHexString(SHA256.HashData("three"u8)).ToLowerInvariant(), lines[2], StringComparison.Ordinal);
        Assert.Equal(first.Get("sha256"), Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Manifest))).ToLowerInvariant());
        // once more, as after a crash: the same content is no overwriting
        (await Make()).Is(ProbeStatus.Pass, null);
        Assert.False(File.Exists(Manifest + ".part"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Manifest));
    }

    [Fact]
    public async Task Other_content_is_not_written_over_a_manifest()
    {
        Plant();
        await Make();
        var before = await File.ReadAllTextAsync(Manifest);
        _folder.Write("tree/b.txt", "changed");
        (await Make()).Is(ProbeStatus.Error, "Exists");
        Assert.Equal(before, await File.ReadAllTextAsync(Manifest));
    }

    [Fact]
    public async Task Added_removed_changed_and_metadata_only_are_told_apart()
    {
        Plant();
        await Make();
        (await Compare()).Is(ProbeStatus.Pass, null);
        _folder.Write("tree/shell.php", "<?php");
        File.Delete(Path.Combine(Tree, "a", "x.php"));
        var times = File.GetLastWriteTimeUtc(Path.Combine(Tree, "b.txt"));
        _folder.Write("tree/b.txt", "TWO"); // as long as before
        File.SetLastWriteTimeUtc(Path.Combine(Tree, "b.txt"), times); // and with the time put back
        File.SetLastWriteTimeUtc(Path.Combine(Tree, "a.txt"), times.AddDays(-3));
        var result = await Compare();
        result.Is(ProbeStatus.Fail, "Changed");
        Assert.Equal((1L, 1L, 1L, 1L, 1L), (result.Get("added"), result.Get("removed"), result.Get("changed"), result.Get("metadataOnly"), result.Get("same")));
        Assert.Equal(["shell.php", "a/x.php", "b.txt", "a.txt"], new[] { "addedFiles", "removedFiles", "changedFiles", "metadataOnlyFiles" }.Select(key => Assert.Single(result.Get<IEnumerable<object?>>(key))));
        (await Compare("ignore: [added, changed, removed]")).Is(ProbeStatus.Warn, "MetadataChanged");
    }

    [Fact]
    public async Task What_is_excluded_is_not_looked_at_and_the_manifest_remembers_it()
    {
        Plant();
        var result = await Make("exclude: [cache]\ninclude: ['*.txt', 'a/*']");
        Assert.Equal(3L, result.Get("files"));
        _folder.Write("tree/cache/more", "x");
        _folder.Write("tree/note.md", "x");
        (await Compare()).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Links_are_noted_and_never_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        Plant();
        _folder.Write("elsewhere/secret", "s");
        Directory.CreateSymbolicLink(Path.Combine(Tree, "out"), Path.Combine(_folder.Path, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(Tree, "loop"), Tree);
        var result = await Make();
        Assert.Equal((4L, 2L), (result.Get("files"), result.Get("links")));
        Assert.DoesNotContain("secret", await File.ReadAllTextAsync(Manifest), StringComparison.Ordinal);
        File.Delete(Path.Combine(Tree, "out"));
        Directory.CreateSymbolicLink(Path.Combine(Tree, "out"), "/etc");
        Assert.Equal(["out"], (await Compare()).Get<IEnumerable<object?>>("changedFiles"));
    }

    [Fact]
    public async Task A_pipe_does_not_hang_it_and_rights_and_owner_stand_in_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux");
        Plant();
        System.Diagnostics.Process.Start("mkfifo", [Path.Combine(Tree, "pipe")]).WaitForExit();
        Unix.Mode(Path.Combine(Tree, "a.txt"), UnixFileMode.UserRead);
        var result = await Make();
        Assert.Equal((4L, 1L), (result.Get("files"), result.Get("skipped")));
        var line = (await File.ReadAllLinesAsync(Manifest)).Single(line => line.Contains("\"a.txt\"", StringComparison.Ordinal));
        Assert.Matches("\"mode\":\"0400\",\"owner\":\"[0-9]+:[0-9]+\"", line);
        Unix.Mode(Path.Combine(Tree, "a.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.SetUser | UnixFileMode.UserExecute);
        (await Compare()).Is(ProbeStatus.Warn, "MetadataChanged");
    }

    [Theory]
    [InlineData("", "InvalidResponse")]
    [InlineData("{\"schema\":\"other\"}\n", "InvalidResponse")]
    [InlineData("no sum here\n", "InvalidResponse")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000  ../../etc/passwd\n", "InvalidResponse")]
    public async Task What_is_no_manifest_is_an_error_and_never_no_difference(string text, string word)
    {
        Plant();
        _folder.Write("out/tree.manifest", text);
        (await Compare($"root: '{Tree}'")).Is(ProbeStatus.Error, word);
    }

    [Fact]
    public async Task A_manifest_that_was_cut_or_changed_is_known_for_one()
    {
        Plant();
        var sum = (await Make()).Get<string>("sha256");
        (await Compare($"manifestSha256: {sum}")).Is(ProbeStatus.Pass, null);
        var lines = await File.ReadAllLinesAsync(Manifest);
        await File.WriteAllLinesAsync(Manifest, lines[..^1]);
        (await Compare()).Is(ProbeStatus.Error, "InvalidResponse");
        await File.WriteAllLinesAsync(Manifest, [.. lines[..2], .. lines[3..]]);
        (await Compare()).Is(ProbeStatus.Error, "InvalidResponse"); // it has fewer lines than it says
        await File.WriteAllLinesAsync(Manifest, [.. lines[..^1].Where((_, index) => index != 2), lines[^1].Replace("\"entries\":4", "\"entries\":3", StringComparison.Ordinal)]);
        (await Compare($"manifestSha256: {sum}")).Is(ProbeStatus.Fail, "ManifestTampered");
        (await Compare()).Is(ProbeStatus.Fail, "Added"); // without its sum only the file shows that something is wrong
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_neither_the_same_nor_gone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "root reads everything");
        Plant();
        await Make();
        Unix.Mode(Path.Combine(Tree, "a"), UnixFileMode.None);
        try { (await Compare()).Is(ProbeStatus.Error, "Unreadable"); }
        finally { Unix.Mode(Path.Combine(Tree, "a"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute); }
    }

    [Fact]
    public async Task What_sha256sum_writes_is_read_in_any_order_with_any_name()
    {
        Plant();
        if (!OperatingSystem.IsWindows()) _folder.Write("tree/back\\slash and\nbreak", "odd");
        var names = Directory.GetFiles(Tree, "*", SearchOption.AllDirectories).AsEnumerable().Reverse().Select(file => Path.GetRelativePath(Tree, file).Replace(OperatingSystem.IsWindows() ? '\\' : '/', '/'));
        _folder.Write("out/tree.manifest", string.Concat(names.Select(name =>
        {
            var escaped = name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            return $"{(escaped == name ? "" : "\\")}{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(Tree, name)))).ToLowerInvariant()}  ./{escaped}\n";
        })));
        var result = await Compare($"root: '{Tree}'");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(OperatingSystem.IsWindows() ? 4L : 5L, result.Get("same"));
        if (Execution.Programs.Runner.Find("sha256sum") is { } program && !OperatingSystem.IsWindows())
            Assert.Equal(0, (await Execution.Programs.RunAsync(new(program, ["-c", "--quiet", Manifest]) { WorkingDirectory = Tree })).ExitCode);
    }

    [Fact]
    public async Task Several_trees_make_one_manifest_and_one_within_another_is_refused()
    {
        Plant();
        _folder.Write("other/c", "c");
        var other = Path.Combine(_folder.Path, "other");
        (await ProbeRun.Check("probe.hash-manifest", $"roots: ['{Tree}', '{other}']\nout: '{Manifest}'")).Is(ProbeStatus.Pass, null);
        (await Compare()).Is(ProbeStatus.Pass, null);
        File.Delete(Path.Combine(other, "c"));
        (await Compare()).Is(ProbeStatus.Fail, "Missing");
        (await ProbeRun.Check("probe.hash-manifest", $"roots: ['{Tree}', '{Path.Combine(Tree, "a")}']")).Is(ProbeStatus.Error, "InvalidArgument");
        (await ProbeRun.Check("probe.hash-manifest", $"roots: '{Tree}'\nout: '{Path.Combine(Tree, "m")}'")).Is(ProbeStatus.Error, "InvalidArgument");
    }
}

internal static class Unix
{
    /// <summary>For tests that skip on Windows.</summary>
    public static void Mode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }
}
