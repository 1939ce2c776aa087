using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Asks a step's guards again and again while an attempt of it works: replication that falls behind, a disk that fills.</summary>
internal sealed class GuardWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task _watching;

    /// <param name="trip">Ends the attempt.</param>
    public GuardWatch(RunSession session, StepDefinition step, StepInstance instance, Action trip, CancellationToken cancellation)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _watching = Task.WhenAll(step.Guards.Select(guard => WatchAsync(session, guard, instance, trip)));
    }

    /// <summary>Why the attempt was ended; null when no guard did.</summary>
    public string? Tripped { get; private set; }

    private async Task WatchAsync(RunSession session, GuardDefinition guard, StepInstance instance, Action trip)
    {
        var said = ProbeStatus.Pass;
        try
        {
            while (true)
            {
                await Task.Delay(guard.Interval, session.Parts.Time, _end.Token).ConfigureAwait(false);
                var result = await LookAsync(session, guard, instance).ConfigureAwait(false);
                var bad = result.Status is ProbeStatus.Fail or ProbeStatus.Error;
                // what could not be looked at is written down, and is no reason to end what works; said once until it changes
                if (bad && result.Status != said) Note(session, guard, instance, result);
                said = result.Status;
                if (result.Status != ProbeStatus.Fail || guard.OnTrip != "fail") continue;
                Tripped ??= $"guard {guard.Probe.Uses}: {result.Message}";
                trip();
                return;
            }
        }
        catch (OperationCanceledException) { } // the attempt is over
    }

    private async Task<ProbeResult> LookAsync(RunSession session, GuardDefinition guard, StepInstance instance)
    {
        try
        {
            Foundation.Arguments? with = null;
            session.Pen.Inside(() => with = session.Resolve(guard.Probe, session.Again(instance)));
            return await session.Parts.Probes[guard.Probe.Uses].CheckAsync(with!, new ProbeContext(session.Parts.Time, session.Parts.Processes, session.Parts.Secrets, session.Parts.Mask) { Step = instance.Step + ".guard" }, _end.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OutOfMemoryException and not OperationCanceledException) { return ProbeResult.CouldNotCheck("Unexpected", error.Message); }
    }

    private static void Note(RunSession session, GuardDefinition guard, StepInstance instance, ProbeResult result) => session.Pen.Inside(() =>
    {
        session.Writer.Emit(new GuardTripped(session.State.Run, instance.Path, guard.Probe.Uses, result.Status.ToString(), session.Parts.Mask.Apply(result.Message), result.Status == ProbeStatus.Fail && guard.OnTrip == "fail"));
        session.Writer.Flush();
    });

    /// <summary>Called without the pen: a guard may be about to take it.</summary>
    public async ValueTask DisposeAsync()
    {
        _end.Cancel();
        await _watching.ConfigureAwait(false);
        _end.Dispose();
    }
}
