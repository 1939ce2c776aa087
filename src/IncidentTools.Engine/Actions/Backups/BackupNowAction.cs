using System.IO.Enumeration;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Integrity;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>Makes a backup by the catalogue's command. It counts only when a new file is there, large enough, and has a hash.</summary>
internal sealed class BackupNowAction : IAction
{
    public string Name => "action.backup-now";
    public string Summary => "Makes a backup by its command and hashes the file that came of it";

    public ObjectShape Parameters { get; } = new("action.backup-now",
        Required("command", CommandLine.Shape, "program and arguments that make it"),
        Required("result", Text, "the file it makes, a full path; * and ? in its name stand for what changes"),
        Optional("name", Text, "of what, for people"),
        Optional("minBytes", Int with { Min = 1 }, "a smaller file is no backup", 1L),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether it is whole: exit code 0 = yes; settles an attempt whose result was lost"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromHours(2)));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with)
    {
        var hook = Hook(with);
        return new ActionPlan(with.TextOrNull("name") ?? hook.Command.FirstOrDefault() ?? "", $"Makes a backup, then looks for {CommandText.Quote(with.Text("result"))} of at least {with.Int("minBytes", 1)} bytes and hashes it", hook.Lines, null);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        Task.FromResult(!Path.IsPathFullyQualified(with.Text("result")) ? $"'{with.Text("result")}' is not a full path" : Hook(with).WhyNot(context));

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var done = await Hook(with).RunAsync(context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        try
        {
            if (Newest(with.Text("result"), context.IntendedAt) is not var (path, stat)) return done with { Outcome = ActionOutcome.Failed, Error = ProbeErrors.Missing, Message = $"{done.Message}, but there is no new {with.Text("result")}" };
            if (stat.Bytes < with.Int("minBytes", 1)) return done with { Outcome = ActionOutcome.Failed, Error = ProbeErrors.TooSmall, Message = $"{done.Message}, but {path} has only {stat.Bytes} bytes" };
            var (bytes, hash) = await Task.Run(() => FileHash.Of(path, cancellation), cancellation).ConfigureAwait(false);
            return done with
            {
                Message = $"{done.Message}; {path} has {bytes} bytes and SHA-256 {hash}",
                Value = new Dictionary<string, object?> { ["file"] = path, ["bytes"] = bytes, ["sha256"] = hash, ["modifiedAt"] = stat.ModifiedAt },
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return done with { Outcome = ActionOutcome.Failed, Error = ProbeErrors.Unreadable, Message = $"{done.Message}, but its file cannot be read: {error.Message}" }; }
    }

    /// <summary>A file that is there may have been cut with the command that wrote it: only verify knows.</summary>
    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try
        {
            if (Newest(with.Text("result"), context.IntendedAt) is not var (path, _)) return new CheckResult(CheckState.NotDone, $"there is no {with.Text("result")} from after {UtcStamp.Format(context.IntendedAt)}");
            return with.Has("verify") ? await Hook(with).CheckAsync(context, cancellation).ConfigureAwait(false) : new CheckResult(CheckState.Unknown, $"{path} is new, and whether it is whole nobody can tell: give verify");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new CheckResult(CheckState.Unknown, error.Message); }
    }

    /// <summary>A backup more harms nobody.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static (string Path, FileStat Stat)? Newest(string pattern, DateTimeOffset after)
    {
        var folder = Path.GetDirectoryName(pattern)!;
        if (!Directory.Exists(folder)) return null;
        // file systems cut times, some to whole seconds
        var since = after.AddSeconds(-2);
        var found = Directory.EnumerateFiles(folder).Where(file => FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), Path.GetFileName(file), OperatingSystem.IsWindows()))
            .Select(file => (file, Stat: FileStat.Read(file))).Where(item => item.Stat is { Kind: FileKind.File } stat && stat.ModifiedAt >= since).OrderByDescending(item => item.Stat!.ModifiedAt).FirstOrDefault();
        return found.Stat is null ? null : (found.file, found.Stat);
    }

    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "command"), []);
}
