namespace IncidentTools.Engine.Probes.Security;

internal enum LogonKind { Failure, Success, NewAccount, NewAdministrator, LogCleared }

/// <param name="Account">Who logged in or tried; of a change, who gained by it.</param>
/// <param name="Source">Address it came from; empty when it was at the machine itself.</param>
internal sealed record LogonEvent(DateTimeOffset? At, LogonKind Kind, string Account, string Source, string Detail);

/// <summary>Counts within a window that slides: how many came within so long, at the worst.</summary>
internal sealed class SlidingCount(TimeSpan within)
{
    private const int MostHeld = 10_000;
    private readonly Queue<DateTimeOffset> _times = new();

    public int Worst { get; private set; }
    public int All { get; private set; }

    public void Add(DateTimeOffset? at)
    {
        All++;
        if (at is not { } time) return;
        _times.Enqueue(time);
        while (_times.Count > 0 && (time - _times.Peek() > within || _times.Count > MostHeld)) _times.Dequeue();
        Worst = Math.Max(Worst, _times.Count);
    }
}
