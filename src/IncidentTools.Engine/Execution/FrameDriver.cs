using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>One step list under way: look where it stands, move it one step on, until it ends or waits.</summary>
/// <param name="group">The list that the group it belongs to stands in; null for the run's own.</param>
/// <param name="ended">Told, with the pen, how it ended, before anything else begins.</param>
internal sealed class FrameDriver(RunDriver drive, string path, FrameDriver? group, Action<FrameEnded>? ended = null)
{
    private readonly RunSession _session = drive.Session;
    private readonly CancellationTokenSource _end = new();
    private bool _stopping;
    private StandingLanes? _lanes;

    private RunState State => _session.State;
    private FrameState Frame => State.Frame(path);
    public RunDriver Drive => drive;
    public string Path => path;
    private bool IsRoot => group is null;
    private bool IsOver => IsRoot ? State.Ended is not null : Frame.Ended is not null;
    /// <summary>Its group is decided, or a cancel was asked for: nothing new begins here.</summary>
    public bool IsStopping => _stopping || State.Cancel is not null || group is { IsStopping: true };

    /// <summary>Lets what runs end and starts nothing new.</summary>
    /// <param name="now">Ends what runs, too.</param>
    public void Stop(bool now)
    {
        _stopping = true;
        if (now) _end.Cancel();
        drive.Parking.Wake();
    }

    /// <summary>Called with the pen.</summary>
    /// <returns>False when it waits.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (Frame is { IsBook: true, Rollback: null } && !IsOver && _session.Options.StepLimit is null) (_lanes = new StandingLanes(this, _session.Books.Of(Frame))).Start(abandon.Token);
        try
        {
            var moved = await GoAsync(cancellation, stop.Token).ConfigureAwait(false);
            if (_lanes is { } lanes) await lanes.WaitAsync().ConfigureAwait(false);
            return moved;
        }
        catch
        {
            abandon.Cancel();
            if (_lanes is { } lanes) await lanes.AbandonAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> GoAsync(CancellationToken cancellation, CancellationToken stop)
    {
        while (!IsOver)
        {
            cancellation.ThrowIfCancellationRequested();
            if (drive.IsEnough) return false;
            if (Frame.Rollback is not null)
            {
                if (!await new RollbackDriver(drive, path).RunAsync(cancellation).ConfigureAwait(false)) return false;
            }
            else if (Frame.Current is not { IsFinished: false } instance) await NextAsync().ConfigureAwait(false);
            else if (await MoveAsync(instance, cancellation, stop).ConfigureAwait(false) is { IsParked: true } parked && (parked.AtRest || !await AwaitAsync(instance.Path, parked.Nap, cancellation).ConfigureAwait(false))) return false;
            drive.Wrote();
        }
        if (Frame.Ended is { } end) ended?.Invoke(end);
        return true;
    }

    /// <summary>From a finished step to the next, or to the end.</summary>
    private async Task NextAsync()
    {
        var frame = Frame;
        var cancel = !IsStopping ? null : State.Cancel is { } asked ? asked.Reason ?? "" : "its group was decided without it";
        var route = Route(frame, cancel);
        // what was let finish and came to its end by itself ended so, though nobody waited for it
        if (cancel is not null && State.Cancel is null && frame.Current is { State: not ("Cancelled" or "InDoubt") } last && _session.Books.Of(frame).Handler(last.Step) is null && Route(frame, null) is { Step: null } own) route = own;
        if (route.Step is { } && frame is { IsBook: true, Current: null } && !StartClocks(frame, out var why)) route = new RunRoute(null, "Failed", why);
        if (route.Step is not { } step)
        {
            if (_lanes is { } lanes) await lanes.StopAsync().ConfigureAwait(false);
            End(Frame, route);
            return;
        }
        var visit = frame.Steps.TryGetValue(step.Id, out var earlier) ? earlier.Visit + 1 : 1;
        var at = FramePath.Instance(path, step.Id, visit);
        _session.Writer.Emit(new StepEntered(State.Run, at, step.Id, visit) { Restricted = _session.IsRestricted(frame, step) });
        drive.Tell(State.Instance(at));
    }

    private RunRoute Route(FrameState frame, string? cancel) => RunRoute.After(State, frame, _session.Books.Of(frame), _session.Books.LineOf(frame), cancel);

    /// <summary>Deadlines that begin with the runbook.</summary>
    private bool StartClocks(FrameState frame, out string why)
    {
        why = "";
        try { _session.Writer.Enclose([.. RunClocks.Of(_session.Books.Of(frame).Book.Clocks, _session, _session.Roots(frame, null))]); }
        catch (IncidentToolsException error) when (error.Kind == ErrorKind.InvalidInput) { why = error.Message; }
        return why.Length == 0;
    }

    private void End(FrameState frame, RunRoute route)
    {
        if (frame.IsBook && (route.Result == RunRoute.Rollback || (IsRoot && State.Cancel is { Rollback: true }))) _session.Writer.Emit(new RollbackStarted(State.Run, path, route.Message));
        else if (IsRoot) _session.Writer.Emit(new RunEnded(State.Run, route.Result!, route.Message));
        else _session.Writer.Emit(GroupResult.EndOf(_session, frame, route));
    }

    private async Task<StepProgress> MoveAsync(StepInstance instance, CancellationToken cancellation, CancellationToken stop)
    {
        var step = _session.Books.StepOf(State, instance);
        var progress = await LookAsync(step, instance, cancellation, stop).ConfigureAwait(false);
        if (State.Instance(instance.Path) is { IsFinished: true } ended) drive.Finished(ended);
        return progress;
    }

    private async Task<StepProgress> LookAsync(StepDefinition step, StepInstance instance, CancellationToken cancellation, CancellationToken stop)
    {
        try
        {
            var gate = new StepGate(_session, Frame, step, IsStopping);
            if (gate.Closed(instance)) return StepProgress.Moved;
            if (StepGroup.Is(step)) return await new StepGroup(this, step).AdvanceAsync(instance, cancellation, stop).ConfigureAwait(false);
            if (_session.Effects.Find(step) is { } effect)
            {
                using var watch = new CancelWatch(_session, step, gate.CleanupEnd, stop);
                try { return await new EffectStep(_session, step, effect, IsStopping).AdvanceAsync(instance, watch.Token).ConfigureAwait(false); }
                catch (OperationCanceledException) when (watch.Seen || watch.IsOver || (_end.IsCancellationRequested && !cancellation.IsCancellationRequested)) { return StepProgress.Moved; }
                finally { if (watch.Seen) _session.Writer.Refresh(); }
            }
            if (step.Use.Uses is "manual" or "ask" or "approve" or "wait") return await new WaitStep(_session, step).AdvanceAsync(instance, stop).ConfigureAwait(false);
            if (new DecideStep(_session, step, drive.Template).Run(instance))
            {
                drive.Flush();
                await _session.Pen.Outside(() => _session.Parts.Deliver(_session.Stream, cancellation)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested && !cancellation.IsCancellationRequested) { }
        // what the runbook says cannot be done with the values there are: the step fails, by name, and the run goes where it says
        catch (IncidentToolsException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.NotFound && State.Instance(instance.Path) is { Open: null, IsFinished: false })
        {
            _session.Finish(State.Instance(instance.Path), "Failed", error: error.ErrorId, message: error.Message);
        }
        return StepProgress.Moved;
    }

    /// <summary>At a wait: ask the person here, or stay for a time that is near or for others that work; false = it waits.</summary>
    private async Task<bool> AwaitAsync(string at, DateTimeOffset? nap, CancellationToken cancellation)
    {
        drive.Flush();
        if (nap is { } until) return await drive.Parking.WaitAsync(until, near: true, () => Stirred(at), cancellation).ConfigureAwait(false);
        if (State.Instance(at) is not { Wait: { IsSettled: false } wait } instance) return true;
        drive.Tell(instance);
        var timer = wait.Opened.Kind == "Timer";
        if (!timer && _session.Options.Ask is not null && await new Asker(drive).AskAsync(instance, cancellation).ConfigureAwait(false)) return true;
        return await drive.Parking.WaitAsync(wait.Opened.DueAt, timer, () => Stirred(at) || State.Instance(at).Wait is not { IsSettled: false }, cancellation).ConfigureAwait(false);
    }

    /// <summary>A cancel, a skip, or a group that is decided.</summary>
    private bool Stirred(string at) => IsStopping || State.SkipReason(State.Instance(at).Step) is not null || State.ByHand(State.Instance(at).Step) is not null;
}
