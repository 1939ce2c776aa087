using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Security;

public sealed class QuarantineTests : IDisposable
{
    private const UnixFileMode Odd = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.file-quarantine");
    private string Quarantine => Path.Combine(_folder.Path, "quarantine");

    public void Dispose() => _folder.Dispose();

    private Arguments With(params string[] files) => Arguments(_action.Parameters, ("files", files.Cast<object?>().ToList()), ("to", Quarantine));

    [Fact]
    public async Task A_file_is_out_of_the_way_and_comes_back_exactly()
    {
        var (shell, other) = (_folder.Write("www/images/cache.php", "<?php eval($_POST['x']);"), _folder.Write("www/b.php", "two"));
        var written = new DateTime(2026, 3, 4, 5, 6, 7, 891, DateTimeKind.Utc).AddTicks(2345);
        File.SetLastWriteTimeUtc(shell, written);
        Modes.Set(shell, Odd);
        if (StatFacts.Of(shell) is { } && Environment.UserName == "root") Assert.True(StatFacts.SetOwner(shell, 12345, 54321));
        var before = StatFacts.Of(shell);
        var (with, context) = (With(shell, other), _bench.Context);
        Assert.Null(await _action.PreconditionAsync(with, context, default));
        var result = await _action.ExecuteAsync(with, context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.False(File.Exists(shell) || File.Exists(other));
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, context, default)).State);
        var kept = Directory.GetFiles(Assert.Single(Directory.GetDirectories(Quarantine)), "*.quarantined");
        Assert.Equal(2, kept.Length);
        if (!OperatingSystem.IsWindows()) Assert.All(kept, file => Assert.Equal((UnixFileMode?)UnixFileMode.None, Modes.Of(file)));
        var undone = await _action.UndoAsync(with, result.UndoData, context, default)!;
        Assert.Equal(ActionOutcome.Succeeded, undone.Outcome);
        Assert.Equal("<?php eval($_POST['x']);", await File.ReadAllTextAsync(shell));
        Assert.Equal(written, File.GetLastWriteTimeUtc(shell));
        if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode?)Odd, Modes.Of(shell));
        if (before is { } was && StatFacts.Of(shell) is { } now) Assert.Equal((was.Uid, was.Gid, was.Inode, was.Mode), (now.Uid, now.Gid, now.Inode, now.Mode));
        // once more is no harm
        Assert.Equal(ActionOutcome.Succeeded, (await _action.UndoAsync(with, result.UndoData, context, default)!).Outcome);
    }

    [Fact]
    public async Task Across_disks_it_is_copied_compared_and_comes_back_exactly()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm") && StatFacts.Of("/dev/shm")?.Device != StatFacts.Of(_folder.Path)?.Device, "needs a second file system");
        var there = Directory.CreateDirectory($"/dev/shm/incidenttools-{Guid.NewGuid():N}").FullName;
        try
        {
            var shell = _folder.Write("www/x.php", new string('s', 200_000));
            Modes.Set(shell, Odd);
            File.SetLastWriteTimeUtc(shell, new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc));
            var with = Arguments(_action.Parameters, ("files", new List<object?> { shell }), ("to", there));
            var result = await _action.ExecuteAsync(with, _bench.Context, default);
            Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
            Assert.False(File.Exists(shell));
            Assert.Equal(ActionOutcome.Succeeded, (await _action.UndoAsync(with, result.UndoData, _bench.Context, default)!).Outcome);
            Assert.Equal((200_000L, (UnixFileMode?)Odd, new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc)), (new FileInfo(shell).Length, Modes.Of(shell), File.GetLastWriteTimeUtc(shell)));
        }
        finally { Directory.Delete(there, recursive: true); }
    }

    [Fact]
    public async Task What_changed_in_quarantine_or_is_there_again_is_not_put_back()
    {
        var shell = _folder.Write("www/x.php", "evil");
        var (with, context) = (With(shell), _bench.Context);
        var result = await _action.ExecuteAsync(with, context, default);
        File.WriteAllText(shell, "a new one");
        var undone = await _action.UndoAsync(with, result.UndoData, context, default)!;
        Assert.Equal((ActionOutcome.Failed, "NotPutBack", "a new one"), (undone.Outcome, undone.Error, File.ReadAllText(shell)));
        File.Delete(shell);
        var kept = Assert.Single(Directory.GetFiles(Quarantine, "*.quarantined", SearchOption.AllDirectories));
        Modes.Set(kept, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (OperatingSystem.IsWindows()) File.SetAttributes(kept, FileAttributes.Normal);
        File.WriteAllText(kept, "EVIL");
        undone = await _action.UndoAsync(with, result.UndoData, context, default)!;
        Assert.Contains("not what went into quarantine", undone.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(shell));
    }

    /// <summary>The second cannot be moved: the first is back where it was.</summary>
    [Fact]
    public async Task One_that_fails_leaves_none_half_done()
    {
        var one = _folder.Write("www/a.php", "one");
        var result = await _action.ExecuteAsync(With(one, Path.Combine(_folder.Path, "www", "gone.php")), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "NotMoved"), (result.Outcome, result.Error));
        Assert.Equal("one", File.ReadAllText(one));
    }

    [Fact]
    public async Task What_the_machine_needs_links_folders_and_changed_files_are_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix paths");
        var file = _folder.Write("www/a.php", "one");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.php"), "/etc/passwd");
        async Task Refused(string why, Arguments with) => Assert.Contains(why, await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        await Refused("the machine itself needs", With("/etc/passwd"));
        await Refused("the machine itself needs", With("/usr/bin/env"));
        await Refused("is a link", With(Path.Combine(_folder.Path, "link.php")));
        await Refused("is a folder", With(Path.Combine(_folder.Path, "www")));
        await Refused("belongs to this program", With(typeof(QuarantineTests).Assembly.Location));
        await Refused("named twice", With(file, file));
        await Refused("another hash", Arguments(_action.Parameters, ("files", new List<object?> { file }), ("to", Quarantine), ("expect", new List<object?> { new string('a', 64) })));
    }
}
