using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Looks into the journal while a step works, so that Stop-RunbookRun from another session reaches it. Cleanup steps are not cancelled again.</summary>
internal sealed class CancelWatch : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly ITimer? _timer;

    public CancelWatch(RunSession session, StepDefinition step, CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
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
                    _source.Cancel();
                }
            }
            catch (IncidentToolsException) { } // busy for a moment: the next look will see it
            catch (ObjectDisposedException) { }
        }, null, session.Parts.Watch, session.Parts.Watch);
    }

    public CancellationToken Token => _source.Token;
    /// <summary>Whether somebody asked for a cancel.</summary>
    public bool Seen { get; private set; }

    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }
}
