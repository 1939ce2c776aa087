using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Looks into the journal while a step works, so that Stop-RunbookRun from another session reaches it. Cleanup steps are not cancelled again, but end when their time is over.</summary>
internal sealed class CancelWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly ITimer? _timer, _end;

    /// <param name="end">When the step has to end, whatever it does.</param>
    public CancelWatch(RunSession session, StepDefinition step, DateTimeOffset? end, CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (end is { } time) _end = session.Parts.Time.CreateTimer(_ =>
            {
                IsOver = true;
                Cancel();
            }, null, time > session.Now ? time - session.Now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        if (session.Book.Handler(step.Id) is not null) return;
        var (store, stream, run, from) = (session.Parts.Journal.Store, session.Stream, session.State.Run, session.State.Seq);
        _timer = session.Parts.Time.CreateTimer(_ =>
        {
            try
            {
                if (store.Head(stream).Seq <= from) return;
                foreach (var entry in store.Read(stream, from + 1))
                {
                    from = entry.Seq;
                    if (entry.Data is not RunCancelRequested cancel || cancel.Run != run) continue;
                    Seen = true;
                    Cancel();
                }
            }
            catch (IncidentToolsException) { } // busy for a moment: the next look will see it
            catch (ObjectDisposedException) { }
        }, null, session.Parts.Watch, session.Parts.Watch);
    }

    public CancellationToken Token => _source.Token;
    /// <summary>Whether somebody asked for a cancel.</summary>
    public bool Seen { get; private set; }
    /// <summary>Whether its time is over.</summary>
    public bool IsOver { get; private set; }

    private void Cancel()
    {
        try { _source.Cancel(); }
        catch (ObjectDisposedException) { } // it has ended meanwhile
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _end?.Dispose();
        _source.Dispose();
    }
}
