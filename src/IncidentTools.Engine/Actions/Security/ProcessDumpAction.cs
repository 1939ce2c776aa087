using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Processes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Keeps the memory of a process, by the program that this machine has for it. The process halts meanwhile and goes on.</summary>
internal sealed class ProcessDumpAction : IAction
{
    private const long Spare = 256L << 20;

    public string Name => "action.process-dump";
    public string Summary => "Keeps the memory of a process, with its hash";

    public ObjectShape Parameters { get; } = new("action.process-dump",
        Required("pid", Int with { Min = 1 }, "id of the process"),
        Required("startedAt", Shapes.DateTime, "when it started, as a probe told: another process that took over the id is not touched"),
        Optional("name", Text, "the program's file name: another one is not touched"),
        Required("to", Text, "the folder of evidence, a full path; each time gets its own folder in it"),
        Optional("tool", OneOf("auto", "gcore", "createdump", "procdump"), "who does it; auto = gcore on Linux, procdump on Windows", "auto"),
        Optional("timeout", Shapes.Duration, "how long it may take: the process stands still as long", TimeSpan.FromMinutes(5)));

    /// <summary>It stands still while it is written, which users feel.</summary>
    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with) => new($"process {with.Int("pid")}", $"Writes the memory of process {with.Int("pid")} into {CommandText.Quote(Path.Combine(with.Text("to"), "dump-<time of the step>"))} and hashes it; it stands still meanwhile and goes on", [CommandText.Quote(Line(with, "<folder>"))], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (!Path.IsPathFullyQualified(with.Text("to"))) return Task.FromResult<string?>($"'{with.Text("to")}' is not a full path");
        if (with.Int("pid") == 1 || with.Int("pid") == Environment.ProcessId) return Task.FromResult<string?>("a process cannot dump itself, and process 1 must not stand still");
        if (new StoppableProcess(with, context).WhyNot(toStop: false) is { } why) return Task.FromResult<string?>(why);
        if (context.Processes.Find(Tool(with)) is null) return Task.FromResult<string?>($"there is no program '{Tool(with)}' on this machine: install it (gcore comes with gdb), or take an image of the whole machine's memory");
        try
        {
            var need = (ProcessList.Find(with.Int("pid"), context.Time)?.RssBytes ?? 0) + Spare;
            return Task.FromResult(EvidenceFolder.Free(with.Text("to")) is { } free && free < need ? $"{with.Text("to")} has {free >> 20} MiB free, and the dump may take {need >> 20} MiB" : null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException) { return Task.FromResult<string?>($"{with.Text("to")} cannot be looked at: {error.Message}"); }
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        if (new StoppableProcess(with, context).WhyNot(toStop: false) is { } why) return new ActionResult(ActionOutcome.Failed, why) { Error = "Refused" };
        var folder = EvidenceFolder.Of(with.Text("to"), "dump", context);
        try
        {
            EvidenceFolder.Create(folder);
            var done = await CommandRun.RunAsync(Line(with, folder), with.Duration("timeout") ?? TimeSpan.FromMinutes(5), context, cancellation).ConfigureAwait(false);
            if (done.Outcome != ActionOutcome.Succeeded) return done;
            var files = Directory.GetFiles(folder);
            if (files.Length == 0) return done with { Outcome = ActionOutcome.Failed, Error = "NoDump", Message = $"{done.Message}, but it wrote no dump" };
            var (bytes, sha256) = await Sha256File.OfAsync(files[0], cancellation).ConfigureAwait(false);
            EvidenceFolder.Write(Path.Combine(folder, "SHA256SUMS"), Sha256File.Line(sha256, Path.GetFileName(files[0])));
            return done with { Message = $"{bytes >> 20} MiB of process {with.Int("pid")} in {files[0]}", Value = new Dictionary<string, object?> { ["file"] = files[0], ["bytes"] = bytes, ["sha256"] = sha256 } };
        }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, $"cancelled; what was written is in {folder}") { Error = "Cancelled" }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotKept" }; }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(EvidenceFolder.Check(EvidenceFolder.Of(with.Text("to"), "dump", context), "SHA256SUMS"));

    /// <summary>Evidence is not deleted.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static string Tool(Arguments with) => (with.TextOrNull("tool") ?? "auto") switch { "procdump" => "procdump.exe", "createdump" => "createdump", "gcore" => "gcore", _ => OperatingSystem.IsWindows() ? "procdump.exe" : "gcore" };

    private static string[] Line(Arguments with, string folder)
    {
        var pid = with.Int("pid").ToString(CultureInfo.InvariantCulture);
        return Tool(with) switch { "procdump.exe" => ["procdump.exe", "-accepteula", "-ma", pid, $@"{folder}\memory.dmp"], "createdump" => ["createdump", "--full", "-f", $"{folder}/memory.dmp", pid], _ => ["gcore", "-o", $"{folder}/memory", pid] };
    }
}
