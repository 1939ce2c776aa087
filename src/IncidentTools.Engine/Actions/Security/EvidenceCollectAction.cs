using System.Security.Cryptography;
using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>
/// Takes volatile evidence of this machine, what is gone soonest first. Each attempt has a folder of its own; the manifest is written last and so
/// says that the collection is whole. A collector that fails is recorded and does not stop the others.
/// </summary>
internal sealed class EvidenceCollectAction : IAction
{
    private const string Manifest = "manifest.json", Sums = "SHA256SUMS";
    private const long Spare = 64L << 20;

    public string Name => "action.evidence-collect";
    public string Summary => "Takes evidence of this machine, the most volatile first, each piece hashed";

    public ObjectShape Parameters { get; } = new("action.evidence-collect",
        Required("profile", ListOf(OneOf(EvidenceProfiles.Names), allowSingle: true) with { MinItems = 1 }, "what is taken; the order is always that of volatility"),
        Required("to", Text, "the folder of evidence, a full path; each time gets its own folder in it"),
        Optional("paths", ListOf(Text, allowSingle: true), "profiles web and database: folders whose files are listed with owner, mode and all times, before anything reads them"),
        Optional("files", ListOf(Text, allowSingle: true), "files copied in the turn of the disk, such as access logs; * and ? stand for parts of a name"),
        Optional("database", Text with { Pattern = @"^(?!.*[Pp]assword\s*=)(?!.*://[^/@]*:[^/@]*@).*$", Expected = "a connection string without a password" }, "profile database: connection of psql, which finds the password itself"),
        Optional("memory", CommandLine.Shape, "program and arguments that take an image of the memory; its output is the evidence"),
        Optional("items", ListOf(new ObjectShape("an item",
            Required("name", Slug, "its name in the folder"),
            Required("volatility", OneOf([.. Enum.GetNames<Volatility>().Select(name => name.ToLowerInvariant())]), "its turn"),
            Required("command", CommandLine.Shape, "program and arguments that only look"))), "more collectors"),
        Optional("tools", Text, "folder of trusted programs that go before those of the machine"),
        Optional("timeout", Shapes.Duration, "for each collector", TimeSpan.FromSeconds(30)),
        Optional("maxMegabytes", Int with { Min = 1 }, "more than this of one collector is cut, and said", 1024L));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("to"),
        $"Takes {string.Join(", ", with.Texts("profile"))} into {CommandText.Quote(Path.Combine(with.Text("to"), "evidence-<time of the step>"))}, the most volatile first, and writes {Manifest} and {Sums} there; nothing is overwritten",
        [.. EvidenceProfiles.Items(with).Select(item => item.Line)], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(WhyNot(with));

    private static string? WhyNot(Arguments with)
    {
        if (!Path.IsPathFullyQualified(with.Text("to"))) return $"'{with.Text("to")}' is not a full path";
        if (with.Texts("paths").FirstOrDefault(path => !Path.IsPathFullyQualified(path)) is { } relative) return $"'{relative}' is not a full path";
        if (CommandLine.Of(with, "files").Select(LogFiles.WhyNot).FirstOrDefault(why => why is not null) is { } wrong) return wrong;
        if (EvidenceProfiles.Items(with).SelectMany(item => item.Command).FirstOrDefault(SecretText.IsReference) is { } secret) return $"'{secret}' may not be an argument: everybody on the machine can read it there";
        if (with.TextOrNull("tools") is { } tools && !Directory.Exists(tools)) return $"there is no folder '{tools}'";
        try { return EvidenceFolder.Free(with.Text("to")) is { } free and < Spare ? $"{with.Text("to")} has {free >> 20} MiB free: evidence needs more, and must not fill the disk of the service" : null; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { return $"{with.Text("to")} cannot be looked at: {error.Message}"; }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var folder = Folder(with, context);
        try
        {
            if (Directory.Exists(folder)) return new ActionResult(ActionOutcome.Failed, $"{folder} is there already, and evidence is not overwritten") { Error = "Exists" };
            EvidenceFolder.Create(folder);
            var collector = new EvidenceCollector(folder, with.TextOrNull("tools"), with.Duration("timeout") ?? TimeSpan.FromSeconds(30), (long)with.Int("maxMegabytes", 1024) << 20, context);
            var taken = new List<CollectedItem>();
            foreach (var item in EvidenceProfiles.Items(with)) taken.Add(await collector.TakeAsync(item, taken.Count + 1, cancellation).ConfigureAwait(false));
            var sums = Write(folder, with, taken, context);
            return Result(folder, taken, sums);
        }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, $"cancelled; what was taken so far is in {folder}, without {Sums}") { Error = "Cancelled" }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotKept" }; }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(EvidenceFolder.Check(Folder(with, context), Sums));

    /// <summary>Evidence is not deleted.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static string Write(string folder, Arguments with, List<CollectedItem> taken, ActionContext context)
    {
        var manifest = PlainJson.Write(new Dictionary<string, object?>
        {
            ["schema"] = "incidenttools/evidence/v1", ["host"] = Environment.MachineName, ["system"] = System.Runtime.InteropServices.RuntimeInformation.OSDescription, ["collector"] = Environment.UserName, ["step"] = context.Step,
            ["tool"] = $"IncidentTools {typeof(EvidenceCollectAction).Assembly.GetName().Version?.ToString(3)}", ["profiles"] = with.Texts("profile").Cast<object?>().ToList(),
            ["intendedAt"] = UtcStamp.Format(context.IntendedAt), ["endedAt"] = UtcStamp.Format(context.Time.GetUtcNow()), ["items"] = taken.Select(object? (item) => item.ToPlain()).ToList(),
        });
        EvidenceFolder.Write(Path.Combine(folder, Manifest), manifest);
        var sums = string.Concat(taken.SelectMany(item => item.Files).Select(file => Sha256File.Line(file.Sha256, file.Name))) + Sha256File.Line(Sha256File.Hex(SHA256.HashData(Encoding.UTF8.GetBytes(manifest))), Manifest);
        EvidenceFolder.Write(Path.Combine(folder, Sums), sums);
        return sums;
    }

    private static ActionResult Result(string folder, List<CollectedItem> taken, string sums)
    {
        var bad = taken.Where(item => item.State is "Failed" or "TimedOut").ToList();
        var (good, absent) = (taken.Count(item => item.State == "Collected"), taken.Count(item => item.State == "Absent"));
        var message = $"{good} of {taken.Count} pieces in {folder}{(absent > 0 ? $", {absent} not there on this machine" : "")}{(bad.Count > 0 ? $"; not whole: {string.Join(", ", bad.Select(item => $"{item.Item.Name} ({item.Note ?? $"exit code {item.ExitCode}"})"))}" : "")}";
        return new ActionResult(good > 0 ? ActionOutcome.Succeeded : ActionOutcome.Failed, message)
        {
            Error = good > 0 ? null : "NothingCollected", Output = sums,
            Value = new Dictionary<string, object?>
            {
                ["folder"] = folder, ["collected"] = (long)good, ["absent"] = (long)absent, ["failed"] = bad.Select(object? (item) => item.Item.Name).ToList(), ["bytes"] = taken.SelectMany(item => item.Files).Sum(file => file.Bytes),
                ["manifestSha256"] = Sha256File.Hex(SHA256.HashData(Encoding.UTF8.GetBytes(sums))),
            },
        };
    }

    private static string Folder(Arguments with, ActionContext context) => EvidenceFolder.Of(with.Text("to"), "evidence", context);
}
