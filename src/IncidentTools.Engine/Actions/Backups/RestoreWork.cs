using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Integrity;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>How a restore goes: guards, hashes, a place of its own, and a single step that puts it there.</summary>
internal sealed class RestoreWork(Arguments with)
{
    private string Backup => with.Text("backup");
    private string To => Path.TrimEndingDirectorySeparator(with.Text("to"));
    private string By => with.Text("by");
    private bool Replace => with.Flag("replace");
    private string? Manifest => with.TextOrNull("manifest") ?? (with.Has("sha256") ? null : BackupFiles.ManifestOf(Backup));
    private HookAction Hook => new(Fill("command"), Fill("verify"), Fill("undo"), with.Duration("timeout") ?? TimeSpan.FromHours(4), TimeSpan.FromSeconds(30));
    private IReadOnlyList<string> Fill(string name) => RestoreLine.Fill(CommandLine.Of(with, name), Backup, To, with.TextOrNull("name"));

    public string Summary => $"Verifies {CommandText.Quote(Backup)} by its hashes, then restores it {(Replace ? $"in place of {CommandText.Quote(To)}; what is there now is kept as {CommandText.Quote(To + ".before-<time of the step>")}" : $"to {CommandText.Quote(With("name") ?? To)}, where nothing is yet")}";

    public IReadOnlyList<string> Lines => By switch
    {
        "copy" => [CommandText.Quote(["cp", "--archive", "--no-clobber", Backup, To])],
        "tar" => [CommandText.Quote(RestoreLine.Tar(Backup, To))],
        _ => Hook.Lines,
    };

    public string? UndoText => By == "command" ? Hook.UndoText
        : Replace ? $"puts what was in {To} back; what was restored is kept as {To}.undone-<time>" : $"moves {To} aside to {To}.undone-<time>; nothing is deleted";

    private string? With(string name) => with.TextOrNull(name);

    /// <summary>What stands against it, hashes aside, which take their time and are verified when it begins.</summary>
    public string? WhyNot(ActionContext context, CancellationToken cancellation)
    {
        try { return Against(context, cancellation); }
        catch (CannotCheckException error) { return error.Message; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return $"it cannot be looked at: {error.Message}"; }
    }

    private string? Against(ActionContext context, CancellationToken cancellation)
    {
        if ((ScratchGuard.WhyNotPath(Backup) ?? ScratchGuard.WhyNotPath(To)) is { } path) return path;
        if ((By == "command") != with.Has("command")) return "by: command and command go together";
        var kind = BackupFiles.Kind(Backup);
        if (By == "copy" && kind != FileKind.Folder) return $"{Backup} is a file: restore it by tar or command";
        if (By == "tar" && kind != FileKind.File) return $"{Backup} is a folder: restore it by copy";
        if (Manifest is null && !with.Has("sha256")) return $"{Backup} has no manifest: what cannot be verified is not restored";
        if ((Replace ? ReplaceGuard.WhyNot(with, To, cancellation) : Beside()) is { } guard) return guard;
        if (By == "command") return Hook.WhyNot(context);
        if (By == "tar" && CommandLine.WhyNot(RestoreLine.Tar(Backup, To), context.Processes) is { } tar) return tar;
        return RestoreRoom.WhyNot(RestoreRoom.Size(Backup, cancellation), To);
    }

    private string? Beside()
    {
        var (sources, production) = (with.Texts("source"), with.Texts("production"));
        if (ScratchGuard.WhyNot(To, [.. sources, Backup], production) is { } place) return place;
        if (With("name") is { } name && ScratchGuard.WhyNotName(name, sources, production) is { } named) return named;
        return By != "command" ? null : CommandLine.Of(with, "command").Skip(1).Select(word => ScratchGuard.WhyNotArgument(word, sources, production)).FirstOrDefault(why => why is not null);
    }

    public async Task<ActionResult> RunAsync(ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var place = new RestorePlace(To, context.IntendedAt);
        try
        {
            place.Mend();
            if (WhyNot(context, cancellation) is { } why) return new ActionResult(ActionOutcome.Failed, why) { Error = "Refused" };
            var verdict = await Task.Run(() => Verify(cancellation), cancellation).ConfigureAwait(false);
            if (verdict.Wrong is not null) return new ActionResult(ActionOutcome.Failed, $"{Backup} is refused and nothing was restored: {verdict.Wrong}") { Error = verdict.Word };
            if (By == "command")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(To)!);
                var ran = await Hook.RunAsync(context, cancellation).ConfigureAwait(false);
                return ran.Outcome == ActionOutcome.Succeeded ? ran with { Value = Value(verdict, null) } : ran;
            }
            if (await FillAsync(place.Work, verdict, context, cancellation).ConfigureAwait(false) is { } failed) return Dropped(place, failed);
            var aside = place.Put(Replace);
            return new ActionResult(ActionOutcome.Succeeded, $"{Backup} is restored to {To}, {verdict.Files} file(s) with {Say.Bytes(verdict.Bytes)}{(aside is null ? "" : $"; what was there is {aside}")}") { Value = Value(verdict, aside) };
        }
        catch (OperationCanceledException) { return Dropped(place, new ActionResult(ActionOutcome.Failed, $"cancelled; {To} was not touched") { Error = "Cancelled" }); }
        catch (CannotCheckException error) { return Dropped(place, new ActionResult(ActionOutcome.Failed, $"nothing was restored: {error.Message}") { Error = error.Word }); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Dropped(place, new ActionResult(ActionOutcome.Failed, error.Message) { Error = ProbeErrors.RestoreFailed }); }
    }

    private HashVerdict Verify(CancellationToken cancellation)
    {
        if (Manifest is { } manifest) return BackupFiles.Verify(Backup, manifest, cancellation);
        var (bytes, hash) = FileHash.Of(Backup, cancellation);
        return string.Equals(hash, with.Text("sha256"), StringComparison.OrdinalIgnoreCase) ? new HashVerdict(null, null, 1, bytes, hash) : new HashVerdict(ProbeErrors.HashMismatch, $"it hashes to {hash}", 1, bytes, hash);
    }

    /// <summary>Null when all of it is there.</summary>
    private async Task<ActionResult?> FillAsync(string work, HashVerdict verdict, ActionContext context, CancellationToken cancellation)
    {
        if (By == "copy")
        {
            await Task.Run(() => TreeCopy.Run(Backup, work, ManifestFile.Open(Manifest!, cancellation).Entries(), null, cancellation, except: Path.GetFullPath(Manifest!)), cancellation).ConfigureAwait(false);
            return null;
        }
        Directory.CreateDirectory(work);
        var done = await CommandRun.RunAsync(RestoreLine.Tar(Backup, work), with.Duration("timeout") ?? TimeSpan.FromHours(4), context, cancellation).ConfigureAwait(false);
        // whatever became of it, nothing was put in place: that is known
        if (done.Outcome != ActionOutcome.Succeeded) return done with { Outcome = ActionOutcome.Failed, Error = done.Error == "ExitCode" ? ProbeErrors.RestoreFailed : done.Error };
        return (await Task.Run(() => FileHash.Of(Backup, cancellation), cancellation).ConfigureAwait(false)).Sha256 == verdict.Sha256 ? null
            : new ActionResult(ActionOutcome.Failed, $"{Backup} changed while it was restored") { Error = ProbeErrors.HashMismatch };
    }

    private static ActionResult Dropped(RestorePlace place, ActionResult failed) => place.Drop() is { } left ? failed with { Message = $"{failed.Message}; {left}" } : failed;

    private Dictionary<string, object?> Value(HashVerdict verdict, string? aside) => new()
    {
        ["target"] = To, ["name"] = With("name"), ["backup"] = Backup, ["sha256"] = verdict.Sha256, ["files"] = verdict.Files, ["bytes"] = verdict.Bytes, ["replaced"] = aside,
    };

    public async Task<CheckResult> CheckAsync(ActionContext context, CancellationToken cancellation)
    {
        if (By == "command") return await Hook.CheckAsync(context, cancellation).ConfigureAwait(false);
        try { return new RestorePlace(To, context.IntendedAt).Check(); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new CheckResult(CheckState.Unknown, error.Message); }
    }

    public Task<ActionResult>? UndoAsync(ActionContext context, CancellationToken cancellation)
    {
        if (By == "command") return Hook.UndoAsync(context, cancellation);
        try { return Task.FromResult(new RestorePlace(To, context.Time.GetUtcNow()).Undo()); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotUndone" }); }
    }
}
