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
    /// <summary>The program of the open attempt, if one was started.</summary>
    public StepStarted? Process { get; init; }
    public string? Status { get; init; }
    public string Message { get; init; } = "";
    public IReadOnlyDictionary<string, object?> Detail { get; init; } = NoDetail;
    public string? SettledBy { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    private static readonly Dictionary<string, object?> NoDetail = [];
    public bool IsFinished => State is not ("Running" or "Waiting");
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

/// <summary>A run folded from its entries, one at a time and each once, so that a run costs what it is long.</summary>
public sealed class RunState(string run)
{
    private readonly Dictionary<string, StepInstance> _last = new(StringComparer.Ordinal);
    private readonly List<StepInstance> _visits = [];
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _skips = new(StringComparer.Ordinal);
    private readonly HashSet<string> _drivers = new(StringComparer.Ordinal);

    public string Run => run;
    public RunStarted? Started { get; private set; }
    public DateTimeOffset StartedAt { get; private set; }
    public string StartedBy { get; private set; } = "";
    /// <summary>SHA-256 of the runbook text it follows now.</summary>
    public string Source { get; private set; } = "";
    /// <summary>What else it is bound to: name → SHA-256.</summary>
    public IReadOnlyDictionary<string, string> Bound { get; private set; } = new Dictionary<string, string>();
    public DateTimeOffset? EndedAt { get; private set; }
    public RunEnded? Ended { get; private set; }
    public RunCancelRequested? Cancel { get; private set; }
    /// <summary>The visit that was entered last; the only one that can be unfinished.</summary>
    public StepInstance? Current { get; private set; }
    public int Instances { get; private set; }
    /// <summary>Position in the stream up to which entries were folded.</summary>
    public long Seq { get; set; }
    /// <summary>Who started the run and who drove it since: the requesters of its approvals.</summary>
    public IReadOnlySet<string> Drivers => _drivers;
    /// <summary>The last visit of each step.</summary>
    public IReadOnlyDictionary<string, StepInstance> Steps => _last;
    /// <summary>What <c>set</c> steps gave, the last value of each.</summary>
    public IReadOnlyDictionary<string, object?> Variables => _variables;
    /// <summary>Every visit in the order of entering.</summary>
    public IReadOnlyList<StepInstance> Visits => _visits;
    /// <summary>Why a step is to be left out at its current or next visit; null when nobody said so.</summary>
    public string? SkipReason(string step) => _skips.GetValueOrDefault(step);

    public string State => Ended?.Result ?? (Current?.Wait is { IsSettled: false } ? "Waiting" : "Running");

    /// <summary>Folds one entry; entries of other runs only move <see cref="Seq"/>.</summary>
    public void Apply(Entry entry)
    {
        if (entry.Seq <= Seq) return;
        Seq = entry.Seq;
        if (entry.Data is IRunEntry data) Apply(data, entry.OccurredAt, entry.RecordedAt, entry.Actor.Id);
    }

    /// <summary>Folds what is, or is about to be, an entry.</summary>
    public void Apply(IRunEntry data, DateTimeOffset occurred, DateTimeOffset recorded, string actor)
    {
        if (data.Run != run) return;
        switch (data)
        {
            case RunStarted started: (Started, StartedAt, StartedBy, Source, Bound) = (started, occurred, actor, started.Source, started.Bound); _drivers.Add(actor); break;
            case RunAdopted adopted: (Source, Bound) = (adopted.Source, adopted.Bound); break;
            case RunLeased: _drivers.Add(actor); break;
            case RunCancelRequested cancel: Cancel ??= cancel; break;
            case RunEnded ended: (Ended, EndedAt) = (ended, occurred); break;
            case StepSkipRequested skip: _skips[skip.Step] = skip.Reason; break;
            case StepEntered entered: Enter(new StepInstance(entered.Path, entered.Step, entered.Visit, occurred)); break;
            case StepIntended intended: Set(Intended(Of(intended.Path), intended, occurred)); break;
            case StepStarted started: Set(Of(started.Path) with { Process = started }); break;
            case StepAttempted attempted: Set(Attempted(Of(attempted.Path), attempted)); break;
            case StepFinished finished: Finish(finished, occurred); break;
            case UndoFinished undone: Undo(undone); break;
            case WaitOpened opened: Set(Of(opened.Path) with { Wait = new WaitState(opened, []), State = "Waiting" }); break;
            case WaitAnswered answered: Answer(answered, recorded, actor); break;
            default: break;
        }
    }

    private StepInstance Of(string path) => Current?.Path == path ? Current : throw new InvalidDataException($"run {run}: an entry of {path} stands outside its visit");

    private void Enter(StepInstance instance)
    {
        Instances++;
        _visits.Add(instance);
        Set(instance);
    }

    private void Set(StepInstance instance)
    {
        Current = instance;
        _last[instance.Step] = instance;
        _visits[^1] = instance;
    }

    private static StepInstance Intended(StepInstance instance, StepIntended data, DateTimeOffset at) => instance with
    {
        Open = data, Intended = data, IntendedAt = at, Attempt = data.Attempt, Used = instance.Used + 1, RetryAt = null, Process = null, Wait = null, State = "Running",
        ApprovedPlan = instance.Wait is { Opened.Kind: "Approval" } ? data.PlanHash : instance.ApprovedPlan,
    };

    // InDoubt stays open until a check or a person settles it
    private static StepInstance Attempted(StepInstance instance, StepAttempted data) => data.Outcome switch
    {
        "InDoubt" => instance with { Error = data.Error, Message = data.Message, Wait = null, State = "Running" },
        "NotDone" => instance with { Open = null, Wait = null, State = "Running", Used = instance.Used - 1, Error = data.Error, Message = data.Message },
        _ => instance with { Open = null, Wait = null, State = "Running", RetryAt = data.RetryAt, Error = data.Error, Message = data.Message },
    };

    private void Finish(StepFinished data, DateTimeOffset at)
    {
        var instance = Of(data.Path);
        Set(instance with
        {
            State = data.State, Value = data.Value, Error = data.Error, Message = data.Message, Goto = data.Goto, Open = null, Wait = null, RetryAt = null, Status = data.Status,
            Detail = data.Detail ?? instance.Detail, SettledBy = data.SettledBy, EndedAt = at,
        });
        _skips.Remove(instance.Step);
        if (data is not { Sets: true, Value: IReadOnlyDictionary<string, object?> set }) return;
        foreach (var (name, value) in set) _variables[name] = value;
    }

    /// <summary>Any finished visit, also of a run that ended.</summary>
    private void Undo(UndoFinished data)
    {
        var index = _visits.FindLastIndex(visit => visit.Path == data.Path);
        if (index < 0) throw new InvalidDataException($"run {run}: {data.Path} was never visited");
        var undone = _visits[index] with { State = data.State, Error = data.Error, Message = data.Message };
        _visits[index] = undone;
        if (_last[undone.Step].Path == data.Path) _last[undone.Step] = undone;
        if (Current?.Path == data.Path) Current = undone;
    }

    private void Answer(WaitAnswered data, DateTimeOffset recorded, string actor)
    {
        // late, second and stray answers stay in the journal and change nothing
        if (Current?.Wait is not { } wait || wait.Opened.Wait != data.Wait || wait.IsSettled || wait.IsLate(recorded)) return;
        Set(Current with { Wait = wait with { Answers = [.. wait.Answers, (actor, data)] } });
    }
}
