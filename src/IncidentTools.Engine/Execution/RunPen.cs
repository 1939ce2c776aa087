namespace IncidentTools.Engine.Execution;

/// <summary>
/// Who may look at and change a run's state: one branch at a time. It is put down while an effect works or time passes, so that branches
/// work at once and still never see each other half done.
/// </summary>
internal sealed class RunPen : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);

    public Task TakeAsync() => _gate.WaitAsync();
    public void PutDown() => _gate.Release();

    /// <summary>Puts the pen down for a while. Called by who has it.</summary>
    public async Task<T> Outside<T>(Func<Task<T>> work)
    {
        _gate.Release();
        try { return await work().ConfigureAwait(false); }
        finally { await _gate.WaitAsync().ConfigureAwait(false); }
    }

    /// <inheritdoc cref="Outside{T}"/>
    public async Task Outside(Func<Task> work)
    {
        _gate.Release();
        try { await work().ConfigureAwait(false); }
        finally { await _gate.WaitAsync().ConfigureAwait(false); }
    }

    /// <summary>Takes the pen for a moment, from a callback of an effect at work.</summary>
    public void Inside(Action work)
    {
        _gate.Wait();
        try { work(); }
        finally { _gate.Release(); }
    }

    public void Dispose() => _gate.Dispose();
}
