namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>Files that are really gone, really found in real backups and really brought back, by the shipped runbook.</summary>
public sealed class DataLossTests : IDisposable
{
    private readonly LossRun _run = new();
    private LossWorld? _world;

    public void Dispose() => _run.Dispose();

    private LossWorld Given()
    {
        _world = new LossWorld(Path.Combine(_run.Host.Folder, "loss"));
        _run.Open(_world.Workspace);
        return _world;
    }

    [Fact]
    public void Files_a_user_deleted_come_back_from_the_local_backup_and_nothing_newer_is_touched()
    {
        var world = Given();
        Lose(world);
        _run.Declare();
        var run = _run.Report();
        _run.At(run, "strategy");
        Assert.Equal(("user-deletion", "good", "good", "same"), (Var("cause"), Var("local"), Var("offsite"), Var("copies")));
        Assert.Equal(["off"], world.Pruning);
        Assert.True(File.Exists(Path.Combine((string)_run.Value("safety", "folder")!, "c.jpg")));
        run = _run.Answer("strategy", "-Outcome missing");
        Assert.Equal(("restore", "Approval"), (run.Step, run.WaitReason));
        Assert.Contains("tar -x", _run.Step("restore").Prompt, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(world.At("restore")));
        _run.At(_run.Approve("restore"), "sample");
        Assert.False(File.Exists(world.At("site/a.jpg"))); // beside, not over
        run = _run.Answer("sample");
        Assert.Equal(("back", "Approval"), (run.Step, run.WaitReason));
        Assert.Contains("a.jpg", _run.Step("back").Prompt, StringComparison.Ordinal);
        _run.At(_run.Approve("back"), "reconcile");
        Restored(world);
        _run.At(_run.Answer("reconcile"), "recover");
        Assert.Equal(["off", "on"], world.Pruning);
        run = _run.Answer("recover");
        Assert.True(run.State == "Succeeded", _run.Where(run));
        Assert.Equal("Succeeded", _run.Step("verify_files").State);
        Assert.True(_run.Host.Run<bool>("Test-IncidentJournal -Deep -Quiet"));
    }

    [Fact]
    public void A_backup_that_is_tampered_with_after_it_was_looked_at_is_refused_and_the_offsite_one_is_fetched()
    {
        var world = Given();
        Lose(world);
        _run.Declare();
        _run.Report();
        _run.Answer("strategy", "-Outcome missing");
        LossWorld.Tamper(world.At("local", world.Name));
        var run = _run.Approve("restore");
        Assert.Equal(("restore", "Approval", 2), (run.Step, run.WaitReason, _run.Step("restore").Visit));
        Assert.Equal(("Failed", "HashMismatch"), (First("restore").State, First("restore").Error));
        Assert.Equal("Succeeded", _run.Step("fetch").State);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(world.At("restore")), item => !Path.GetFileName(item).StartsWith("fetched-", StringComparison.Ordinal));
        _run.At(_run.Approve("restore"), "sample");
        _run.Answer("sample");
        _run.At(_run.Approve("back"), "reconcile");
        Restored(world);
        _run.Answer("reconcile");
        Assert.Equal("Succeeded", _run.Answer("recover").State);
    }

    [Fact]
    public void A_rollback_takes_exactly_its_own_files_away_and_releases_what_was_held()
    {
        var world = Given();
        Lose(world);
        _run.Declare();
        _run.Report();
        _run.Answer("strategy", "-Outcome missing");
        _run.Approve("restore");
        _run.Answer("sample");
        _run.At(_run.Approve("back"), "reconcile");
        _run.Host.Try("Stop-RunbookRun $run -Rollback -Reason 'the wrong restore point'");
        var run = (RunbookRun)Assert.Single(_run.Host.Run("Get-RunbookRun $run")).BaseObject;
        Assert.True(run.State == "RolledBack", _run.Where(run));
        Assert.False(File.Exists(world.At("site/a.jpg")));
        Assert.Equal("edited after the backup", File.ReadAllText(world.At("site/c.jpg")));
        Assert.Equal("new", File.ReadAllText(world.At("site/new.jpg")));
        Assert.Equal(["off", "on"], world.Pruning);
        Assert.Equal(("Undone", "Undone", "Undone"), (_run.Step("back").State, _run.Step("restore").State, _run.Step("hold").State));
    }

    /// <summary>One picture is gone, with a folder; one was edited and one added since the backup.</summary>
    private static void Lose(LossWorld world)
    {
        File.Delete(world.At("site/a.jpg"));
        Directory.Delete(world.At("site/albums"), recursive: true);
        world.Write("site/c.jpg", "edited after the backup");
        world.Write("site/new.jpg", "new");
        world.Log("user bob deleted 2 pictures");
    }

    private static void Restored(LossWorld world)
    {
        Assert.Equal(("first picture", "second picture"), (File.ReadAllText(world.At("site/a.jpg")), File.ReadAllText(world.At("site/albums/2026/b.jpg"))));
        Assert.Equal(("edited after the backup", "new"), (File.ReadAllText(world.At("site/c.jpg")), File.ReadAllText(world.At("site/new.jpg"))));
    }

    private RunbookStep First(string step) => (RunbookStep)_run.Host.Run($"Get-RunbookStep $run -Step {step}")[0].BaseObject;
    private object? Var(string name) => _run.Value("name_it", name);
}
