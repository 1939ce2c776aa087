using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// Takes back what a run, or a child runbook of it, did: one step at a time, the last to finish first, over branches, items and visits. What
/// did not take effect is passed over; what cannot be taken back makes the rollback partial.
/// </summary>
/// <param name="frame">Path of the runbook's frame.</param>
internal sealed class RollbackDriver(RunDriver drive, string frame)
{
    private static readonly string[] Retry = ["Retry", "Skip", "Stop"];
    private readonly RunSession _session = drive.Session;
    // looked at in this drive and found to need nothing; found so again by the next
    private readonly HashSet<string> _passed = new(StringComparer.Ordinal);
    private bool _stopped;

    private RunState State => _session.State;

    /// <summary>Called with the pen.</summary>
    /// <returns>False when it waits.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        while (!_stopped && Next() is { } visit)
        {
            cancellation.ThrowIfCancellationRequested();
            if (visit.Wait is { IsSettled: false } open)
            {
                drive.Flush();
                drive.Tell(visit);
                if (_session.Options.Ask is not null && await new Asker(drive).AskAsync(visit, cancellation).ConfigureAwait(false)) continue;
                if (!await drive.Parking.WaitAsync(open.Opened.DueAt, false, () => State.Instance(visit.Path).Wait is not { IsSettled: false }, cancellation).ConfigureAwait(false)) return false;
            }
            else if (visit.Wait is { } answered) await SettleAsync(visit, answered, cancellation).ConfigureAwait(false);
            else if (visit.Undoing is { } undoing) Ask(visit, $"{undoing.Summary}: {await StepUndo.DoubtAsync(_session, visit, cancellation).ConfigureAwait(false)}", ["Done", .. Retry]);
            else await BackAsync(visit, cancellation).ConfigureAwait(false);
        }
        End();
        return true;
    }

    private bool Within(StepInstance visit) => visit.Path.StartsWith(frame + "/", StringComparison.Ordinal);

    private StepInstance? Next() => State.Visits.Where(visit => visit.Intended is not null && Within(visit) && !_passed.Contains(visit.Path)
        && (visit.Wait is not null || visit.Undoing is not null || visit.State is "Succeeded" or "Failed" or "TimedOut" or "InDoubt")).MaxBy(visit => visit.FinishOrder);

    private async Task BackAsync(StepInstance visit, CancellationToken cancellation)
    {
        var step = _session.Books.StepOf(State, visit);
        if (_session.Effects.Find(step) is not { } effect || StepEffects.Looks(effect)) { _passed.Add(visit.Path); return; }
        if (visit.State != "Succeeded")
        {
            var check = await EffectCheck.AskAsync(_session, step, effect, visit, visit.Intended!.With, cancellation).ConfigureAwait(false);
            if (check.State is not (CheckState.Done or CheckState.InProgress))
            {
                // what may or may not have happened is not taken back, and not called taken back
                if (check.State == CheckState.Unknown && visit.State == "InDoubt") Left(visit, "InDoubt", check.Message);
                else _passed.Add(visit.Path);
                return;
            }
        }
        UndoWay way;
        try { way = new StepUndo(_session).Way(visit); }
        catch (IncidentToolsException error)
        {
            if (step.Undo is null && Impact(step, effect, visit) < StepImpact.Medium) _passed.Add(visit.Path);
            else Left(visit, error.ErrorId, error.Message);
            return;
        }
        if (way.ByHand is { } instruction) _session.Open(visit, "Answer", instruction, ["Done", "Failed"], null);
        else await TakeBackAsync(step, visit, way, cancellation).ConfigureAwait(false);
    }

    private async Task TakeBackAsync(StepDefinition step, StepInstance visit, UndoWay way, CancellationToken cancellation)
    {
        await new StepUndo(_session).TakeBackAsync(visit, way, cancellation).ConfigureAwait(false);
        Failed(step, _session.Again(visit));
    }

    /// <summary>A person is asked how to go on, unless the runbook says to go on anyway.</summary>
    private void Failed(StepDefinition step, StepInstance visit)
    {
        var policy = step.OnUndoFailure ?? _session.Books.Of(State.Frame(visit.Frame)).Book.OnUndoFailure;
        if (visit.State == "UndoFailed" && policy == "wait") Ask(visit, $"{step.Title} could not be taken back: {visit.Message}", Retry);
    }

    private void Ask(StepInstance visit, string prompt, string[] choices) => _session.Open(visit, "InDoubt", prompt, choices, null);

    private async Task SettleAsync(StepInstance visit, WaitState wait, CancellationToken cancellation)
    {
        var (actor, answer) = wait.Answers[0];
        switch (answer.Answer)
        {
            case "Done":
                _session.Writer.Emit(new UndoFinished(State.Run, visit.Path, "Undone", null, _session.Parts.Mask.Apply(answer.Note ?? $"{actor} says so")));
                break;
            case "Failed":
                Left(visit, "Failed", answer.Note ?? $"{actor} could not do it");
                Failed(_session.Books.StepOf(State, visit), _session.Again(visit));
                break;
            case "Retry" when new StepUndo(_session).Way(visit) is var way:
                if (way.ByHand is { } instruction) _session.Open(visit, "Answer", instruction, ["Done", "Failed"], null);
                else await TakeBackAsync(_session.Books.StepOf(State, visit), visit, way, cancellation).ConfigureAwait(false);
                break;
            case "Stop":
                Left(visit, "Stopped", answer.Note ?? $"{actor} stopped the rollback");
                _stopped = true;
                break;
            default:
                Left(visit, "Skipped", answer.Note ?? $"{actor} left it");
                break;
        }
    }

    private void Left(StepInstance visit, string error, string why) => _session.Writer.Emit(new UndoFinished(State.Run, visit.Path, "UndoFailed", error, _session.Parts.Mask.Apply(why)));

    private void End()
    {
        var left = State.Visits.Where(visit => Within(visit) && visit.State == "UndoFailed").Select(visit => visit.Path).ToList();
        var reason = State.Frame(frame).Rollback!.Reason;
        var (result, message) = left.Count == 0 && !_stopped ? ("RolledBack", reason) : ("Failed", $"rollback: partial, not taken back: {string.Join(", ", left)}{(reason.Length == 0 ? "" : $" ({reason})")}");
        if (frame.Length == 0) _session.Writer.Emit(new RunEnded(State.Run, result, message));
        else _session.Writer.Emit(new FrameEnded(State.Run, frame, result, message));
    }

    private static StepImpact Impact(StepDefinition step, IAction effect, StepInstance visit) => StepEffects.Impact(step, effect, new Arguments(visit.Intended!.With));
}
