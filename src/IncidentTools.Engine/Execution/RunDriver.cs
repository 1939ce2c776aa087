namespace IncidentTools.Engine.Execution;

/// <summary>Drives a run until it ends or waits. All state is in the journal; this holds none.</summary>
internal sealed class RunDriver
{
    // a chain of steps that only decide is made durable at least this often
    private const int MaxUnwritten = 64;
    private readonly RunLease _lease;
    private int _unwritten, _finished;

    /// <param name="template">Text of a template the run is bound to.</param>
    /// <param name="answer">Records what the person at this session says to a step's wait.</param>
    public RunDriver(RunSession session, RunLease lease, Func<string, string?> template, Action<StepAnswer, StepInstance> answer)
    {
        (Session, _lease, Template, Answer) = (session, lease, template, answer);
        Parking = new Parking(session);
    }

    public RunSession Session { get; }
    public Parking Parking { get; }
    public Func<string, string?> Template { get; }
    public Action<StepAnswer, StepInstance> Answer { get; }
    /// <summary>One question at a time.</summary>
    public SemaphoreSlim Asking { get; } = new(1, 1);
    /// <summary>Whether as many steps have ended as this drive was to do.</summary>
    public bool IsEnough => _finished >= Session.Options.StepLimit;

    /// <exception cref="IncidentToolsException">LeaseLost: somebody else drives it by now.</exception>
    public async Task DriveAsync(CancellationToken cancellation)
    {
        Session.PatientUntil = Session.Now + Session.Options.Patience;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _lease.Lost);
        await Session.Pen.TakeAsync().ConfigureAwait(false);
        Parking.Enter();
        try
        {
            await new FrameDriver(this, FramePath.Root, null).RunAsync(stop.Token).ConfigureAwait(false);
        }
        // what is known of an interrupted step is recorded before the interruption goes on its way; after a lost lease this refuses
        finally
        {
            Flush();
            Session.Pen.PutDown();
        }
    }

    /// <summary>Something was decided.</summary>
    public void Wrote()
    {
        if (++_unwritten >= MaxUnwritten) Flush();
    }

    public void Flush()
    {
        _unwritten = 0;
        Session.Writer.Flush();
    }

    public void Finished(StepInstance instance)
    {
        _finished++;
        Tell(instance);
    }

    public void Tell(StepInstance instance)
    {
        if (Session.Options.Progress is { } progress) progress(StepView.Of(Session, instance));
    }
}
