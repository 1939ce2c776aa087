using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Finds out what became of an attempt whose result is not known: by its check, else by asking a person.</summary>
internal sealed class EffectDoubt(RunSession session, StepDefinition step, IAction effect, bool stopping)
{
    public async Task<StepProgress> SettleAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (instance.Wait is { Opened.Kind: "InDoubt" } asked)
        {
            if (asked.Answers is not [var (actor, answer), ..]) return StepProgress.Parked;
            Settle(instance, answer.Answer, actor, answer.Note);
            return StepProgress.Moved;
        }
        if (instance.Wait is { Opened.Kind: "Timer" } poll && !poll.IsLate(session.Now)) return StepProgress.Parked;
        var left = instance.Process is null ? TimeSpan.Zero : instance.IntendedAt!.Value + (step.Timeout ?? TimeSpan.Zero) - session.Now;
        var check = await LeftProcess.EndAsync(session, instance, left, cancellation).ConfigureAwait(false) is { } why ? new CheckResult(CheckState.Unknown, why) : await EffectCheck.AskAsync(session, step, effect, instance, instance.Open!.With, cancellation).ConfigureAwait(false);
        var entry = AttemptRules.AfterCheck(session.State.Run, step, instance, check with { Message = session.Parts.Mask.Apply(check.Message) }, "check", session.NewWait(), session.Now);
        // what goes on by itself is not begun again because it is not there yet
        if (instance.IsDetached && check.State == CheckState.NotDone)
            entry = AttemptRules.AfterCheck(session.State.Run, step, instance, new CheckResult(CheckState.InProgress, session.Parts.Mask.Apply(check.Message)), "check", session.NewWait(), session.Now);
        if (instance.IsDetached && entry is StepFinished { State: "Succeeded" } done) entry = done with { Value = instance.Value };
        if (stopping && entry is WaitOpened) entry = new StepFinished(session.State.Run, instance.Path, "InDoubt", null, "InDoubt", session.Parts.Mask.Apply(check.Message), null, null);
        session.Emit(entry);
        return entry is WaitOpened ? StepProgress.Parked : StepProgress.Moved;
    }

    private void Settle(StepInstance instance, string answer, string by, string? note)
    {
        if (answer == "Stop") session.Finish(instance, "InDoubt", error: "InDoubt", message: note ?? "left in doubt", by: by);
        else session.Emit(AttemptRules.AfterCheck(session.State.Run, step, instance, new CheckResult(answer == "Done" ? CheckState.Done : CheckState.NotDone, note ?? ""), by, session.NewWait(), session.Now));
    }
}
