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
    private readonly HashSet<string> _drivers = new(StringComparer.Ordinal);

    public string Run => run;
    public RunStarted? Started { get; private set; }
    public DateTimeOffset StartedAt { get; private set; }
    public RunEnded? Ended { get; private set; }
    public RunCancelRequested? Cancel { get; private set; }
    /// <summary>The visit that was entered last; the only one that can be unfinished.</summary>
    public StepInstance? Current { get; private set; }
    public int Instances { get; private set; }
    /// <summary>Position in the stream up to which entries were folded.</summary>
    public long Seq { get; private set; }
    /// <summary>Who started the run and who drove it since: the requesters of its approvals.</summary>
    public IReadOnlySet<string> Drivers => _drivers;
    /// <summary>The last visit of each step.</summary>
    public IReadOnlyDictionary<string, StepInstance> Steps => _last;
    /// <summary>What <c>set</c> steps gave, the last value of each.</summary>
    public Dictionary<string, object?> Variables { get; } = new(StringComparer.Ordinal);

    public string State => Ended?.Result ?? (Current?.Wait is { IsSettled: false } ? "Waiting" : "Running");

    /// <summary>Folds one entry; entries of other runs only move <see cref="Seq"/>.</summary>
    public void Apply(Entry entry)
    {
        if (entry.Seq <= Seq) return;
        Seq = entry.Seq;
        if (entry.Data is not IRunEntry data || data.Run != run) return;
        switch (data)
        {
            case RunStarted started: (Started, StartedAt) = (started, entry.OccurredAt); _drivers.Add(entry.Actor.Id); break;
            case RunLeased: _drivers.Add(entry.Actor.Id); break;
            case RunCancelRequested cancel: Cancel ??= cancel; break;
            case RunEnded ended: Ended = ended; break;
            case StepEntered entered:
                Instances++;
                Set(new StepInstance(entered.Path, entered.Step, entered.Visit, entry.OccurredAt));
                break;
            case StepIntended intended:
                Set(Of(intended.Path) with { Open = intended, IntendedAt = entry.OccurredAt, Attempt = intended.Attempt, Used = Of(intended.Path).Used + 1, RetryAt = null, Wait = null, State = "Running" });
                break;
            case StepAttempted attempted: Set(Attempted(Of(attempted.Path), attempted)); break;
            case StepFinished finished: Finish(finished); break;
            case WaitOpened opened: Set(Of(opened.Path) with { Wait = new WaitState(opened, []), State = "Waiting" }); break;
            case WaitAnswered answered: Answer(entry, answered); break;
            default: break;
        }
    }

    private StepInstance Of(string path) => Current?.Path == path ? Current : throw new InvalidDataException($"run {run}: an entry of {path} stands outside its visit");

    private void Set(StepInstance instance)
    {
        Current = instance;
        _last[instance.Step] = instance;
    }

    // InDoubt stays open until a check or a person settles it
    private static StepInstance Attempted(StepInstance instance, StepAttempted data) => data.Outcome switch
    {
        "InDoubt" => instance with { Error = data.Error },
        "NotDone" => instance with { Open = null, Wait = null, State = "Running", Used = instance.Used - 1, Error = data.Error },
        _ => instance with { Open = null, Wait = null, State = "Running", RetryAt = data.RetryAt, Error = data.Error },
    };

    private void Finish(StepFinished data)
    {
        var instance = Of(data.Path);
        Set(instance with { State = data.State, Value = data.Value, Error = data.Error, Goto = data.Goto, Open = null, Wait = null });
        if (data is not { Sets: true, Value: IReadOnlyDictionary<string, object?> set }) return;
        foreach (var (name, value) in set) Variables[name] = value;
    }

    private void Answer(Entry entry, WaitAnswered data)
    {
        // late, second and stray answers stay in the journal and change nothing
        if (Current?.Wait is not { } wait || wait.Opened.Wait != data.Wait || wait.IsSettled || wait.IsLate(entry.RecordedAt)) return;
        Set(Current with { Wait = wait with { Answers = [.. wait.Answers, (entry.Actor.Id, data)] } });
    }
}
