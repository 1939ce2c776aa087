using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>A run folded from its entries, one at a time and each once, so that a run costs what it is long.</summary>
public sealed class RunState
{
    private readonly string _run;
    private readonly Dictionary<string, FrameState> _frames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<StepInstance> _visits = [];
    private readonly SortedSet<int> _open = [];
    private readonly Dictionary<string, string> _waits = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _skips = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Actor, StepDoneByHand Data)> _byHand = new(StringComparer.Ordinal);
    private readonly List<(DateTimeOffset, string, AdHocDone)> _adHoc = [];
    private readonly HashSet<string> _drivers = new(StringComparer.Ordinal);
    private int _finished;

    public RunState(string run)
    {
        _run = run;
        _frames[FramePath.Root] = Root = new FrameState(FramePath.Root, null, null, null);
    }

    public string Run => _run;
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
    /// <summary>It waits for other runs of its runbook and service to end.</summary>
    public bool IsQueued { get; private set; }
    public FrameState Root { get; }
    /// <summary>The visit of the run's own step list that was entered last.</summary>
    public StepInstance? Current => Root.Current;
    public int Instances => _visits.Count;
    /// <summary>Position in the stream up to which entries were folded.</summary>
    public long Seq { get; set; }
    /// <summary>Who started the run and who drove it since: the requesters of its approvals.</summary>
    public IReadOnlySet<string> Drivers => _drivers;
    /// <summary>The last visit of each step of the run's own list.</summary>
    public IReadOnlyDictionary<string, StepInstance> Steps => Root.Steps;
    public IReadOnlyDictionary<string, object?> Variables => Root.Variables;
    /// <summary>Every visit in the order of entering.</summary>
    public IReadOnlyList<StepInstance> Visits => _visits;
    /// <summary>What was done besides the runbook, in the order of recording.</summary>
    public IReadOnlyList<(DateTimeOffset At, string Actor, AdHocDone Data)> AdHoc => _adHoc;
    /// <summary>Who did by hand what a step would do at its current or next visit; null when nobody said so.</summary>
    public (string Actor, StepDoneByHand Data)? ByHand(string step) => _byHand.TryGetValue(step, out var done) ? done : null;
    public IEnumerable<FrameState> Frames => _frames.Values;
    public FrameState? FindFrame(string path) => _frames.GetValueOrDefault(path);
    /// <summary>Why a step is to be left out at its current or next visit; null when nobody said so.</summary>
    public string? SkipReason(string step) => _skips.GetValueOrDefault(step);

    public FrameState Frame(string path) => _frames.TryGetValue(path, out var frame) ? frame : throw new InvalidDataException($"run {_run}: there is no frame '{path}'");
    public StepInstance Instance(string path) => Find(path) ?? throw new InvalidDataException($"run {_run}: an entry of {path} stands outside its visit");
    public StepInstance? Find(string path) => _index.TryGetValue(path, out var index) ? _visits[index] : null;
    /// <summary>The visit that has, or had, this wait.</summary>
    public StepInstance? Waiting(string wait) => _waits.TryGetValue(wait, out var path) && Find(path) is { } instance && instance.Wait?.Opened.Wait == wait ? instance : null;

    /// <summary>Visits that have not ended, in the order of entering.</summary>
    public IEnumerable<StepInstance> Unfinished => _open.Select(index => _visits[index]);

    /// <summary>Unfinished visits with nothing unfinished within them, in the order of entering.</summary>
    public IEnumerable<StepInstance> Leaves
    {
        get
        {
            var open = Unfinished.ToList();
            return open.Where(visit => visit.Members is null || !open.Exists(other => other.Path.StartsWith(visit.Path + "/", StringComparison.Ordinal)));
        }
    }

    /// <summary>Visits for which somebody or some time is waited, those that a rollback takes back included.</summary>
    public IEnumerable<StepInstance> Waits => _asked.Select(path => Instance(path)).Where(visit => visit.Wait is { IsSettled: false }).OrderBy(visit => _index[visit.Path]);

    public string State => Ended?.Result ?? (IsQueued ? "Queued" : IsParked ? "Waiting" : "Running");

    /// <summary>Whether every leaf waits, itself or for something within it that is taken back.</summary>
    private bool IsParked
    {
        get
        {
            var waits = Waits.ToList();
            return waits.Count > 0 && Leaves.All(leaf => leaf.Wait is { IsSettled: false } || waits.Exists(visit => visit.Path.StartsWith(leaf.Path + "/", StringComparison.Ordinal)));
        }
    }

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
        if (data.Run != _run) return;
        switch (data)
        {
            case RunStarted started: (Started, StartedAt, StartedBy, Source, Bound) = (started, occurred, actor, started.Source, started.Bound); _drivers.Add(actor); break;
            case RunQueued: IsQueued = true; break;
            case RunAdopted adopted: (Source, Bound) = (adopted.Source, adopted.Bound); break;
            case RunLeased: IsQueued = false; _drivers.Add(actor); break;
            case RunCancelRequested cancel: Cancel ??= cancel; break;
            case RollbackStarted rollback: Frame(rollback.Frame).Rollback ??= rollback; break;
            case RunEnded ended: (Ended, EndedAt) = (ended, occurred); break;
            case RunReopened: (Ended, EndedAt) = (null, null); break;
            case LaneOpened lane: OpenLane(lane); break;
            case StepDoneByHand done: _byHand[done.Step] = (actor, done); break;
            case AdHocDone adHoc: _adHoc.Add((occurred, actor, adHoc)); break;
            case StepSkipRequested skip: _skips[skip.Step] = skip.Reason; break;
            case StepEntered entered: Enter(new StepInstance(entered.Path, entered.Step, entered.Visit, occurred) { Restricted = entered.Restricted }); break;
            case GroupOpened opened: Open(Instance(opened.Path) with { Members = opened.Members }); break;
            case FrameEnded ended: Frame(ended.Path).Ended = ended; break;
            case StepIntended intended: Set(Intended(Instance(intended.Path), intended, occurred)); break;
            case StepHostFinished host: Set(host.Fold(Instance(host.Path))); break;
            case StepStarted started: Set(Instance(started.Path) with { Process = started }); break;
            case StepAttempted attempted: Set(Attempted(Instance(attempted.Path), attempted)); break;
            case StepFinished finished: Finish(finished, occurred); break;
            case UndoIntended undo: Set(Instance(undo.Path) with { Undoing = undo, Process = null, Wait = null }); break;
            case UndoFinished undone: Set(Instance(undone.Path) with { State = undone.State, Error = undone.Error, Message = undone.Message, Undoing = null, Wait = null }); break;
            case WaitOpened opened: Wait(opened); break;
            case WaitAnswered answered: Answer(answered, recorded, actor); break;
            default: break;
        }
    }

    private void Enter(StepInstance instance)
    {
        _index[instance.Path] = _visits.Count;
        _open.Add(_visits.Count);
        _visits.Add(instance);
        Frame(instance.Frame).Enter(instance);
    }

    private void Set(StepInstance instance)
    {
        var index = _index[instance.Path];
        _visits[index] = instance;
        if (instance.IsFinished) _open.Remove(index);
        if (instance.Wait is null) _asked.Remove(instance.Path);
        Frame(instance.Frame).Replace(instance);
    }

    private void Open(StepInstance group)
    {
        Set(group);
        var outer = Frame(group.Frame);
        foreach (var member in group.Members!)
        {
            var path = FramePath.Of(group.Path, member.Name);
            _frames[path] = new FrameState(path, outer, group, member);
        }
    }

    private void OpenLane(LaneOpened lane) => _frames[lane.Path] = new FrameState(lane.Path, Frame(lane.Path[..lane.Path.LastIndexOf('/')]), null, new FrameMember(lane.Name));

    private static StepInstance Intended(StepInstance instance, StepIntended data, DateTimeOffset at) => instance with
    {
        Open = data, Intended = data, IntendedAt = at, Attempt = data.Attempt, Used = instance.Used + 1, RetryAt = null, Process = null, Wait = null, State = "Running",
        ApprovedPlan = instance.Wait is { Opened.Kind: "Approval" } ? data.PlanHash : instance.ApprovedPlan,
    };

    // InDoubt stays open until a check or a person settles it
    private static StepInstance Attempted(StepInstance instance, StepAttempted data) => data.Outcome switch
    {
        "InDoubt" => instance with { Error = data.Error, Message = data.Message, Wait = null, State = "Running" },
        "Detached" => instance with { Message = data.Message, Value = data.Handle, Process = null, Wait = null, State = "Running", IsDetached = true },
        "NotDone" => instance with { Open = null, IsDetached = false, Wait = null, State = "Running", Used = instance.Used - 1, Error = data.Error, Message = data.Message },
        _ => instance with { Open = null, IsDetached = false, Wait = null, State = "Running", RetryAt = data.RetryAt, Error = data.Error, Message = data.Message },
    };

    private void Finish(StepFinished data, DateTimeOffset at)
    {
        var instance = Instance(data.Path);
        Set(instance with
        {
            State = data.State, Value = data.Value, Error = data.Error, Message = data.Message, Goto = data.Goto, Open = null, Wait = null, RetryAt = null, Status = data.Status,
            Detail = data.Detail ?? instance.Detail, SettledBy = data.SettledBy, EndedAt = at, FinishOrder = ++_finished,
        });
        _skips.Remove(instance.Step);
        _byHand.Remove(instance.Step);
        if (data is not { Sets: true, Value: IReadOnlyDictionary<string, object?> set }) return;
        var frame = Frame(instance.Frame);
        foreach (var (name, value) in set) frame.SetVariable(name, value);
    }

    /// <summary>A wait of a rollback belongs to a visit that stays finished.</summary>
    private void Wait(WaitOpened opened)
    {
        var instance = Instance(opened.Path);
        _waits[opened.Wait] = opened.Path;
        _asked.Add(opened.Path);
        Set(instance with { Wait = new WaitState(opened, []), State = instance.IsFinished ? instance.State : "Waiting" });
    }

    private void Answer(WaitAnswered data, DateTimeOffset recorded, string actor)
    {
        // late, second and stray answers stay in the journal and change nothing
        if (Waiting(data.Wait) is not { Wait: { } wait } instance || wait.IsSettled || wait.IsLate(recorded)) return;
        Set(instance with { Wait = wait with { Answers = [.. wait.Answers, (actor, data)] } });
    }
}
