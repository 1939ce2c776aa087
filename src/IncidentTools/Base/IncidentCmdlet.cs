using System.Collections.Concurrent;
using System.Management.Automation;
using IncidentTools.Engine;

namespace IncidentTools.Base;

/// <summary>
/// What every cmdlet has: -Store and -Workspace, the session's engine, Ctrl+C, and one way for errors. A cmdlet overrides
/// <see cref="Execute"/> (and <see cref="Begin"/>, <see cref="Finish"/>), throws errors of the catalogue, and awaits with <see cref="Await{T}"/>.
/// </summary>
public abstract class IncidentCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Path of the store; else the session's, $env:INCIDENTTOOLS_STORE, the user's own.</summary>
    [Parameter]
    public string? Store { get; set; }

    /// <summary>Path of the workspace folder; else $env:INCIDENTTOOLS_WORKSPACE, the nearest parent with incidenttools.yaml, the shipped one.</summary>
    [Parameter]
    public string? Workspace { get; set; }

    /// <summary>Cancelled by Ctrl+C and ps.Stop().</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>The engine over this command's store and workspace; opened at first use, kept by the session.</summary>
    protected IncidentEngine Engine => _engine ??= _session!.Engine(this, Store, Workspace);
    private IncidentEngine? _engine;
    // taken on the pipeline's thread: asynchronous work runs on others, which have no runspace
    private ModuleSession? _session;

    protected virtual void Begin() { }
    protected abstract void Execute();
    protected virtual void Finish() { }

    /// <summary>True when an error of <see cref="Execute"/> ends the whole command, not only this input object.</summary>
    protected virtual bool ErrorsTerminate => false;

    protected sealed override void BeginProcessing()
    {
        _session = ModuleSession.Current;
        Guard(Begin, terminate: true);
    }
    protected sealed override void ProcessRecord() => Guard(Execute, ErrorsTerminate);
    protected sealed override void EndProcessing() => Guard(Finish, terminate: true);
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Runs asynchronous work from the pipeline thread; actions posted with <paramref name="work"/>'s second argument (Write*) run on the pipeline thread.</summary>
    protected T Await<T>(Func<CancellationToken, Action<Action>, Task<T>> work)
    {
        using var posted = new BlockingCollection<Action>();
        var task = Task.Run(async () =>
        {
            try { return await work(_stop.Token, posted.Add).ConfigureAwait(false); }
            finally { posted.CompleteAdding(); }
        });
        try { foreach (var action in posted.GetConsumingEnumerable()) action(); }
        catch
        {
            // the pipeline ends here (Ctrl+C at a prompt, -Verbose under Stop): the work ends before it, so that nothing goes on behind the user's back
            _stop.Cancel();
            try { task.GetAwaiter().GetResult(); }
            catch (Exception error) when (error is OperationCanceledException or IncidentToolsException) { }
            throw;
        }
        return task.GetAwaiter().GetResult();
    }

    protected T Await<T>(Func<CancellationToken, Task<T>> work) => Await((token, _) => work(token));

    /// <summary>Writes a catalogue error for one input object and goes on.</summary>
    protected void WriteError(IncidentToolsException error) => WriteError(ErrorRecords.From(error));

    private void Guard(Action body, bool terminate)
    {
        try { body(); }
        catch (PipelineStoppedException) { throw; }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested) { throw new PipelineStoppedException(); }
        catch (IncidentToolsException error) when (terminate) { ThrowTerminatingError(ErrorRecords.From(error)); }
        catch (IncidentToolsException error) { WriteError(ErrorRecords.From(error)); }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }
}
