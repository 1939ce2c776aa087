using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>One visit of a step, as its entries add up.</summary>
public sealed record StepInstance(string Path, string Step, int Visit, DateTimeOffset EnteredAt)
{
    public string State { get; init; } = "Running";
    /// <summary>Number of the last attempt, the <c>n</c> of <c>@n</c>.</summary>
    public int Attempt { get; init; }
    /// <summary>Attempts used up: those found to have had no effect do not count.</summary>
    public int Used { get; init; }
    /// <summary>An intent without a result: in doubt for whoever reads it.</summary>
    public StepIntended? Open { get; init; }
    public DateTimeOffset? IntendedAt { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
    public object? Value { get; init; }
    public string? Error { get; init; }
    public string? Goto { get; init; }
    public WaitState? Wait { get; init; }
    /// <summary>The plan that was approved for this visit; it covers all of its attempts.</summary>
    public string? ApprovedPlan { get; init; }
    /// <summary>The last attempt's intent: what an undo takes its arguments from.</summary>
    public StepIntended? Intended { get; init; }
    /// <summary>The program of the open attempt, or of the undo under way, if one was started.</summary>
    public StepStarted? Process { get; init; }
    /// <summary>What came of it on each machine, if it works on several; over all its attempts.</summary>
    public IReadOnlyDictionary<string, HostResult> Hosts { get; init; } = NoHosts;
    public string? Status { get; init; }
    public string Message { get; init; } = "";
    public IReadOnlyDictionary<string, object?> Detail { get; init; } = NoDetail;
    public string? SettledBy { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    private static readonly Dictionary<string, object?> NoDetail = [];
    private static readonly Dictionary<string, HostResult> NoHosts = [];
    /// <summary>How many visits of the run had finished before this one did: undo goes backwards through it. 0 while it is not finished.</summary>
    public int FinishOrder { get; init; }
    /// <summary>Its effect goes on by itself; <see cref="Value"/> is what it is known by.</summary>
    public bool IsDetached { get; init; }
    /// <summary>What it finds and says is not for everybody.</summary>
    public bool Restricted { get; init; }
    /// <summary>It is being taken back: an intent without a result.</summary>
    public UndoIntended? Undoing { get; init; }
    /// <summary>Of parallel, foreach and runbook: the frames opened at its entry.</summary>
    public IReadOnlyList<FrameMember>? Members { get; init; }
    public bool IsFinished => State is not ("Running" or "Waiting");
    /// <summary>Path of the frame it belongs to.</summary>
    public string Frame => FramePath.Of(Path);
}

/// <summary>A wait and what was answered to it in time, in recorded order.</summary>
public sealed record WaitState(WaitOpened Opened, IReadOnlyList<(string Actor, WaitAnswered Data)> Answers)
{
    public bool Denied => Answers.Any(answer => answer.Data.Answer == "Deny");
    public bool Approved => !Denied && Answers.Select(answer => answer.Actor).Distinct(StringComparer.Ordinal).Count() >= Opened.Rule!.Min;
    /// <summary>Whether nothing more can be said: an approval after enough voices or one denial, anything else after one answer.</summary>
    public bool IsSettled => Opened.Rule is null ? Answers.Count > 0 : Denied || Approved;
    public bool IsLate(DateTimeOffset now) => Opened.DueAt is { } due && now >= due;
}
