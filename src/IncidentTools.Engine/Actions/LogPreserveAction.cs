using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions;

/// <summary>
/// Copies log files with their hashes before a restart destroys what they say. Each attempt has a folder of its own, named by the time of its
/// intent, so that nothing is ever overwritten; the manifest is written last and so says that the copy is whole.
/// </summary>
internal sealed class LogPreserveAction : IAction
{
    private const string Manifest = "SHA256SUMS";
    private const long Spare = 64L << 20;

    public string Name => "action.log-preserve";
    public string Summary => "Copies log files, with a SHA-256 manifest, into a folder of evidence";

    public ObjectShape Parameters { get; } = new("action.log-preserve",
        Required("files", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "full paths; * and ? stand for parts of a name"),
        Required("to", Text, "the folder of evidence, a full path; each time gets its own folder in it"),
        Optional("maxMegabytes", Int with { Min = 1 }, "more than this is refused", 2048L));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("to"),
        $"Copies {string.Join(", ", Patterns(with).Select(CommandText.Quote))} into {CommandText.Quote(Path.Combine(with.Text("to"), "logs-<time of the step>"))} and writes {Manifest} there; at most {with.Int("maxMegabytes", 2048)} MiB; nothing is overwritten", [], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try { return Task.FromResult(WhyNot(with)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { return Task.FromResult<string?>($"the files cannot be looked for: {error.Message}"); }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var folder = Folder(with, context);
        try
        {
            if (Directory.Exists(folder)) return new ActionResult(ActionOutcome.Failed, $"{folder} is there already, and evidence is not overwritten") { Error = "Exists" };
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var kept = new List<KeptFile>();
            foreach (var file in Patterns(with).SelectMany(LogFiles.Find).DistinctBy(file => file.Path)) kept.Add(await LogCopy.KeepAsync(file, folder, cancellation).ConfigureAwait(false));
            var sums = string.Concat(kept.Where(file => file.Sha256 is not null).Select(Line));
            using (var manifest = new FileStream(Path.Combine(folder, Manifest), FileMode.CreateNew, FileAccess.Write))
            {
                manifest.Write(Encoding.UTF8.GetBytes(sums));
                manifest.Flush(flushToDisk: true);
            }
            return Result(folder, kept, sums, [.. Patterns(with).Where(pattern => LogFiles.Find(pattern).Count == 0)]);
        }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, $"cancelled; what was copied so far is in {folder}, without {Manifest}") { Error = "Cancelled" }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotKept" }; }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var folder = Folder(with, context);
        try
        {
            return Task.FromResult(!Directory.Exists(folder) ? new CheckResult(CheckState.NotDone, $"there is no {folder}")
                : File.Exists(Path.Combine(folder, Manifest)) ? new CheckResult(CheckState.Done, $"{Path.Combine(folder, Manifest)} was written, which is the last thing done")
                : new CheckResult(CheckState.NotDone, $"{folder} has no {Manifest}: the copy was broken off; it stays, and the next attempt has its own folder"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return Task.FromResult(new CheckResult(CheckState.Unknown, error.Message)); }
    }

    /// <summary>Copies harm nobody, and evidence is not deleted.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static string? WhyNot(Arguments with)
    {
        if (Patterns(with).Select(LogFiles.WhyNot).FirstOrDefault(why => why is not null) is { } wrong) return wrong;
        if (!Path.IsPathFullyQualified(with.Text("to"))) return $"'{with.Text("to")}' is not a full path";
        var files = Patterns(with).SelectMany(LogFiles.Find).DistinctBy(file => file.Path).ToList();
        if (files.Count == 0) return $"no file matches {string.Join(", ", Patterns(with))}";
        var bytes = files.Sum(LogFiles.Size);
        if (bytes > (long)with.Int("maxMegabytes", 2048) << 20) return $"{bytes >> 20} MiB in {files.Count} files are more than the {with.Int("maxMegabytes", 2048)} MiB allowed; raise maxMegabytes or name fewer files";
        // evidence must not fill the disk that the service needs
        return Free(with.Text("to")) is { } free && bytes + Spare > free ? $"{bytes >> 20} MiB would be copied, and {with.Text("to")} has {free >> 20} MiB free" : null;
    }

    private static ActionResult Result(string folder, List<KeptFile> kept, string sums, string[] unmatched)
    {
        var missed = kept.Where(file => file is { Why: not null, IsLink: false }).ToList();
        var done = kept.Where(file => file.Bytes is not null).ToList();
        var notes = kept.Where(file => file.Why is not null).Select(file => $"{file.Source}: {file.Why}").Concat(unmatched.Select(pattern => $"{pattern}: nothing matches")).ToList();
        var message = $"{done.Count} files, {done.Sum(file => file.Bytes!.Value)} bytes in {folder}" + (notes.Count == 0 ? "" : $"; not kept: {string.Join("; ", notes)}");
        return new ActionResult(missed.Count == 0 ? ActionOutcome.Succeeded : ActionOutcome.Failed, message)
        {
            Error = missed.Count == 0 ? null : "Incomplete", Output = sums,
            Value = new Dictionary<string, object?>
            {
                ["folder"] = folder, ["files"] = (long)done.Count, ["bytes"] = done.Sum(file => file.Bytes!.Value), ["notKept"] = notes.Cast<object?>().ToList(),
                ["manifestSha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(sums))).ToLowerInvariant(),
            },
        };
    }

    /// <summary>As <c>sha256sum -c</c> reads it: a name with a line break or backslash is escaped, and the line says so.</summary>
    private static string Line(KeptFile file)
    {
        var name = file.Target.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);
        return $"{(name == file.Target ? "" : "\\")}{file.Sha256}  {name}\n";
    }

    private static string Folder(Arguments with, ActionContext context) => Path.Combine(with.Text("to"), $"logs-{context.IntendedAt.UtcDateTime:yyyyMMdd'T'HHmmss.ffffff'Z'}");
    private static IReadOnlyList<string> Patterns(Arguments with) => CommandLine.Of(with, "files");

    /// <summary>Null for a share of another machine on Windows, which has no drive to ask.</summary>
    private static long? Free(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } parent) folder = parent;
        return folder.StartsWith(@"\\", StringComparison.Ordinal) ? null : new DriveInfo(folder).AvailableFreeSpace;
    }
}
