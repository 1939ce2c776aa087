using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Steps that wait: manual, ask, approve and wait. Waiting is a state in the journal, never a blocked thread.</summary>
internal sealed class WaitStep(RunSession session, StepDefinition step)
{
    public async Task<StepProgress> AdvanceAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (step.Use.Uses == "wait") return await TimerAsync(instance, cancellation).ConfigureAwait(false);
        if (instance.Wait is not { } wait || (wait.Opened.Kind == "Approval" && step.Use.Uses != "approve"))
        {
            if (Ask(instance) is { } held) return held;
            Open(instance);
            return StepProgress.Parked;
        }
        if (wait.IsSettled && !wait.Denied) Settle(instance, wait);
        else if (Expire(session, instance, wait) is not { } ended) return StepProgress.Parked;
        return StepProgress.Moved;
    }

    /// <summary>Work by hand may need an approval of its own too; null when it has it, or needs none.</summary>
    private StepProgress? Ask(StepInstance instance)
    {
        if (step.Use.Uses != "manual" || step.Approval is null) return null;
        var with = session.Resolve(step.Use, instance);
        var plan = new Actions.ActionPlan(with.TextOrNull("to") ?? "", "by hand", [with.Text("instruction")], null);
        return new ApprovalGate(session, step).Hold(instance, plan, EffectStep.PlanHash(step.Use.Uses, with, plan), step.Impact, []);
    }

    /// <summary>Ends a wait that was denied or whose time is up; null while it is open.</summary>
    public static StepProgress? Expire(RunSession session, StepInstance instance, WaitState wait)
    {
        if (wait.Denied)
        {
            var (actor, answer) = wait.Answers.First(given => given.Data.Answer == "Deny");
            session.Finish(instance, "Failed", error: "Rejected", message: $"{actor} denied it{(answer.Note is null ? "" : $": {answer.Note}")}", by: actor);
            return StepProgress.Moved;
        }
        if (!wait.IsLate(session.Now)) return null;
        session.Writer.Flush();
        session.Finish(instance, "TimedOut", error: "Expired", message: $"nobody answered by {UtcStamp.Format(wait.Opened.DueAt!.Value)}");
        // an answer that came in time and was not seen yet wins
        session.Writer.FlushUnlessChanged();
        return StepProgress.Moved;
    }

    private void Open(StepInstance instance)
    {
        var with = session.Resolve(step.Use, instance);
        var due = step.Deadline is { } limit ? instance.EnteredAt + limit : (DateTimeOffset?)null;
        switch (step.Use.Uses)
        {
            case "manual":
                session.Open(instance, "Answer", $"{with.Text("instruction")}{(with.TextOrNull("expected") is { } expected ? $" Expected: {expected}" : "")}", StepFields.Outcomes(with), due);
                break;
            case "ask":
                session.Open(instance, "Answer", with.TextOrNull("question") ?? step.Title, with.Texts("allowed"), due);
                break;
            default:
                var rule = new RunApproval(with.Texts("by"), Math.Max(1, with.Int("min", 1)), with.Flag("notRequester"), with.Duration("expires"), with.TextOrNull("assurance"));
                var expires = rule.Expires is { } time ? session.Now + time : due;
                session.Open(instance, "Approval", with.TextOrNull("prompt") ?? step.Title, ["Approve", "Deny"], due < expires ? due : expires, null, rule);
                break;
        }
    }

    private void Settle(StepInstance instance, WaitState wait)
    {
        var (actor, answer) = wait.Answers[^1];
        if (step.Use.Uses == "approve")
        {
            session.Finish(instance, "Succeeded", new Dictionary<string, object?> { ["by"] = wait.Answers.Select(given => (object?)given.Actor).ToList() }, message: $"approved by {string.Join(", ", wait.Answers.Select(given => given.Actor))}", by: actor);
            return;
        }
        var values = answer.Value as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
        if (step.Use.Uses == "ask")
        {
            var single = step.Use.With.ContainsKey("question");
            session.Finish(instance, "Succeeded", single ? values.GetValueOrDefault("answer") : values, message: answer.Note ?? "", by: actor);
            return;
        }
        var failed = answer.Answer == "Failed";
        session.Finish(instance, failed ? "Failed" : "Succeeded", new Dictionary<string, object?>(values) { ["outcome"] = answer.Answer, ["note"] = answer.Note }, failed ? "Failed" : null, answer.Note ?? answer.Answer, by: actor);
    }

    private async Task<StepProgress> TimerAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (instance.Wait is { } open && !open.IsLate(session.Now)) return StepProgress.Parked;
        var end = step.Deadline is { } limit ? instance.EnteredAt + limit : (DateTimeOffset?)null;
        if (step.Until is null && step.UntilProbe is null)
        {
            var with = session.Resolve(step.Use, instance);
            var due = with.Time("at") ?? instance.EnteredAt + (with.Duration("for") ?? TimeSpan.Zero);
            return Until(instance, due, "it waits for the time to pass");
        }
        var (holds, why) = await HoldsAsync(instance, cancellation).ConfigureAwait(false);
        if (holds) session.Finish(instance, "Succeeded", message: why);
        else if (session.Now >= end) session.Finish(instance, "TimedOut", error: "Timeout", message: why);
        else return Until(instance, end is { } last && last < session.Now + step.Poll ? last : session.Now + step.Poll, why);
        return StepProgress.Moved;
    }

    private StepProgress Until(StepInstance instance, DateTimeOffset due, string why)
    {
        if (due > session.Now)
        {
            session.Open(instance, "Timer", why, [], due);
            return StepProgress.Parked;
        }
        session.Finish(instance, "Succeeded", message: $"the time came at {UtcStamp.Format(due)}");
        return StepProgress.Moved;
    }

    private async Task<(bool Holds, string Why)> HoldsAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (step.Until is { } condition) return (session.IsTrue(condition, instance), $"until {condition.Text}");
        var use = step.UntilProbe!;
        session.Writer.Flush();
        var with = session.Resolve(use, instance);
        var result = await session.Pen.Outside(() => session.Parts.Probes[use.Uses].CheckAsync(with, session.Looking(step, "until"), cancellation)).ConfigureAwait(false);
        return (result.Status is ProbeStatus.Pass or ProbeStatus.Warn, result.Message);
    }
}
