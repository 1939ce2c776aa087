namespace IncidentTools.Engine.Execution;

/// <summary>
/// Where step lists stand while they wait. As long as one of them works, the others stay and look for answers; when all wait, the drive stays
/// for a time that is near and else goes home: waiting is a state in the journal, never a blocked process.
/// </summary>
internal sealed class Parking(RunSession session)
{
    private readonly List<DateTimeOffset> _near = [];
    private TaskCompletionSource _pulse = New();
    private int _active;
    private bool _home;

    /// <summary>A step list begins, or goes on, to work. Called with the pen.</summary>
    public void Enter() => _active++;

    /// <summary>A step list ends, or waits for others. Called with the pen.</summary>
    public void Leave()
    {
        if (--_active == 0) Wake();
    }

    /// <summary>Done when everybody is to look again.</summary>
    public Task Pulse => _pulse.Task;

    /// <summary>Lets everybody who waits look again; on any thread.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _pulse, New()).TrySetResult();
    }

    /// <summary>Waits until <paramref name="moved"/> holds or the time has come; false when the drive goes home.</summary>
    /// <param name="near">Whether the time is one to stay for when nothing else works.</param>
    public async Task<bool> WaitAsync(DateTimeOffset? due, bool near, Func<bool> moved, CancellationToken cancellation)
    {
        var stay = near && due <= session.PatientUntil;
        if (stay) _near.Add(due!.Value);
        Leave();
        try
        {
            while (true)
            {
                if (moved() || due <= session.Now) return true;
                if (_home |= _active == 0 && _near.Count == 0) return false;
                var pulse = _pulse.Task;
                var pause = due is { } time && time - session.Now < session.Parts.Watch ? time - session.Now : session.Parts.Watch;
                await session.Pen.Outside(() => Task.WhenAny(Task.Delay(pause, session.Parts.Time, cancellation), pulse)).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                session.Writer.Refresh();
            }
        }
        finally
        {
            if (stay) _near.Remove(due!.Value);
            Enter();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
