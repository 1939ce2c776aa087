using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Probes;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Backups;

public sealed class FileRestoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.file-restore");

    public FileRestoreTests()
    {
        _folder.Write("set/a", "a");
        _folder.Write("set/sub/deep/b", "b");
        _folder.Write("set/c", "old");
        _folder.Write("site/c", "newer");
        ProbeRun.Check("probe.hash-manifest", $"roots: '{At("set")}'\nout: '{At("set.manifest")}'").GetAwaiter().GetResult();
    }

    public void Dispose() => _folder.Dispose();
    private string At(string name) => Path.Combine(_folder.Path, name);
    private Arguments With(params string[] files) => Arguments(_action.Parameters, ("from", At("set")), ("to", At("site")), ("files", files.Cast<object?>().ToList()), ("manifest", At("set.manifest")), ("evidence", At("evidence")));

    [Fact]
    public async Task What_is_missing_comes_back_what_is_there_stays_and_the_undo_takes_only_its_own()
    {
        var with = With("a", "sub/deep/b", "c");
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        var result = await _action.ExecuteAsync(with, _bench.Context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal(("a", "b", "newer"), (Read("a"), Read("sub/deep/b"), Read("c")));
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, _bench.Context, default)).State);
        // once more, as after a crash
        Assert.Equal(2L, ((IReadOnlyDictionary<string, object?>)(await _action.ExecuteAsync(with, _bench.Context, default)).Value!)["restored"]);
        _folder.Write("site/sub/deep/b", "edited since");
        var undone = await _action.UndoAsync(with, result.UndoData, _bench.Context, default)!;
        Assert.Equal((ActionOutcome.Failed, "Changed"), (undone.Outcome, undone.Error));
        Assert.False(File.Exists(At("site/a")));
        Assert.Equal(("edited since", "newer"), (Read("sub/deep/b"), Read("c")));
    }

    private string Read(string name) => File.ReadAllText(At("site/" + name));

    [Fact]
    public async Task A_changed_backup_puts_nothing_back_not_even_what_is_good()
    {
        _folder.Write("set/sub/deep/b", "B");
        var result = await _action.ExecuteAsync(With("a", "sub/deep/b"), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "HashMismatch"), (result.Outcome, result.Error));
        Assert.False(File.Exists(At("site/a")));
        Assert.Equal("ManifestMissing", (await _action.ExecuteAsync(With("nowhere"), _bench.Context, default)).Error);
    }

    [Theory, InlineData("../a"), InlineData("/etc/passwd"), InlineData("")]
    public async Task A_name_that_leads_out_is_refused(string file) => Assert.NotNull(await _action.PreconditionAsync(With(file), _bench.Context, default));

    [Fact]
    public async Task A_folder_that_became_a_link_is_not_written_through()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need rights on Windows");
        Directory.CreateDirectory(At("elsewhere"));
        Directory.CreateSymbolicLink(At("site/sub"), At("elsewhere"));
        Assert.Equal("InvalidTarget", (await _action.ExecuteAsync(With("sub/deep/b"), _bench.Context, default)).Error);
        Assert.Empty(Directory.GetFileSystemEntries(At("elsewhere")));
    }

    [Fact]
    public async Task Only_what_was_listed_and_is_unchanged_is_cleaned_up()
    {
        var cleanup = Action("action.disk-cleanup");
        foreach (var (name, days) in new[] { ("old.gz", 9), ("touched.gz", 9), ("young.gz", 0), ("old.txt", 9), ("pg_wal/0001.gz", 9) }) File.SetLastWriteTimeUtc(_folder.Write($"logs/{name}", "12345"), DateTime.UtcNow.AddDays(-days));
        _folder.Write("outside.gz", "x");
        if (!OperatingSystem.IsWindows()) File.CreateSymbolicLink(At("logs/link.gz"), At("outside.gz"));
        var found = await ProbeRun.Check("probe.cleanup-candidates", $"roots: '{At("logs")}'\npatterns: '*.gz'\nolderThan: 1d");
        Assert.Equal((3L, 15L), (found.Get("count"), found.Get("bytes")));
        Arguments List(object? files) => Arguments(cleanup.Parameters, ("files", files), ("roots", new List<object?> { At("logs") }));
        Assert.Contains("belongs to a database", await cleanup.PreconditionAsync(List(found.Get("files")), _bench.Context, default), StringComparison.Ordinal);
        var files = found.Get<IEnumerable<object?>>("files").Where(file => !((string)((IReadOnlyDictionary<string, object?>)file!)["path"]!).Contains("pg_wal", StringComparison.Ordinal)).ToList();
        Assert.Null(await cleanup.PreconditionAsync(List(files), _bench.Context, default));
        Assert.Equal(2, cleanup.Plan(List(files)).Commands.Count);
        _folder.Write("logs/touched.gz", "123456");
        var result = await cleanup.ExecuteAsync(List(files), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "Incomplete"), (result.Outcome, result.Error));
        Assert.Equal((false, true, true), (File.Exists(At("logs/old.gz")), File.Exists(At("logs/touched.gz")), File.Exists(At("outside.gz"))));
        var outside = new List<object?> { new Dictionary<string, object?> { ["path"] = At("outside.gz"), ["bytes"] = 1L, ["modifiedAt"] = "x" } };
        Assert.Contains("does not lie below", await cleanup.PreconditionAsync(List(outside), _bench.Context, default), StringComparison.Ordinal);
        if (OperatingSystem.IsWindows()) return;
        var link = new List<object?> { new Dictionary<string, object?> { ["path"] = At("logs/link.gz"), ["bytes"] = 1L, ["modifiedAt"] = "x" } };
        Assert.Contains("is not a file", await cleanup.PreconditionAsync(List(link), _bench.Context, default), StringComparison.Ordinal);
    }
}
