using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// A step that runs other steps: branches side by side, a list for each item, another runbook. It opens its members once, as a snapshot, drives
/// those that are not at their end, and is decided by how they ended.
/// </summary>
internal sealed class StepGroup(FrameDriver frame, StepDefinition step)
{
    private readonly RunDriver _drive = frame.Drive;
    private readonly RunSession _session = frame.Drive.Session;
    private readonly Dictionary<string, (Task<bool> Task, FrameDriver Driver)> _running = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parked = new(StringComparer.Ordinal);

    private JoinRule _rule = new(0, 0, null);
    private int _good, _bad;

    private RunState State => _session.State;
    private JoinVerdict Verdict => _rule.Decide(_good, _bad);

    public static bool Is(StepDefinition step) => step.Parallel is not null || step.Foreach is not null || step.Child is not null;

    /// <summary>The step lists within a step by name; that of a foreach has none.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<StepDefinition> Steps)> Lines(StepDefinition step) =>
        step.Parallel?.Branches.Select(branch => (branch.Id, branch.Steps)) ?? (step.Foreach is { } each ? [("", each.Steps)] : []);

    /// <summary>What an item is called in the steps of a foreach.</summary>
    public static string ItemName(StepDefinition step) => step.Foreach?.As ?? "item";

    public async Task<StepProgress> AdvanceAsync(StepInstance instance, CancellationToken cancellation, CancellationToken stop)
    {
        if (instance.Members is null)
        {
            new GroupOpener(_session, step).Open(instance);
            instance = _session.Again(instance);
        }
        _rule = JoinRule.Of(step, instance.Members!.Count);
        foreach (var member in instance.Members!)
            if (State.Frame(FramePath.Of(instance.Path, member.Name)).Ended is { } end) Count(end);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var deadline = step.Deadline is { } limit ? _session.Parts.Time.CreateTimer(_ => _drive.Parking.Wake(), null, Positive(instance.EnteredAt + limit - _session.Now), Timeout.InfiniteTimeSpan) : null;
        try
        {
            while (true)
            {
                var late = step.Deadline is { } time && _session.Now >= instance.EnteredAt + time;
                var verdict = Verdict;
                var over = late || frame.IsStopping || verdict != JoinVerdict.Open;
                if (over) StopRunning(late || stop.IsCancellationRequested);
                Start(instance, over, ended.Token);
                if (_running.Count == 0)
                {
                    if (_parked.Count > 0 || (!over && _drive.IsEnough)) return new StepProgress(true, AtRest: true);
                    new GroupResult(_session, step).Finish(_session.Again(instance), late, frame.IsStopping, verdict);
                    return StepProgress.Moved;
                }
                await OneAsync().ConfigureAwait(false);
            }
        }
        catch
        {
            // an error of one ends the drive: the others are ended before it goes on its way
            ended.Cancel();
            await _session.Pen.Outside(() => Task.WhenAll(_running.Values.Select(running => running.Task)).ContinueWith(_ => { }, TaskScheduler.Default)).ConfigureAwait(false);
            throw;
        }
    }

    private void Count(FrameEnded end) => _ = end.IsGood ? _good++ : _bad++;

    /// <summary>The member that decides the group lets no other begin anything more.</summary>
    private void Ended(FrameEnded end)
    {
        Count(end);
        if (Verdict != JoinVerdict.Open) StopRunning(now: false);
    }

    private void StopRunning(bool now)
    {
        foreach (var (_, driver) in _running.Values) driver.Stop(now || step.Parallel is { CancelOthers: true });
    }

    /// <summary>Drives members on, as many at once as the step allows. Once the group is decided only those that were begun, to their end.</summary>
    private void Start(StepInstance instance, bool over, CancellationToken cancellation)
    {
        var most = _session.Options.StepLimit is not null ? 1 : step.Foreach?.Concurrency ?? int.MaxValue;
        // one that waits keeps its place: what stands behind it is not begun in its stead
        var begun = _running.Count + _parked.Count;
        foreach (var member in instance.Members!)
        {
            var path = FramePath.Of(instance.Path, member.Name);
            var state = State.Frame(path);
            if (state.Ended is not null || _running.ContainsKey(path) || (_parked.Contains(path) && !over)) continue;
            if (over && state.Current is null) continue;
            if (!over && (begun >= most || _drive.IsEnough)) break;
            _parked.Remove(path);
            begun++;
            var driver = new FrameDriver(_drive, path, frame, Ended);
            if (over) driver.Stop(now: false);
            _drive.Parking.Enter();
            _running[path] = (Task.Run(() => RunAsync(driver, cancellation), CancellationToken.None), driver);
        }
    }

    private async Task<bool> RunAsync(FrameDriver driver, CancellationToken cancellation)
    {
        await _session.Pen.TakeAsync().ConfigureAwait(false);
        try { return await driver.RunAsync(cancellation).ConfigureAwait(false); }
        finally
        {
            _drive.Parking.Leave();
            _session.Pen.PutDown();
        }
    }

    /// <summary>Waits until one of those that run has ended or waits, or something else is to be looked at.</summary>
    private async Task OneAsync()
    {
        _drive.Parking.Leave();
        try { await _session.Pen.Outside(() => Task.WhenAny(_running.Values.Select(running => (Task)running.Task).Append(_drive.Parking.Pulse))).ConfigureAwait(false); }
        finally { _drive.Parking.Enter(); }
        foreach (var (path, (task, _)) in _running.Where(pair => pair.Value.Task.IsCompleted).ToList())
        {
            _running.Remove(path);
            if (!await task.ConfigureAwait(false) && State.Frame(path).Ended is null) _parked.Add(path);
        }
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;
}
