using System.Runtime.InteropServices;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// A process and everything below it, on Unix. Children whose parent ends are adopted by somebody else, so whoever was once seen below is
/// remembered, with its start, until the end; an id that was taken over by another process is never signalled.
/// </summary>
internal sealed class ProcessTree(int root, IReadOnlyCollection<string> pipes)
{
    private const int Terminate = 15, Kill = 9;
    private static int StopSignal => OperatingSystem.IsMacOS() ? 17 : 19;
    private readonly Dictionary<int, string> _known = ProcessTable.Find(root) is { } row ? new() { [root] = row.Start } : [];

    /// <summary>Asks every one of them to end.</summary>
    public void Ask()
    {
        Look();
        Signal(Living(), Terminate);
    }

    /// <summary>Looks again for new ones; true when nobody is left.</summary>
    public bool IsGone()
    {
        Look();
        return Living().Count == 0;
    }

    /// <summary>Ends every one of them: all are halted first, so that none can start another meanwhile.</summary>
    public async Task EndAsync(TimeProvider time, TimeSpan limit)
    {
        var began = time.GetTimestamp();
        do
        {
            for (var halted = new HashSet<int>(); ; )
            {
                Look();
                var fresh = Living().Where(halted.Add).ToList();
                if (fresh.Count == 0) break;
                Signal(fresh, StopSignal);
            }
            foreach (var stray in ProcessTable.Holding(pipes)) _known[stray.Pid] = stray.Start;
            Signal(Living(), Kill);
            if (IsGone()) return;
            await Task.Delay(TimeSpan.FromMilliseconds(20), time).ConfigureAwait(false);
        }
        while (time.GetElapsedTime(began) < limit);
    }

    private void Look()
    {
        var rows = ProcessTable.Read();
        var alive = rows.Where(row => _known.TryGetValue(row.Pid, out var start) && start == row.Start).Select(row => row.Pid).ToHashSet();
        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var row in rows.Where(row => alive.Contains(row.Parent) && !alive.Contains(row.Pid)))
            {
                _known[row.Pid] = row.Start;
                grown |= alive.Add(row.Pid);
            }
        }
    }

    private List<int> Living() => [.. _known.Where(known => ProcessTable.Find(known.Key) is { Ended: false } row && row.Start == known.Value).Select(known => known.Key)];

    private static void Signal(IEnumerable<int> pids, int signal)
    {
        foreach (var pid in pids.Where(pid => pid > 1 && pid != Environment.ProcessId)) _ = NativeKill(pid, signal);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int NativeKill(int pid, int signal);
}
