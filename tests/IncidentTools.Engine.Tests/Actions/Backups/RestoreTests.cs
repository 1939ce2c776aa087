using System.Security.Cryptography;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Execution;
using IncidentTools.Engine.Tests.Probes;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Backups;

public sealed class RestoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.backup-restore");

    public RestoreTests()
    {
        _folder.Write("set/a", "from the backup");
        _folder.Write("set/sub/b", "b");
        Directory.CreateDirectory(At("set/empty"));
        _folder.Write("site/a", "live");
        Manifest("set");
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);
    private void Manifest(string name)
    {
        File.Delete(At(name + ".manifest"));
        ProbeRun.Check("probe.hash-manifest", $"roots: '{At(name)}'\nout: '{At(name + ".manifest")}'").GetAwaiter().GetResult().Is(Engine.Probes.ProbeStatus.Pass, null);
    }

    private Arguments With(string to, params (string, object?)[] more) => Arguments(_action.Parameters, [("backup", At("set")), ("to", At(to)), ("source", new List<object?> { At("site") }), .. more]);

    private (string, object?)[] Replace => [("replace", true), ("replaceTarget", At("site")), ("safetyCopy", At("kept")), ("safetySince", DateTimeOffset.UtcNow.AddMinutes(-1))];

    [Fact]
    public async Task A_backup_is_restored_beside_whole_and_the_undo_moves_it_aside()
    {
        var (with, context) = (With("restored/x"), _bench.Context);
        Assert.Null(await _action.PreconditionAsync(with, context, default));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, context, default)).State);
        var result = await _action.ExecuteAsync(with, context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal(("from the backup", true), (await File.ReadAllTextAsync(At("restored/x/a")), Directory.Exists(At("restored/x/empty"))));
        Assert.Equal(File.GetLastWriteTimeUtc(At("set/a")), File.GetLastWriteTimeUtc(At("restored/x/a")), TimeSpan.FromSeconds(1));
        Assert.Equal("live", await File.ReadAllTextAsync(At("site/a")));
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, context, default)).State);
        Assert.Contains("is not empty", await _action.PreconditionAsync(with, context, default), StringComparison.Ordinal);
        Assert.Equal(ActionOutcome.Succeeded, (await _action.UndoAsync(with, result.UndoData, context, default)!).Outcome);
        Assert.False(Directory.Exists(At("restored/x")));
        Assert.Equal("from the backup", await File.ReadAllTextAsync(Path.Combine(Assert.Single(Directory.GetDirectories(At("restored"))), "a")));
    }

    [Theory, InlineData("set/a", "FROM the backup", "HashMismatch"), InlineData("set/more", "x", "Added"), InlineData("set/sub/b", null, "Missing")]
    public async Task A_tampered_backup_is_refused_and_nothing_is_written(string file, string? text, string word)
    {
        if (text is null) File.Delete(At(file)); else _folder.Write(file, text);
        var result = await _action.ExecuteAsync(With("restored"), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, word), (result.Outcome, result.Error));
        Assert.Contains("refused", result.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, "restored*"));
    }

    [Theory]
    [InlineData("site", "never goes over its source")]
    [InlineData("site/below", "never goes over its source")]
    [InlineData("set/below", "in one another")]
    [InlineData("full", "is not empty")]
    [InlineData("shop-live", "looks like production")]
    public async Task It_goes_nowhere_but_beside(string to, string why)
    {
        _folder.Write("full/x", "x");
        Assert.Contains(why, await _action.PreconditionAsync(With(to), _bench.Context, default), StringComparison.Ordinal);
        Assert.Equal("Refused", (await _action.ExecuteAsync(With(to), _bench.Context, default)).Error);
        Assert.Equal("live", await File.ReadAllTextAsync(At("site/a")));
    }

    [Fact]
    public async Task Without_a_manifest_nothing_is_restored()
    {
        File.Delete(At("set.manifest"));
        Assert.Contains("has no manifest", await _action.PreconditionAsync(With("restored"), _bench.Context, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_is_unpacked_after_its_hash_and_a_broken_one_leaves_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs tar");
        await Programs.RunAsync(new("tar", ["-c", "-z", "-f", At("a.tar.gz"), "-C", At("set"), "."]));
        void Sum() => _folder.Write("a.tar.gz.sha256", $"{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(At("a.tar.gz")))).ToLowerInvariant()}  a.tar.gz\n");
        Sum();
        var with = With("restored", ("backup", At("a.tar.gz")), ("by", "tar"));
        Assert.Equal(ActionOutcome.Succeeded, (await _action.ExecuteAsync(with, _bench.Context, default)).Outcome);
        Assert.Equal("b", await File.ReadAllTextAsync(At("restored/sub/b")));
        Assert.Single(_bench.Started);
        await File.WriteAllBytesAsync(At("a.tar.gz"), (await File.ReadAllBytesAsync(At("a.tar.gz")))[..^10]);
        Sum(); // as its manifest says, and broken all the same
        var result = await _action.ExecuteAsync(With("again", ("backup", At("a.tar.gz")), ("by", "tar")), _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "RestoreFailed"), (result.Outcome, result.Error));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, "again*"));
    }

    [Fact]
    public async Task The_live_folder_is_exchanged_only_after_a_safety_copy_of_this_run_and_can_be_put_back()
    {
        var with = With("site", Replace);
        Assert.Contains("no whole safety copy", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        _folder.Write("kept/a", "live");
        Manifest("kept");
        File.SetLastWriteTimeUtc(At("kept.manifest"), DateTime.UtcNow.AddHours(-1));
        Assert.Contains("before this run began", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(At("kept.manifest"), DateTime.UtcNow);
        _folder.Write("kept/a", "LIVE");
        Assert.Contains("not what was copied", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        _folder.Write("kept/a", "live");
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        Assert.Contains("replaceTarget", await _action.PreconditionAsync(With("site", [.. Replace, ("replaceTarget", null)]), _bench.Context, default), StringComparison.Ordinal);
        Assert.Contains("not the folder that the catalogue allows", await _action.PreconditionAsync(With("site", [.. Replace, ("replaceTarget", At("other"))]), _bench.Context, default), StringComparison.Ordinal);

        var context = _bench.Context;
        var result = await _action.ExecuteAsync(with, context, default);
        Assert.True(result.Outcome == ActionOutcome.Succeeded, result.Message);
        Assert.Equal("from the backup", await File.ReadAllTextAsync(At("site/a")));
        Assert.Equal("live", await File.ReadAllTextAsync(Path.Combine((string)((IReadOnlyDictionary<string, object?>)result.Value!)["replaced"]!, "a")));
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, context, default)).State);
        Assert.Equal(ActionOutcome.Succeeded, (await _action.UndoAsync(with, result.UndoData, context, default)!).Outcome);
        Assert.Equal("live", await File.ReadAllTextAsync(At("site/a")));
    }

    /// <summary>The state that a power failure leaves between the two renames: the live folder has another name.</summary>
    [Fact]
    public async Task After_a_crash_between_the_renames_the_live_folder_is_put_back_and_the_restore_done_again()
    {
        _folder.Write("kept/a", "live");
        Manifest("kept");
        var (with, context) = (With("site", Replace), _bench.Context);
        await _action.ExecuteAsync(with, context, default);
        var aside = Assert.Single(Directory.GetDirectories(_folder.Path, "site.before-*"));
        Directory.Move(At("site"), aside.Replace("before", "restoring", StringComparison.Ordinal));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, context, default)).State);
        var again = _bench.Context;
        Assert.Equal(ActionOutcome.Succeeded, (await _action.ExecuteAsync(with, again, default)).Outcome);
        Assert.Equal("from the backup", await File.ReadAllTextAsync(At("site/a")));
        Assert.Equal("live", await File.ReadAllTextAsync(Path.Combine(Assert.Single(Directory.GetDirectories(_folder.Path, "site.before-*")), "a")));
    }

    [Fact]
    public async Task A_cancelled_restore_leaves_nothing_of_itself()
    {
        await using (var stream = new FileStream(_folder.Write("set/large", ""), FileMode.Open)) stream.SetLength(64 << 20);
        Manifest("set");
        using var cancel = new CancellationTokenSource();
        var work = Task.Run(async () => { while (Directory.GetDirectories(_folder.Path, "restored.restoring-*").Length == 0) await Task.Delay(1); await cancel.CancelAsync(); });
        var result = await _action.ExecuteAsync(With("restored"), _bench.Context, cancel.Token);
        await work;
        Assert.SkipWhen(result.Outcome == ActionOutcome.Succeeded, "it was faster than the cancel");
        Assert.Equal((ActionOutcome.Failed, "Cancelled"), (result.Outcome, result.Error));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, "restored*"));
    }
}
