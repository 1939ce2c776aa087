using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Seals a folder of evidence: a manifest over all of it, a second copy that is compared, both read-only. The hash of the seal goes into the journal, where nobody can change it unseen.</summary>
internal sealed class EvidenceSealAction : IAction
{
    private const string Custody = "custody.json";

    public string Name => "action.evidence-seal";
    public string Summary => "Seals a folder of evidence with one hash over all of it, makes a second copy and both read-only";

    public ObjectShape Parameters { get; } = new("action.evidence-seal",
        Required("folder", Text, "the folder of evidence, a full path"),
        Optional("copyTo", Text, "folder for a second copy, on another disk or machine; a full path"),
        Optional("readOnly", Bool, "whether files and folders are made read-only", true),
        Optional("custodian", Text, "who keeps it from now on, for the chain of custody"),
        Optional("purpose", Text, "what it is evidence of, for the chain of custody"));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("folder"),
        $"Writes {SealedFolder.FileName} over every file in {CommandText.Quote(with.Text("folder"))}{(with.TextOrNull("copyTo") is { } copy ? $", copies all of it to {CommandText.Quote(Copy(with.Text("folder"), copy))} and compares" : ", without a second copy")}{(with.Flag("readOnly") ? ", and makes it read-only" : "")}", [], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(WhyNot(with));

    private static string? WhyNot(Arguments with)
    {
        var (folder, copyTo) = (with.Text("folder"), with.TextOrNull("copyTo"));
        if (new[] { folder, copyTo }.FirstOrDefault(path => path is not null && !Path.IsPathFullyQualified(path)) is { } relative) return $"'{relative}' is not a full path";
        try
        {
            if (!Directory.Exists(folder)) return $"there is no folder '{folder}'";
            if (SealedFolder.Files(folder).Count == 0) return $"there is nothing in {folder} to seal";
            if (copyTo is null) return null;
            if (LogFiles.IsBelow(LogFiles.RealPath(copyTo), LogFiles.RealPath(folder)) || LogFiles.RealPath(copyTo) == LogFiles.RealPath(folder)) return "the second copy may not lie within the first";
            var bytes = SealedFolder.Files(folder).Sum(file => new FileInfo(Path.Combine(folder, file)).Length);
            return EvidenceFolder.Free(copyTo) is { } free && bytes > free ? $"{bytes >> 20} MiB would be copied, and {copyTo} has {free >> 20} MiB free" : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { return $"{folder} cannot be looked at: {error.Message}"; }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var folder = with.Text("folder");
        try
        {
            var path = Path.Combine(folder, SealedFolder.FileName);
            if (!File.Exists(path))
            {
                Record(with, folder, context);
                EvidenceFolder.Write(path, await SealedFolder.ManifestAsync(folder, cancellation).ConfigureAwait(false));
            }
            var report = await SealedFolder.VerifyAsync(folder, cancellation).ConfigureAwait(false);
            if (report.Problems.Count > 0) return Broken(folder, report);
            var copy = with.TextOrNull("copyTo") is { } to ? Copy(folder, to) : null;
            if (copy is not null)
            {
                if (!File.Exists(Path.Combine(copy, SealedFolder.FileName))) await EvidenceCopy.MakeAsync(folder, copy, cancellation).ConfigureAwait(false);
                var second = await SealedFolder.VerifyAsync(copy, cancellation).ConfigureAwait(false);
                if (second.Problems.Count > 0 || second.SealSha256 != report.SealSha256) return Broken(copy, second with { Problems = [.. second.Problems.DefaultIfEmpty("it has another seal")] });
            }
            if (with.Flag("readOnly")) foreach (var place in new[] { folder, copy }.OfType<string>()) EvidenceCopy.MakeReadOnly(place);
            return new ActionResult(ActionOutcome.Succeeded, $"{report.Files} files in {folder} are sealed{(copy is null ? "" : $", and their copy in {copy} is the same")}: {report.SealSha256}")
            {
                Value = new Dictionary<string, object?> { ["folder"] = folder, ["copy"] = copy, ["files"] = (long)report.Files, ["sealSha256"] = report.SealSha256 },
            };
        }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, "cancelled while it was sealed") { Error = "Cancelled" }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotSealed" }; }
    }

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        try
        {
            foreach (var place in new[] { with.Text("folder"), with.TextOrNull("copyTo") is { } to ? Copy(with.Text("folder"), to) : null }.OfType<string>())
            {
                var report = await SealedFolder.VerifyAsync(place, cancellation).ConfigureAwait(false);
                if (report.SealSha256 is null) return new CheckResult(CheckState.NotDone, report.Problems[0]);
                if (report.Problems.Count > 0) return new CheckResult(CheckState.Unknown, $"{place}: {report.Problems[0]}");
            }
            return new CheckResult(CheckState.Done, "it is sealed, and nothing differs from the seal");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new CheckResult(CheckState.Unknown, error.Message); }
    }

    /// <summary>A seal is not broken again.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static void Record(Arguments with, string folder, ActionContext context)
    {
        var path = Path.Combine(folder, Custody);
        if (File.Exists(path)) return; // from an attempt that was broken off
        EvidenceFolder.Write(path, PlainJson.Write(new Dictionary<string, object?>
        {
            ["schema"] = "incidenttools/custody/v1", ["sealedAt"] = UtcStamp.Format(context.Time.GetUtcNow()), ["host"] = Environment.MachineName, ["sealedBy"] = Environment.UserName, ["custodian"] = with.TextOrNull("custodian") ?? Environment.UserName,
            ["purpose"] = with.TextOrNull("purpose"), ["step"] = context.Step, ["copyTo"] = with.TextOrNull("copyTo"),
        }));
    }

    private static ActionResult Broken(string place, SealReport report) => new(ActionOutcome.Failed, $"{place} is not as it was sealed: {string.Join("; ", report.Problems.Take(5))}") { Error = "SealBroken" };
    private static string Copy(string folder, string to) => Path.Combine(to, Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)));
}
