using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// What is done every so often beside a runbook's main line: one round after another, from one beginning to the next, until its condition holds or
/// the main line ends. It keeps no drive from going home: whoever takes the run up again does what is due. A round that fails is written down and the next one comes all the same; rounds missed while nobody drove the run are not made up for.
/// </summary>
internal sealed class LaneDriver(FrameDriver main, EveryDefinition every)
{
    private readonly RunDriver _drive = main.Drive;
    private readonly RunSession _session = main.Drive.Session;
    private readonly string _path = FramePath.Lane(main.Path, every.Id);
    private FrameDriver? _round;
    private bool _over;

    private FrameState? Frame => _session.State.FindFrame(_path);

    /// <summary>When the next round of a lane is due; null while one is under way.</summary>
    public static DateTimeOffset? Due(FrameState? lane, EveryDefinition every, DateTimeOffset begun)
    {
        if (lane?.Current is null) return begun + every.Interval;
        return lane.Ended is null || !lane.Steps.TryGetValue(every.Steps[0].Id, out var first) ? null : first.EnteredAt + every.Interval;
    }

    /// <summary>The main line is at its end.</summary>
    public void Stop()
    {
        _over = true;
        _round?.Stop(now: false);
        _drive.Parking.Wake();
    }

    /// <summary>Called with the pen.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (Frame is null) _session.Writer.Emit(new LaneOpened(_session.State.Run, _path, every.Id));
        while (!_over || Frame is { Current: not null, Ended: null })
        {
            if (Due(Frame, every, Begun) is { } due)
            {
                if (due > _session.Now && !await _drive.Parking.WaitAsync(due, near: false, () => _over, cancellation).ConfigureAwait(false)) return;
                if (_over || main.IsStopping || _drive.IsEnough || IsOver()) return;
                Begin();
            }
            _round = new FrameDriver(_drive, _path, main);
            if (_over) _round.Stop(now: false);
            if (!await _round.RunAsync(cancellation).ConfigureAwait(false)) return;
        }
    }

    private DateTimeOffset Begun => _session.State.Visits.FirstOrDefault(visit => visit.Frame == main.Path)?.EnteredAt ?? _session.Now;

    /// <summary>A condition that cannot be told yet does not hold.</summary>
    private bool IsOver()
    {
        if (every.Until is not { } until) return false;
        try { return StepArguments.Condition(until, _session.Evaluator, _session.Roots(_session.State.Frame(_path), null)); }
        catch (IncidentToolsException error) when (error.Kind == ErrorKind.InvalidInput) { return false; }
    }

    private void Begin()
    {
        var step = every.Steps[0].Id;
        var visit = Frame!.Steps.TryGetValue(step, out var last) ? last.Visit + 1 : 1;
        _session.Writer.Emit(new StepEntered(_session.State.Run, FramePath.Instance(_path, step, visit), step, visit) { Restricted = _session.IsRestricted(Frame, every.Steps[0]) });
    }
}
