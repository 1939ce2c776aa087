namespace IncidentTools.Engine.Execution;

/// <summary>All that is done every so often beside one runbook's main line, from its first step to its last.</summary>
internal sealed class StandingLanes(FrameDriver main, BookIndex book)
{
    private readonly RunSession _session = main.Drive.Session;
    private readonly List<(Task Task, LaneDriver Lane)> _lanes = [];

    /// <summary>Called with the pen.</summary>
    public void Start(CancellationToken cancellation)
    {
        foreach (var every in book.Book.Every)
        {
            var lane = new LaneDriver(main, every);
            main.Drive.Parking.Enter();
            _lanes.Add((Task.Run(() => RunAsync(lane, cancellation), CancellationToken.None), lane));
        }
    }

    /// <summary>Lets what is under way end. Called with the pen, when the main line is at its end.</summary>
    public async Task StopAsync()
    {
        if (_lanes.Count == 0) return;
        foreach (var (_, lane) in _lanes) lane.Stop();
        await WaitAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until all of them wait or are over. Called with the pen.</summary>
    public async Task WaitAsync()
    {
        if (_lanes.Count == 0) return;
        main.Drive.Parking.Leave();
        try { await _session.Pen.Outside(() => Task.WhenAll(_lanes.Select(lane => lane.Task))).ConfigureAwait(false); }
        finally { main.Drive.Parking.Enter(); }
        _lanes.Clear();
    }

    /// <summary>Waits until they are gone; what went wrong in them is not said, since something else did before. Called with the pen.</summary>
    public Task AbandonAsync() => _lanes.Count == 0 ? Task.CompletedTask
        : _session.Pen.Outside(() => Task.WhenAll(_lanes.Select(lane => lane.Task)).ContinueWith(_ => { }, TaskScheduler.Default));

    private async Task RunAsync(LaneDriver lane, CancellationToken cancellation)
    {
        await _session.Pen.TakeAsync().ConfigureAwait(false);
        try { await lane.RunAsync(cancellation).ConfigureAwait(false); }
        finally
        {
            main.Drive.Parking.Leave();
            _session.Pen.PutDown();
        }
    }
}
