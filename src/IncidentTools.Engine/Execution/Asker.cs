namespace IncidentTools.Engine.Execution;

/// <summary>Puts a wait to the person at this session, one question at a time.</summary>
internal sealed class Asker(RunDriver drive)
{
    /// <returns>False when they do not answer: the step waits.</returns>
    public async Task<bool> AskAsync(StepInstance instance, CancellationToken cancellation)
    {
        var session = drive.Session;
        var path = instance.Path;
        await session.Pen.Outside(() => drive.Asking.WaitAsync(cancellation)).ConfigureAwait(false);
        try
        {
            while (session.State.Instance(path) is { Wait: { IsSettled: false } } now)
            {
                var view = StepView.Of(session, now);
                if (await session.Pen.Outside(() => session.Options.Ask!(view, cancellation)).ConfigureAwait(false) is not { } said) return false;
                try
                {
                    drive.Answer(said, now);
                    session.Writer.Refresh();
                    return true;
                }
                catch (IncidentToolsException error) when (session.Options.Refused is not null && error.Kind is ErrorKind.InvalidInput or ErrorKind.Denied or ErrorKind.InvalidState)
                {
                    session.Options.Refused!(view, error);
                    // somebody else may have answered meanwhile
                    session.Writer.Refresh();
                }
            }
            return true;
        }
        finally { drive.Asking.Release(); }
    }
}
