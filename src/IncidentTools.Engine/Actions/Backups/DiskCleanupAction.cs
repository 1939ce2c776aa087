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
/// Removes exactly the files of a list that somebody approved, each only if it is still what was listed. It never follows a link, never leaves the given
/// folders, and leaves a database's files and logs alone whatever the list says.
/// </summary>
internal sealed partial class DiskCleanupAction : IAction
{
    private sealed record Candidate(string Path, long Bytes, string ModifiedAt);

    public string Name => "action.disk-cleanup";
    public string Summary => "Removes the listed files, each only if it is unchanged since it was listed";

    public ObjectShape Parameters { get; } = new("action.disk-cleanup",
        Required("files", ListOf(new ObjectShape("a file", Required("path", Text, "its full path"), Required("bytes", Int, "its size when it was listed"), Required("modifiedAt", Text, "its time when it was listed"))), "the files of probe.cleanup-candidates"),
        Required("roots", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "folders that they must lie below"));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["removed files cannot be brought back"];

    public ActionPlan Plan(Arguments with)
    {
        var files = Files(with);
        return new ActionPlan(string.Join(", ", with.Texts("roots")), $"Removes {files.Count} file(s) with {Say.Bytes(files.Sum(file => (double)file.Bytes))}, each only if it is still what was listed",
            [.. files.Select(file => $"{CommandText.Quote(["rm", "--", file.Path])} # {file.Bytes} bytes, {file.ModifiedAt}")], null);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(with.Texts("roots").Select(WhyNotRoot).FirstOrDefault(why => why is not null) ?? Files(with).Select(file => WhyNotFile(file, with.Texts("roots"))).FirstOrDefault(why => why is not null)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult<string?>($"it cannot be looked at: {error.Message}"); }
    }

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromResult(new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" });
        var (removed, bytes, kept) = (0L, 0L, new NameList(50));
        foreach (var file in Files(with))
        {
            if (cancellation.IsCancellationRequested) { kept.Add($"{file.Path}: cancelled before"); continue; }
            try
            {
                if (FileStat.Read(file.Path) is null) continue; // gone, which is what was wanted
                if (WhyNotFile(file, with.Texts("roots")) is { } why) { kept.Add(why); continue; }
                if (Changed(file)) { kept.Add($"{file.Path}: changed since it was listed"); continue; }
                File.Delete(file.Path);
                (removed, bytes) = (removed + 1, bytes + file.Bytes);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { kept.Add($"{file.Path}: {error.Message}"); }
        }
        return Task.FromResult(new ActionResult(kept.Count == 0 ? ActionOutcome.Succeeded : ActionOutcome.Failed, $"{removed} file(s) with {Say.Bytes(bytes)} removed{(kept.Count == 0 ? "" : $"; kept: {string.Join("; ", kept.Names.Take(5))}{(kept.Count > 5 ? $"; and {kept.Count - 5} more" : "")}")}")
        {
            Error = kept.Count == 0 ? null : "Incomplete", Value = new Dictionary<string, object?> { ["removed"] = removed, ["bytes"] = bytes, ["kept"] = kept.Names.Cast<object?>().ToList() },
        });
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try
        {
            var left = Files(with).Count(file => FileStat.Read(file.Path) is not null);
            return Task.FromResult(left == 0 ? new CheckResult(CheckState.Done, "none of them is there") : new CheckResult(CheckState.NotDone, $"{left} of them are there"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new CheckResult(CheckState.Unknown, error.Message)); }
    }

    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static string? WhyNotRoot(string root)
    {
        if (ScratchGuard.WhyNotPath(root) is { } path) return path;
        var real = ScratchGuard.RealPath(root);
        if (real == Path.GetPathRoot(real)) return $"{root} is a whole volume";
        return SystemFolder().IsMatch(real) ? $"{root} belongs to the system: nothing in it is removed" : FileStat.Read(real) is { Kind: FileKind.Folder } ? null : $"{root} is not a folder";
    }

    private static string? WhyNotFile(Candidate file, IReadOnlyList<string> roots)
    {
        if (ScratchGuard.WhyNotPath(file.Path) is { } path) return path;
        // the folders on the way, links resolved; the file itself must not be one
        var real = Path.Combine(ScratchGuard.RealPath(Path.GetDirectoryName(file.Path)!), Path.GetFileName(file.Path));
        if (!roots.Select(ScratchGuard.RealPath).Any(root => real.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal))) return $"{file.Path} does not lie below {string.Join(", ", roots)}";
        if (Databases().IsMatch(real)) return $"{file.Path} belongs to a database: never removed here";
        return FileStat.Read(file.Path) is { Kind: not FileKind.File } ? $"{file.Path} is not a file" : null;
    }

    private static bool Changed(Candidate file) => FileStat.Read(file.Path) is not { Kind: FileKind.File } stat || stat.Bytes != file.Bytes || UtcStamp.Format(stat.ModifiedAt) != file.ModifiedAt;

    private static List<Candidate> Files(Arguments with) => [.. with.List("files").OfType<IReadOnlyDictionary<string, object?>>().Select(item => new Candidate(
        (string)item["path"]!, Convert.ToInt64(item["bytes"], System.Globalization.CultureInfo.InvariantCulture), PlainText.Format(item["modifiedAt"])!))];

    [GeneratedRegex(@"^(/(bin|boot|dev|etc|lib|lib64|proc|sbin|sys|usr(/(bin|sbin|lib|share))?)|[A-Za-z]:\\(Windows|Program Files.*))([/\\]|\z)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)] private static partial Regex SystemFolder();
    [GeneratedRegex(@"[/\\](pg_wal|pg_xlog|pg_xact|pg_multixact|base|global)[/\\]|[/\\](ibdata|ib_logfile|undo_)[^/\\]*\z|[.-]bin\.[0-9]{6}\z|[/\\](relay|mysql|mariadb)[^/\\]*-bin[^/\\]*\z|\.(ibd|frm|mdf|ndf|ldf|db-wal|sqlite-wal)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)] private static partial Regex Databases();
}
