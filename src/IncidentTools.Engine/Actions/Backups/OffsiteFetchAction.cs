using System.Text.RegularExpressions;
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
/// Brings backups from a remote of rclone: <c>copy</c>, never sync, which would carry a deletion along, into a folder of its own, and nothing that is
/// there is changed. They count when their hashes are what the manifest says.
/// </summary>
internal sealed partial class OffsiteFetchAction : IAction
{
    public string Name => "action.offsite-fetch";
    public string Summary => "Copies backups from a remote of rclone and verifies them";

    public ObjectShape Parameters { get; } = new("action.offsite-fetch",
        Required("remote", Rclone.Remote, "the folder there: gdrive:backups/db"),
        Required("to", Text, "a new or empty folder for it, a full path; one that this action began to fill is gone on with"),
        Optional("set", Text with { Pattern = @"^[^/\\]+$", Expected = "a name" }, "only this backup, a file or folder there, with its manifest beside it"),
        Optional("config", Text, "rclone's configuration file, if not the usual one; its credential needs to read only"),
        Optional("manifest", Text, "the SHA-256 manifest: a full path, better one that was kept elsewhere, or a path below what is fetched"),
        Optional("requireManifest", Bool, "whether what cannot be verified fails", true),
        Optional("source", ListOf(Text, allowSingle: true), "folders that must not be touched"),
        Optional("timeout", Shapes.Duration, "how long it may take", TimeSpan.FromHours(8)));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("remote"), $"Copies {(with.TextOrNull("set") is { } set ? $"{CommandText.Quote(set)} and its manifest" : "all files")} to {CommandText.Quote(with.Text("to"))} and verifies their hashes; changes nothing at the remote and nothing that is here",
        [CommandText.Quote(Line(with))], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(WhyNot(with, context)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult<string?>($"{with.Text("to")} cannot be looked at: {error.Message}"); }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(with.Text("to")))!);
            await File.WriteAllTextAsync(Mark(with), with.Text("remote"), cancellation).ConfigureAwait(false);
            var done = await CommandRun.RunAsync(Line(with), with.Duration("timeout") ?? TimeSpan.FromHours(8), context, cancellation).ConfigureAwait(false);
            if (done.Outcome != ActionOutcome.Succeeded) return done;
            var (verdict, manifest) = await Task.Run(() => Verify(with, cancellation), cancellation).ConfigureAwait(false);
            if (verdict?.Wrong is not null) return done with { Outcome = ActionOutcome.Failed, Error = verdict.Word, Message = $"fetched from {with.Text("remote")}, and it is not what the manifest says: {verdict.Wrong}" };
            if (verdict is null && with.Flag("requireManifest")) return done with { Outcome = ActionOutcome.Failed, Error = ProbeErrors.ManifestMissing, Message = $"fetched from {with.Text("remote")}, and it has no manifest to verify it by" };
            return done with
            {
                Message = verdict is null ? $"fetched from {with.Text("remote")} to {with.Text("to")}; not verified: no manifest" : $"{verdict.Files} file(s) with {Say.Bytes(verdict.Bytes)} fetched from {with.Text("remote")} to {with.Text("to")} and verified",
                Value = new Dictionary<string, object?> { ["folder"] = with.Text("to"), ["backup"] = Backup(with), ["files"] = verdict?.Files, ["bytes"] = verdict?.Bytes, ["verified"] = verdict is not null, ["manifest"] = manifest },
            };
        }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, "cancelled while it was verified") { Error = "Cancelled" }; }
        catch (CannotCheckException error) { return new ActionResult(ActionOutcome.Failed, $"fetched, and it could not be verified: {error.Message}") { Error = error.Word }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotKept" }; }
    }

    /// <summary>What is there and verified was fetched; else it is gone on with, which does nothing twice.</summary>
    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try
        {
            if (ScratchGuard.NotEmpty(with.Text("to")) is null) return new CheckResult(CheckState.NotDone, $"{with.Text("to")} is empty");
            var (verdict, _) = await Task.Run(() => Verify(with, cancellation), cancellation).ConfigureAwait(false);
            return verdict is { Wrong: null } ? new CheckResult(CheckState.Done, "all of it is there and verified") : new CheckResult(CheckState.NotDone, verdict?.Wrong ?? "it has no manifest to verify it by");
        }
        catch (CannotCheckException error) { return new CheckResult(CheckState.NotDone, error.Message); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new CheckResult(CheckState.Unknown, error.Message); }
    }

    /// <summary>Copies harm nobody.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static string? WhyNot(Arguments with, ActionContext context)
    {
        var to = with.Text("to");
        if (Rclone.WhyNot(with.Text("remote")) is { } remote) return remote;
        if (ScratchGuard.WhyNotPath(to) is { } path) return path;
        // one that was begun is gone on with
        if (FileStat.Read(Mark(with)) is not null) return File.ReadAllText(Mark(with)) == with.Text("remote") ? CommandLine.WhyNot(Line(with), context.Processes) : $"{to} was begun to be filled from another remote";
        return ScratchGuard.WhyNot(to, with.Texts("source"), []) ?? CommandLine.WhyNot(Line(with), context.Processes);
    }

    private static (HashVerdict? Verdict, string? Manifest) Verify(Arguments with, CancellationToken cancellation)
    {
        BackupFiles.Kind(Backup(with)); // a set that is not there is not one without a manifest
        var manifest = with.TextOrNull("manifest") is { } named ? Path.Combine(with.Text("to"), named) : BackupFiles.ManifestOf(Backup(with));
        return (manifest is null ? null : BackupFiles.Verify(Backup(with), manifest, cancellation), manifest);
    }

    private static string Backup(Arguments with) => with.TextOrNull("set") is { } set ? Path.Combine(with.Text("to"), set) : with.Text("to");

    private static IReadOnlyList<string> Line(Arguments with) => Rclone.Line(with.TextOrNull("config"), ["copy", "--checksum", "--immutable", "--transfers", "4", "--retries", "5", .. Filters(with.TextOrNull("set"))], with.Text("remote"), with.Text("to"));

    /// <summary>The set as a file or a folder, and the manifests that may go with it; its name is no pattern.</summary>
    private static IEnumerable<string> Filters(string? set)
    {
        if (set is null) return [];
        var name = Special().Replace(set, match => $"\\{match.Value}");
        return new[] { $"/{name}", $"/{name}/**", $"/{name}.manifest", $"/{name}.sha256", "/SHA256SUMS" }.SelectMany(filter => (string[])["--include", filter]);
    }

    [GeneratedRegex(@"[*?\[\]{}\\]", RegexOptions.CultureInvariant)] private static partial Regex Special();

    private static string Mark(Arguments with) => Path.TrimEndingDirectorySeparator(with.Text("to")) + ".fetch";
}
