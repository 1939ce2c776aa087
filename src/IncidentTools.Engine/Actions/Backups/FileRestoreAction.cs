using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Integrity;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>Puts single files back that are missing. Whatever is there stays: it may be newer than the backup.</summary>
internal sealed class FileRestoreAction : IAction
{
    private const int MostFiles = 100_000;

    public string Name => "action.file-restore";
    public string Summary => "Copies missing files back from a verified backup; what is there stays";

    public ObjectShape Parameters { get; } = new("action.file-restore",
        Required("from", Text, "the folder of a backup, restored or fetched, a full path"),
        Required("to", Text, "the folder that they are missing in, a full path"),
        Required("files", ListOf(Text, allowSingle: true), "their paths below both folders: removedFiles of probe.hash-compare"),
        Required("manifest", Text, "the backup's SHA-256 manifest, a full path"),
        Required("evidence", Text, "folder for the list of what was put where, a full path: the undo needs it"),
        Optional("owner", OneOf("parent", "backup"), "whose they become: that of the folder they go to, or as in the backup", "parent"));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with) => new(with.Text("to"), $"Copies {with.Texts("files").Count} missing file(s) from {CommandText.Quote(with.Text("from"))}, each verified by {CommandText.Quote(with.Text("manifest"))}; what is there is never overwritten",
        [.. with.Texts("files").Select(file => CommandText.Quote(["cp", "-pn", $"{with.Text("from").TrimEnd('/')}/{file}", $"{with.Text("to").TrimEnd('/')}/{file}"]))], "removes exactly the files that were put there, if they are unchanged");

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(WhyNot(with)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult<string?>($"it cannot be looked at: {error.Message}"); }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        try { return await Task.Run(() => new FilesBack(with).Run(cancellation), cancellation).ConfigureAwait(false); }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, "cancelled; the files that were put back so far are whole and stay") { Error = "Cancelled" }; }
        catch (CannotCheckException error) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = error.Word }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = ProbeErrors.RestoreFailed }; }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try
        {
            var missing = with.Texts("files").Count(file => FileStat.Read(Path.Combine(with.Text("to"), file)) is null);
            return Task.FromResult(missing == 0 ? new CheckResult(CheckState.Done, "every one of them is there") : new CheckResult(CheckState.NotDone, $"{missing} of {with.Texts("files").Count} are missing"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new CheckResult(CheckState.Unknown, error.Message)); }
    }

    public bool CanUndo(Arguments with) => true;

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(new FilesBack(with).Undo(cancellation)); }
        catch (CannotCheckException error) { return Task.FromResult(new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotUndone" }); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotUndone" }); }
    }

    private static string? WhyNot(Arguments with)
    {
        var (from, to, files) = (with.Text("from"), with.Text("to"), with.Texts("files"));
        if ((ScratchGuard.WhyNotPath(from) ?? ScratchGuard.WhyNotPath(to) ?? ScratchGuard.WhyNotPath(with.Text("manifest")) ?? ScratchGuard.WhyNotPath(with.Text("evidence"))) is { } path) return path;
        if (files.Count == 0) return "no file is named";
        if (files.Count > MostFiles) return $"{files.Count} files are more than {MostFiles}: restore the whole";
        if (files.FirstOrDefault(file => file.Length == 0 || Path.IsPathRooted(file) || file.Split('/', Path.DirectorySeparatorChar).Contains("..")) is { } bad) return $"{CommandText.Quote(bad)} is not a path below the folder";
        if (FileStat.Read(from) is not { Kind: FileKind.Folder }) return $"{from} is not a folder";
        if (FileStat.Read(to) is not { Kind: FileKind.Folder }) return $"{to} is not a folder";
        if (ScratchGuard.Meets(ScratchGuard.RealPath(from), ScratchGuard.RealPath(to))) return $"{from} and {to} are in one another";
        return FileStat.Read(with.Text("manifest")) is null ? $"{with.Text("manifest")} is not there: what cannot be verified is not put back" : null;
    }
}
