namespace IncidentTools.Engine.Execution;

/// <summary>
/// The program of an attempt, or of an undo, whose runner died. It may still be having its effect: it is given the rest of its time, then ended, before
/// anything is asked about it.
/// </summary>
internal static class LeftProcess
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Called with the pen.</summary>
    /// <param name="left">What is left of its time.</param>
    /// <returns>Null when it is gone; else why nothing can be asked yet.</returns>
    public static async Task<string?> EndAsync(RunSession session, StepInstance instance, TimeSpan left, CancellationToken cancellation)
    {
        if (instance.Process is not { } started) return null;
        var process = new ProcessIdentity(started.Pid, started.ProcessStartedAt, started.Host);
        if (left > TimeSpan.Zero) await session.Pen.Outside(() => process.WaitAsync(left, session.Parts.Time, cancellation)).ConfigureAwait(false);
        return await session.Pen.Outside(() => process.EndAsync(Grace, session.Parts.Time, cancellation)).ConfigureAwait(false) switch
        {
            ProcessLife.Gone => null,
            ProcessLife.Lives => $"its process {started.Pid} lives on and could not be ended",
            _ => $"its process {started.Pid} on {started.Host} cannot be seen from here: it may still run",
        };
    }
}
