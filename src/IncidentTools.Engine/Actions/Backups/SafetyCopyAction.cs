using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Probes.Integrity;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>
/// Copies a folder as it is now, damage and all, with a manifest: before anything is repaired. Each attempt has a folder of its own; the manifest is
/// put there last and so says that the copy is whole.
/// </summary>
internal sealed class SafetyCopyAction : IAction
{
    public string Name => "action.safety-copy";
    public string Summary => "Copies a folder as it is, with a SHA-256 manifest, before anything is repaired";

    public ObjectShape Parameters { get; } = new("action.safety-copy",
        Required("from", Text, "the folder, a full path"),
        Required("to", Text, "the folder for such copies, a full path outside of it; each time gets its own folder in it"),
        Optional("name", Text with { Pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$", Expected = "letters, digits, . _ -" }, "what its folder's name begins with", "damaged"));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("from"), $"Copies {CommandText.Quote(with.Text("from"))} as it is into {CommandText.Quote(Path.Combine(with.Text("to"), with.Text("name") + "-<time of the step>"))}, links as links, and writes a manifest beside it; nothing is overwritten", [], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(WhyNot(with, cancellation)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult<string?>($"it cannot be looked at: {error.Message}"); }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var (from, folder) = (with.Text("from"), Folder(with, context));
        try { return await Task.Run(() => Copy(from, folder, cancellation), cancellation).ConfigureAwait(false); }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.Failed, $"cancelled; what was copied so far is in {folder}, without a manifest") { Error = "Cancelled" }; }
        catch (CannotCheckException error) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = error.Word }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotKept" }; }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var manifest = Folder(with, context) + ".manifest";
        try { return Task.FromResult(FileStat.Read(manifest) is not null ? new CheckResult(CheckState.Done, $"{manifest} was written, which is the last thing done") : new CheckResult(CheckState.NotDone, $"there is no {manifest}: no whole copy")); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new CheckResult(CheckState.Unknown, error.Message)); }
    }

    /// <summary>Copies harm nobody, and evidence is not deleted.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static ActionResult Copy(string from, string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(folder)) return new ActionResult(ActionOutcome.Failed, $"{folder} is there already, and evidence is not overwritten") { Error = "Exists" };
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        using var writer = new ManifestWriter(folder + ".manifest");
        writer.Add(ManifestText.Head(new ManifestHead(Path.GetFullPath(from), [], [], [])));
        var entries = 0L;
        var (files, bytes) = TreeCopy.Run(from, folder, null, entry => { writer.Add(ManifestText.Entry(entry)); entries++; }, cancellation);
        writer.End(entries, bytes);
        writer.Keep();
        return new ActionResult(ActionOutcome.Succeeded, $"{files} files with {bytes} bytes in {folder}; the manifest's SHA-256 is {writer.Sha256}")
        {
            Value = new Dictionary<string, object?> { ["folder"] = folder, ["manifest"] = folder + ".manifest", ["files"] = files, ["bytes"] = bytes, ["sha256"] = writer.Sha256 },
        };
    }

    private static string? WhyNot(Arguments with, CancellationToken cancellation)
    {
        var (from, to) = (with.Text("from"), with.Text("to"));
        if ((ScratchGuard.WhyNotPath(from) ?? ScratchGuard.WhyNotPath(to)) is { } wrong) return wrong;
        if (FileStat.Read(from) is not { Kind: FileKind.Folder }) return $"{from} is not a folder";
        if (ScratchGuard.Meets(ScratchGuard.RealPath(to), ScratchGuard.RealPath(from)) && !ScratchGuard.RealPath(from).StartsWith(ScratchGuard.RealPath(to) + Path.DirectorySeparatorChar, StringComparison.Ordinal)) return $"{to} lies in {from}: the copy would hold itself";
        return RestoreRoom.WhyNot(RestoreRoom.Size(from, cancellation), to);
    }

    private static string Folder(Arguments with, ActionContext context) => Path.Combine(with.Text("to"), $"{with.Text("name")}-{context.IntendedAt.UtcDateTime:yyyyMMdd'T'HHmmss.ffffff'Z'}");
}
