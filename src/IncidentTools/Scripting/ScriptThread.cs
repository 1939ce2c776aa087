using System.Collections.Concurrent;

namespace IncidentTools.Scripting;

/// <summary>
/// The thread of a runspace, in the background: PowerShell's own threads would keep the program alive as long as a script that cannot be stopped.
/// Starting one takes as long as a short script.
/// </summary>
internal sealed class ScriptThread : IDisposable
{
    private const int StackSize = 10_000_000; // as PowerShell gives its own threads
    private readonly BlockingCollection<Action> _work = [];

    public ScriptThread() => new Thread(() =>
    {
        foreach (var work in _work.GetConsumingEnumerable()) work();
    }, StackSize) { IsBackground = true, Name = "script" }.Start();

    public Task<T> Run<T>(Func<T> work)
    {
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try { ended.SetResult(work()); }
            catch (Exception error) { ended.SetException(error); }
        });
        return ended.Task;
    }

    /// <summary>It ends with the work it has, without being waited for.</summary>
    public void Dispose() => _work.CompleteAdding();
}
