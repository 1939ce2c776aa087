using System.Text.Json;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Takes files out of the way without destroying them: hash and metadata on record, no right left on them, and a way back that restores them exactly.</summary>
internal sealed class FileQuarantineAction : IAction
{
    private const string Whole = "QUARANTINE";
    /// <summary>What a machine needs to run or to be logged in to; and what is no file at all.</summary>
    private static readonly string[] Guarded = ["/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/boot", "/proc", "/sys", "/dev", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/sudoers", "/etc/pam.d", "/etc/fstab", @"C:\Windows"];

    public string Name => "action.file-quarantine";
    public string Summary => "Moves files into quarantine, with hash and metadata on record";

    public ObjectShape Parameters { get; } = new("action.file-quarantine",
        Required("files", ListOf(Text, allowSingle: true) with { MinItems = 1, MaxItems = 200 }, "full paths, each exactly one file"),
        Required("to", Text, "the quarantine, a full path that no server serves; each time gets its own folder in it"),
        Optional("expect", ListOf(Text with { Pattern = "^([0-9A-Fa-f]{64})?$", Expected = "a SHA-256" }, allowSingle: true), "SHA-256 of each file, in the same order: another one is not touched"));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with)
    {
        var files = CommandLine.Of(with, "files");
        var folder = CommandText.Quote(Path.Combine(with.Text("to"), "quarantine-<time of the step>"));
        return new ActionPlan(string.Join(", ", files.Take(3)) + (files.Count > 3 ? $" and {files.Count - 3} more" : ""),
            $"Records hash, owner, mode and times of {string.Join(", ", files.Select(CommandText.Quote))}, moves {(files.Count == 1 ? "it" : "them")} to {folder} and takes all rights away", [], $"moves {(files.Count == 1 ? "it" : "them")} back out of {folder} with owner, mode and time of writing as they were, when the hash is still the same");
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var (files, expected, to) = (CommandLine.Of(with, "files"), with.Texts("expect"), with.Text("to"));
        if (!Path.IsPathFullyQualified(to)) return $"'{to}' is not a full path";
        if (expected.Count > 0 && expected.Count != files.Count) return $"{expected.Count} hashes are given for {files.Count} files";
        if (files.Distinct(StringComparer.Ordinal).Count() != files.Count) return "a file is named twice";
        foreach (var (file, index) in files.Select((file, index) => (file, index)))
            try { if (await WhyNotAsync(file, to, expected.ElementAtOrDefault(index) ?? "", cancellation).ConfigureAwait(false) is { } why) return why; }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return $"{file}: {error.Message}"; }
        return null;
    }

    private static async Task<string?> WhyNotAsync(string file, string to, string expected, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(file) || file.Split('/', '\\').Contains("..")) return $"'{file}' is not a full path";
        if (Directory.Exists(file)) return $"{file} is a folder: name its files";
        var info = new FileInfo(file);
        if (info.LinkTarget is { } target) return $"{file} is a link to {target}: name the file itself";
        if (!info.Exists) return $"there is no file {file}";
        if (StatFacts.Of(file) is { IsRegular: false }) return $"{file} is no regular file";
        var real = LogFiles.RealPath(file);
        if (Guarded.FirstOrDefault(place => real == place || LogFiles.IsBelow(real, place)) is { } guarded) return $"{file} lies in {guarded}, which the machine itself needs: replace it from its package instead";
        if (LogFiles.IsBelow(real, AppContext.BaseDirectory) || real == Environment.ProcessPath) return $"{file} belongs to this program";
        if (LogFiles.IsBelow(real, LogFiles.RealPath(to))) return $"{file} is in quarantine already";
        return expected.Length > 0 && !expected.Equals((await Sha256File.OfAsync(file, cancellation).ConfigureAwait(false)).Sha256, StringComparison.OrdinalIgnoreCase) ? $"{file} is not what was found before: it has another hash" : null;
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var folder = Folder(with, context);
        var moved = new List<QuarantineRecord>();
        try
        {
            if (Directory.Exists(folder)) return new ActionResult(ActionOutcome.Failed, $"{folder} is there already") { Error = "Exists" };
            EvidenceFolder.Create(folder);
            foreach (var file in CommandLine.Of(with, "files"))
            {
                // not between hash and move: half of one file is worse than all of it
                cancellation.ThrowIfCancellationRequested();
                var record = await QuarantineRecord.OfAsync(file, folder, moved.Count + 1, CancellationToken.None).ConfigureAwait(false);
                await QuarantineMove.InAsync(record, CancellationToken.None).ConfigureAwait(false);
                moved.Add(record);
            }
            EvidenceFolder.Write(Path.Combine(folder, Whole), string.Concat(moved.Select(record => Sha256File.Line(record.Sha256, record.Path))));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            // some are moved and some are not: nobody should have to guess, so those that were moved go back
            var (_, left) = await BackAsync(folder, CancellationToken.None).ConfigureAwait(false);
            var why = error is OperationCanceledException ? "cancelled" : error.Message;
            return left.Count == 0 ? new ActionResult(ActionOutcome.Failed, $"{why}; what was moved is back in its place") { Error = "NotMoved" } : new ActionResult(ActionOutcome.InDoubt, $"{why}; and not put back: {string.Join("; ", left)}") { Error = "HalfDone" };
        }
        return new ActionResult(ActionOutcome.Succeeded, $"{moved.Count} file(s) in {folder}: {string.Join(", ", moved.Take(5).Select(record => $"{record.Path} ({record.Sha256[..12]}…)"))}")
        {
            Value = new Dictionary<string, object?> { ["folder"] = folder, ["files"] = moved.Select(object? (record) => record.ToPlain()).ToList() }, UndoData = new Dictionary<string, object?> { ["folder"] = folder },
        };
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var state = EvidenceFolder.Check(Folder(with, context), Whole);
        // broken off in the middle: the records say what was moved, and a person decides
        return Task.FromResult(state.State == CheckState.NotDone && Directory.Exists(Folder(with, context)) && Directory.EnumerateFiles(Folder(with, context)).Any() ? new CheckResult(CheckState.Unknown, $"{Folder(with, context)} was not finished: its records say what was moved") : state);
    }

    public bool CanUndo(Arguments with) => true;

    public async Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var folder = undoData.GetValueOrDefault("folder") as string ?? Folder(with, context);
        if (!Directory.Exists(folder)) return new ActionResult(ActionOutcome.Failed, $"there is no {folder}, so nothing can be put back") { Error = "NotPutBack" };
        var (back, left) = await BackAsync(folder, cancellation).ConfigureAwait(false);
        return left.Count == 0 ? new ActionResult(ActionOutcome.Succeeded, $"{back} file(s) are back in their places exactly as they were") : new ActionResult(ActionOutcome.Failed, $"{back} file(s) are back; not put back: {string.Join("; ", left)}") { Error = "NotPutBack" };
    }

    private static async Task<(int Back, List<string> Left)> BackAsync(string folder, CancellationToken cancellation)
    {
        var (back, left) = (0, new List<string>());
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            try
            {
                var record = QuarantineRecord.Read(await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false));
                if (await QuarantineMove.OutAsync(record, cancellation).ConfigureAwait(false) is { } why) left.Add(why);
                else back++;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException) { left.Add($"{file}: {error.Message}"); }
        return (back, left);
    }

    private static string Folder(Arguments with, ActionContext context) => EvidenceFolder.Of(with.Text("to"), "quarantine", context);
}
