using System.Text.Json.Serialization;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>An entry of a run. Runs of an incident share the incident's stream, so each entry names its run.</summary>
public interface IRunEntry : IEntryData
{
    string Run { get; }
}

/// <summary>An approval rule as bound to a run when it started: later changes of the policy do not reach it.</summary>
public sealed record RunApproval(IReadOnlyList<string> By, int Min, bool NotRequester, TimeSpan? Expires, string? Assurance);

/// <param name="Source">SHA-256 of the runbook's source, kept as content in the same append.</param>
/// <param name="Bound">What else the run needs of the workspace, kept the same way: <c>template:page</c>, <c>file:scripts/check.ps1</c> → SHA-256.</param>
/// <param name="Approvals">Rules by impact (low, medium, high).</param>
public sealed record RunStarted(
    string Run, string Runbook, string Version, string Title, string Source, IReadOnlyDictionary<string, string> Bound, string? Incident,
    [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?> Parameters,
    [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?> Service,
    IReadOnlyDictionary<string, RunApproval> Approvals, bool SoleOperator) : IRunEntry
{
    /// <summary>Whether the policy lets a sole operator approve without a reason.</summary>
    public bool SoleWithoutReason { get; init; }
    /// <summary>Of an exercise: what simulated results it takes; null for every other run.</summary>
    [JsonConverter(typeof(PlainMapConverter))]
    public IReadOnlyDictionary<string, object?>? Exercise { get; init; }

    public string Describe() => $"Runbook {Runbook} {Version} started{(Exercise is null ? "" : " as an exercise")}";
}

/// <summary>The run follows a newer text of its runbook from here on: somebody accepted the change, and no step visited so far differs.</summary>
/// <param name="Source">SHA-256 of the text, kept as content in the same append.</param>
public sealed record RunAdopted(string Run, string Version, string Source, IReadOnlyDictionary<string, string> Bound) : IRunEntry
{
    public string Describe() => $"Run goes on with version {Version} of its runbook";
}

/// <summary>Somebody drives the run from here on. Whoever did may not approve where four eyes are asked for.</summary>
public sealed record RunLeased(string Run, long Epoch) : IRunEntry
{
    bool IEntryData.IsDetail => true;
    public string Describe() => $"Run taken over (epoch {Epoch})";
}

/// <param name="Rollback">Whether what was done is to be taken back once the run is at rest.</param>
public sealed record RunCancelRequested(string Run, string? Reason, bool Rollback = false) : IRunEntry
{
    public string Describe() => $"Cancel of the run requested{(Reason is null ? "" : $": {Reason}")}";
}

public sealed record RunEnded(string Run, string Result, string Message) : IRunEntry
{
    public string Describe() => $"Run ended {Result}{(Message.Length == 0 ? "" : $": {Message}")}";
}

/// <summary>The run is not begun before other runs of its runbook and service have ended.</summary>
public sealed record RunQueued(string Run, string Behind) : IRunEntry
{
    public string Describe() => $"Run is queued behind {Behind}";
}

/// <summary>What the run did is taken back from here on, the last first.</summary>
/// <param name="Frame">Path of the runbook that is taken back: empty for the run's own, else a child's.</param>
public sealed record RollbackStarted(string Run, string Frame, string Reason) : IRunEntry
{
    public string Describe() => $"Rollback started{(Reason.Length == 0 ? "" : $": {Reason}")}";
}

/// <summary>One of the step lists that a group runs: a branch, an item, a child runbook.</summary>
/// <param name="Name">Branch id, <c>[key]</c> of an item, empty for a child runbook: the segment of its path.</param>
/// <param name="Key">Of an item, as it is shown.</param>
/// <param name="Source">Of a child runbook: SHA-256 of its text.</param>
public sealed record FrameMember(
    string Name, string? Key = null, [property: JsonConverter(typeof(PlainValueConverter))] object? Item = null, string? Source = null,
    [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?>? Parameters = null);

/// <summary>Branches, items or the child that a step opens: a snapshot, so that a resumed run works on what it began with.</summary>
public sealed record GroupOpened(string Run, string Path, IReadOnlyList<FrameMember> Members) : IRunEntry
{
    bool IEntryData.IsDetail => true;
    public string Describe() => $"Step {Path} opens {Members.Count}";
}

/// <summary>A branch, item or child came to its end.</summary>
/// <param name="Path">The frame: <c>/fan#1/branch</c>.</param>
public sealed record FrameEnded(
    string Run, string Path, string Result, string Message, [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?>? Outputs = null) : IRunEntry
{
    bool IEntryData.IsDetail => true;
    public bool IsGood => Result is "Succeeded" or "SucceededWithFailures";
    public string Describe() => $"{Path} ended {Result}{(Message.Length == 0 ? "" : $": {Message}")}";
}

/// <param name="Path">The instance: <c>/step#visit</c>, within frames <c>/fan#1/branch/step#1</c>.</param>
public sealed record StepEntered(string Run, string Path, string Step, int Visit) : IRunEntry
{
    /// <summary>What it finds and says is not for everybody: reports leave it out.</summary>
    public bool Restricted { get; init; }
    bool IEntryData.IsDetail => true;
    public string Describe() => $"Step {Path} begins";
}

/// <summary>Durable before the effect: an intent without a result is in doubt.</summary>
public sealed record StepIntended(
    string Run, string Path, int Attempt, [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?> With, string PlanHash) : IRunEntry
{
    /// <summary>What the step counted as when it was begun, and what raised it above what the runbook declares.</summary>
    public string? Impact { get; init; }
    public IReadOnlyList<string>? ImpactReasons { get; init; }
    bool IEntryData.IsDetail => true;
    public string Describe() => $"Step {Path} attempt {Attempt} intended";
}

/// <summary>A program of the attempt runs: whoever takes over after a crash ends or awaits it before asking what became of the attempt.</summary>
public sealed record StepStarted(string Run, string Path, int Attempt, int Pid, DateTimeOffset ProcessStartedAt, string Host) : IRunEntry
{
    bool IEntryData.IsDetail => true;
    public string Describe() => $"Step {Path} attempt {Attempt} runs as process {Pid} on {Host}";
}

/// <summary>What came of an attempt on one of its machines: known whatever becomes of the others.</summary>
/// <param name="Status">Succeeded, Failed or InDoubt.</param>
public sealed record StepHostFinished(
    string Run, string Path, int Attempt, string Host, string Status, int? ExitCode, [property: JsonConverter(typeof(PlainValueConverter))] object? Value, string? Error, string Message) : IRunEntry
{
    bool IEntryData.IsDetail => true;
    public StepInstance Fold(StepInstance instance) => instance with { Hosts = new Dictionary<string, HostResult>(instance.Hosts, StringComparer.Ordinal) { [Host] = new HostResult(Host, Status, ExitCode, Value, Error, Message) } };
    public string Describe() => $"Step {Path} on {Host}: {Status}{(Message.Length == 0 ? "" : $", {Message}")}";
}

/// <summary>Somebody decided that a step is not to be done. Holds for its current visit, else for the next.</summary>
public sealed record StepSkipRequested(string Run, string Step, string Reason) : IRunEntry
{
    public string Describe() => $"Step {Step} is to be left out: {Reason}";
}

/// <summary>
/// An attempt that is not the last word: Failed and tried again at <paramref name="RetryAt"/>, InDoubt, NotDone (found to have had no effect), or
/// Detached: its effect goes on by itself, and a check asks how far it is.
/// </summary>
public sealed record StepAttempted(string Run, string Path, int Attempt, string Outcome, string? Error, string Message, DateTimeOffset? RetryAt) : IRunEntry
{
    /// <summary>Of a detached effect: what it is known by.</summary>
    [JsonConverter(typeof(PlainValueConverter))]
    public object? Handle { get; init; }

    public string Describe() => $"Step {Path} attempt {Attempt}: {Outcome}{(Message.Length == 0 ? "" : $", {Message}")}";
}

/// <param name="Goto">Where a switch led.</param>
/// <param name="SettledBy">check or the person who said what became of an attempt in doubt; null = its own result.</param>
/// <param name="Sets">Whether the value's members become variables of the run.</param>
public sealed record StepFinished(
    string Run, string Path, string State, [property: JsonConverter(typeof(PlainValueConverter))] object? Value, string? Error, string Message, string? Goto, string? SettledBy, bool Sets = false) : IRunEntry
{
    /// <summary>Of a probe: Pass, Warn, Fail, Error or Skipped.</summary>
    public string? Status { get; init; }
    /// <summary>What stands behind the value, plain data: observations, thresholds, unit, output, undo data.</summary>
    [JsonConverter(typeof(PlainMapConverter))]
    public IReadOnlyDictionary<string, object?>? Detail { get; init; }

    public string Describe() => $"Step {Path} {State}{(Message.Length == 0 ? "" : $": {Message}")}";
}

/// <summary>A guard of a step found something, or could not look.</summary>
public sealed record GuardTripped(string Run, string Path, string Probe, string Status, string Message, bool Ends) : IRunEntry
{
    public string Describe() => $"Guard {Probe} of {Path}: {Status}{(Message.Length == 0 ? "" : $", {Message}")}{(Ends ? "; the attempt is ended" : "")}";
}

/// <summary>Somebody did by hand what a step would do. Holds for its current visit, else for the next.</summary>
public sealed record StepDoneByHand(string Run, string Step, [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?> Value, string Note) : IRunEntry
{
    public string Describe() => $"Step {Step} was done by hand: {Note}";
}

/// <summary>Something was done in the course of the run that no step of its runbook foresees.</summary>
/// <param name="Number">From 1, in the order of recording.</param>
public sealed record AdHocDone(string Run, int Number, string Title, string Phase, string Note, [property: JsonConverter(typeof(PlainMapConverter))] IReadOnlyDictionary<string, object?> Value) : IRunEntry
{
    public string Describe() => $"Done besides the runbook: {Title}{(Note.Length == 0 ? "" : $": {Note}")}";
}

/// <summary>What is done every so often beside the main line begins: a step list of its own.</summary>
/// <param name="Path">Of its frame: <c>/updates~</c>.</param>
public sealed record LaneOpened(string Run, string Path, string Name) : IRunEntry
{
    bool IEntryData.IsDetail => true;
    public string Describe() => $"{Name} begins, again and again";
}

/// <summary>A run that ended goes on: the items of its last step that failed are tried again.</summary>
public sealed record RunReopened(string Run, string Path) : IRunEntry
{
    public string Describe() => $"Run goes on: what failed of {Path} is tried again";
}

/// <summary>A finished step is to be taken back: durable before it is.</summary>
public sealed record UndoIntended(string Run, string Path, string Summary) : IRunEntry
{
    public string Describe() => $"Step {Path} is to be taken back: {Summary}";
}

/// <param name="State">Undone or UndoFailed.</param>
public sealed record UndoFinished(string Run, string Path, string State, string? Error, string Message) : IRunEntry
{
    public string Describe() => $"Step {Path} {(State == "Undone" ? "was taken back" : "could not be taken back")}{(Message.Length == 0 ? "" : $": {Message}")}";
}

/// <param name="Kind">Answer, Approval, Timer or InDoubt.</param>
/// <param name="Choices">The words that answer it; empty = free.</param>
/// <param name="PlanHash">What an approval binds to.</param>
public sealed record WaitOpened(string Run, string Path, string Wait, string Kind, string Prompt, IReadOnlyList<string> Choices, DateTimeOffset? DueAt, string? PlanHash, RunApproval? Rule) : IRunEntry
{
    bool IEntryData.IsDetail => Kind == "Timer";
    public string Describe() => $"Step {Path} waits ({Kind}): {Prompt}";
}

/// <param name="Sole">Why somebody approved what they asked for themselves; null where four eyes were kept.</param>
public sealed record WaitAnswered(
    string Run, string Wait, string Answer, [property: JsonConverter(typeof(PlainValueConverter))] object? Value, string? Note, string? Sole) : IRunEntry
{
    public string Describe() => $"Answered: {Answer}{(Note is null ? "" : $" ({Note})")}{(Sole is null ? "" : $", as the only operator: {Sole}")}";
}

/// <summary>Entry types of runs. Free text, arguments and results are sealed.</summary>
public static class RunEntries
{
    public static IReadOnlyList<EntryType> All { get; } =
    [
        EntryType.Of<RunStarted>("run.started", 1, RunJson.Default, "/parameters", "/exercise"),
        EntryType.Of<RunAdopted>("run.adopted", 1, RunJson.Default),
        EntryType.Of<RunQueued>("run.queued", 1, RunJson.Default),
        EntryType.Of<RollbackStarted>("rollback.started", 1, RunJson.Default, "/reason"),
        EntryType.Of<GroupOpened>("group.opened", 1, RunJson.Default, "/members/*/key", "/members/*/item", "/members/*/parameters"),
        EntryType.Of<FrameEnded>("frame.ended", 1, RunJson.Default, "/message", "/outputs"),
        EntryType.Of<RunLeased>("run.leased", 1, RunJson.Default),
        new("run.cancelRequested", 1, RunJson.Default.RunCancelRequested, "/reason"),
        EntryType.Of<RunEnded>("run.ended", 1, RunJson.Default, "/message"),
        EntryType.Of<StepEntered>("step.entered", 1, RunJson.Default),
        EntryType.Of<StepIntended>("step.intended", 1, RunJson.Default, "/with", "/impactReasons"),
        EntryType.Of<StepAttempted>("step.attempted", 1, RunJson.Default, "/message", "/handle"),
        EntryType.Of<GuardTripped>("guard.tripped", 1, RunJson.Default, "/message"),
        EntryType.Of<StepDoneByHand>("step.doneByHand", 1, RunJson.Default, "/value", "/note"),
        EntryType.Of<AdHocDone>("step.adHoc", 1, RunJson.Default, "/title", "/note", "/value"),
        EntryType.Of<LaneOpened>("lane.opened", 1, RunJson.Default),
        EntryType.Of<RunReopened>("run.reopened", 1, RunJson.Default),
        EntryType.Of<StepStarted>("step.started", 1, RunJson.Default),
        EntryType.Of<StepHostFinished>("step.hostFinished", 1, RunJson.Default, "/value", "/message"),
        new("step.skipRequested", 1, RunJson.Default.StepSkipRequested, "/reason"),
        EntryType.Of<StepFinished>("step.finished", 1, RunJson.Default, "/value", "/message", "/detail"),
        EntryType.Of<UndoIntended>("undo.intended", 1, RunJson.Default, "/summary"),
        EntryType.Of<UndoFinished>("undo.finished", 1, RunJson.Default, "/message"),
        EntryType.Of<WaitOpened>("wait.opened", 1, RunJson.Default, "/prompt"),
        EntryType.Of<WaitAnswered>("wait.answered", 1, RunJson.Default, "/value", "/note", "/sole"),
    ];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunStarted))]
[JsonSerializable(typeof(RunAdopted))]
[JsonSerializable(typeof(RunLeased))]
[JsonSerializable(typeof(RunQueued))]
[JsonSerializable(typeof(RollbackStarted))]
[JsonSerializable(typeof(GroupOpened))]
[JsonSerializable(typeof(GuardTripped))]
[JsonSerializable(typeof(StepDoneByHand))]
[JsonSerializable(typeof(AdHocDone))]
[JsonSerializable(typeof(LaneOpened))]
[JsonSerializable(typeof(RunReopened))]
[JsonSerializable(typeof(FrameEnded))]
[JsonSerializable(typeof(RunCancelRequested))]
[JsonSerializable(typeof(RunEnded))]
[JsonSerializable(typeof(StepEntered))]
[JsonSerializable(typeof(StepIntended))]
[JsonSerializable(typeof(StepAttempted))]
[JsonSerializable(typeof(StepStarted))]
[JsonSerializable(typeof(StepHostFinished))]
[JsonSerializable(typeof(StepSkipRequested))]
[JsonSerializable(typeof(StepFinished))]
[JsonSerializable(typeof(UndoIntended))]
[JsonSerializable(typeof(UndoFinished))]
[JsonSerializable(typeof(WaitOpened))]
[JsonSerializable(typeof(WaitAnswered))]
internal sealed partial class RunJson : JsonSerializerContext;
