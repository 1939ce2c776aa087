using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Integrity;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>
/// PostgreSQL, restored to a point in time: writes what a base backup in a scratch data folder needs to replay its log up to just before the event and
/// then pause. Starts nothing: the server is started by hand, looked at, and only then let go on.
/// </summary>
internal sealed class PitrPlanAction : IAction
{
    private const string Settings = "postgresql.auto.conf", Before = "postgresql.auto.conf.before-recovery", Signal = "recovery.signal";

    public string Name => "action.pitr-plan";
    public string Summary => "Writes PostgreSQL's recovery settings for a point in time into a scratch data folder";

    public ObjectShape Parameters { get; } = new("action.pitr-plan",
        Required("dataFolder", Text, "the restored base backup: a scratch data folder, a full path"),
        Required("source", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "data folders in use, which must not be touched"),
        Required("archive", Text, "the folder with the archived log segments, a full path; only read"),
        Optional("targetTime", Shapes.DateTime, "up to when, with its offset: just before the event"),
        Optional("targetLsn", Text with { Pattern = "^[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}$", Expected = "a log position: 0/3019F48" }, "or up to which position: safer than a time"),
        Optional("targetName", Text with { Pattern = "^[A-Za-z0-9_.-]{1,63}$", Expected = "a name of letters, digits, . _ -" }, "or up to which restore point"),
        Optional("inclusive", Bool, "whether the transaction at the target comes along", false),
        Optional("action", OneOf("pause", "promote", "shutdown"), "what the server does there; pause lets people look first", "pause"),
        Optional("timeline", Text with { Pattern = "^(latest|current|[0-9]{1,10})$", Expected = "latest, current or a number" }, "which history is followed", "latest"),
        Optional("port", Int with { Min = 1, Max = 65535 }, "the scratch server's port, another than the source's", 54329L),
        Optional("programs", Text, "where PostgreSQL's programs are, if PATH does not have them"));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("dataFolder"), $"Writes {Settings} and {Signal}; starts nothing. The settings:\n{string.Join('\n', RecoverySettings.Lines(with))}", [.. RecoverySettings.NextCommands(with)],
        $"takes {Signal} away and puts {Settings} back, as long as the server was not started");

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(WhyNot(with)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult<string?>($"{with.Text("dataFolder")} cannot be looked at: {error.Message}"); }
    }

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromResult(new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" });
        try
        {
            var (folder, owner) = (with.Text("dataFolder"), FileStat.Read(with.Text("dataFolder"))!.Owner);
            if (FileStat.Read(At(folder, Before)) is null) File.Copy(At(folder, Settings), At(folder, Before));
            // the signal last: without it the settings do nothing
            Write(At(folder, Settings), File.ReadAllText(At(folder, Before)).TrimEnd() + "\n" + string.Join('\n', RecoverySettings.Lines(with)) + "\n", owner);
            FileOwner.Set(At(folder, Before), owner);
            Write(At(folder, Signal), "", owner);
            return Task.FromResult(new ActionResult(ActionOutcome.Succeeded, $"{folder} is ready to recover to {RecoverySettings.Target(with)}; nothing was started: {string.Join("; then ", RecoverySettings.NextCommands(with))}")
            {
                Value = new Dictionary<string, object?> { ["dataFolder"] = folder, ["target"] = RecoverySettings.Target(with), ["port"] = (long)with.Int("port", 54329), ["next"] = RecoverySettings.NextCommands(with).Cast<object?>().ToList() },
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotWritten" }); }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var folder = with.Text("dataFolder");
        try
        {
            var written = FileStat.Read(At(folder, Signal)) is not null && File.ReadAllText(At(folder, Settings)).Contains(string.Join('\n', RecoverySettings.Lines(with)), StringComparison.Ordinal);
            return Task.FromResult(written ? new CheckResult(CheckState.Done, $"{Signal} and the settings are there") : new CheckResult(CheckState.NotDone, $"{Signal} or the settings are not there"));
        }
        catch (FileNotFoundException) { return Task.FromResult(new CheckResult(CheckState.NotDone, $"{Settings} is not there")); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new CheckResult(CheckState.Unknown, error.Message)); }
    }

    public bool CanUndo(Arguments with) => true;

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        var folder = with.Text("dataFolder");
        try
        {
            if (FileStat.Read(At(folder, Signal)) is null || FileStat.Read(At(folder, "postmaster.pid")) is not null || FileStat.Read(At(folder, Before)) is null)
                return Task.FromResult(new ActionResult(ActionOutcome.Failed, $"the server in {folder} was started since: take the scratch folder away instead") { Error = "NotUndone" });
            File.Delete(At(folder, Signal));
            File.Move(At(folder, Before), At(folder, Settings), overwrite: true);
            return Task.FromResult(new ActionResult(ActionOutcome.Succeeded, $"{folder} is as it was restored"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotUndone" }); }
    }

    private static string? WhyNot(Arguments with)
    {
        var (folder, archive) = (with.Text("dataFolder"), with.Text("archive"));
        if ((ScratchGuard.WhyNotPath(folder) ?? ScratchGuard.WhyNotPath(archive) ?? RecoverySettings.WhyNot(with)) is { } why) return why;
        var real = ScratchGuard.RealPath(folder);
        foreach (var source in with.Texts("source").Where(Path.IsPathFullyQualified))
            if (ScratchGuard.Meets(real, ScratchGuard.RealPath(source))) return $"{folder} and the source {source} are in one another";
        if (FileStat.Read(archive) is not { Kind: FileKind.Folder }) return $"{archive}: there is no such folder of log segments";
        if (FileStat.Read(At(folder, "PG_VERSION")) is null) return $"{folder} is not a data folder of PostgreSQL: it has no PG_VERSION";
        if (!int.TryParse(File.ReadAllText(At(folder, "PG_VERSION")).Trim(), out var version) || version < 12) return $"{folder} is of a version before 12, which is recovered by recovery.conf: do that by hand";
        if (FileStat.Read(At(folder, "postmaster.pid")) is not null) return $"a server runs, or ran, in {folder}: it has a postmaster.pid";
        if (FileStat.Read(At(folder, "standby.signal")) is not null) return $"{folder} is a standby's: take its standby.signal away first";
        if (FileStat.Read(At(folder, "backup_label")) is null) return $"{folder} has no backup_label: it is not a base backup that was just restored, and would not become consistent";
        if (FileStat.Read(At(folder, Settings)) is null) return $"{folder} has no {Settings}";
        return RecoverySettings.TooEarly(with, File.ReadAllText(At(folder, "backup_label")));
    }

    private static void Write(string path, string text, string? owner)
    {
        using (var stream = new FileStream(path + ".part", FileMode.Create, FileAccess.Write))
        {
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path + ".part", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        FileOwner.Set(path + ".part", owner);
        File.Move(path + ".part", path, overwrite: true);
    }

    private static string At(string folder, string name) => Path.Combine(folder, name);
}
