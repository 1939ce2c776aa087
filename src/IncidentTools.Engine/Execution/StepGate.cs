using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What ends a step before it does anything: a cancel, a person's word that it is left out or was done by hand, unmet needs, a condition that is false, a deadline that passed.</summary>
/// <param name="stopping">Its group is decided, or the run is cancelled.</param>
internal sealed class StepGate(RunSession session, FrameState frame, StepDefinition step, bool stopping)
{
    private static readonly TimeSpan MaxCleanup = TimeSpan.FromMinutes(2);

    /// <summary>When the cleanups of a cancelled run have had their time together; null for a step that is none.</summary>
    public DateTimeOffset? CleanupEnd => stopping && IsHandler && FirstCleanup() is { } first ? first + MaxCleanup : null;
    private bool IsHandler => frame.IsBook && session.Books.Of(frame).Handler(step.Id) is not null;

    /// <returns>Whether the step is finished by this.</returns>
    public bool Closed(StepInstance instance)
    {
        // what it opened ends first
        if (instance.Members is not null && (stopping || IsLate(instance))) return false;
        if (stopping && !IsHandler)
        {
            // an effect under way is asked about before the branch ends; of a cancelled run nobody asks any more
            if (instance.Open is null || StepEffects.Looks(session.Effects.Find(step.Use.Uses))) session.Finish(instance, "Cancelled", message: session.State.Cancel?.Reason ?? "");
            else if (session.State.Cancel is not null) session.Finish(instance, "InDoubt", error: "InDoubt", message: "the run was cancelled before anybody knew what became of it");
            else return false;
        }
        else if (CleanupEnd is { } end && session.Now >= end)
            session.Finish(instance, instance.Open is null || session.Effects.Find(step.Use.Uses) is ProbeEffect ? "TimedOut" : "InDoubt", error: "Deadline", message: $"cleanup has {Duration.Format(MaxCleanup)}");
        else if (instance.Open is not null) return false;
        else if (session.State.SkipReason(step.Id) is { } reason) session.Finish(instance, "Waived", message: reason);
        else if (session.State.ByHand(step.Id) is { } done) session.Finish(instance, "Succeeded", new Dictionary<string, object?>(done.Data.Value) { ["byHand"] = true }, message: done.Data.Note, by: done.Actor);
        else if (Begins(instance) && step.Needs.FirstOrDefault(need => frame.Find(need)?.State is not ("Succeeded" or "Waived")) is { } unmet)
            session.Finish(instance, "Failed", error: "NeedsNotMet", message: $"step {unmet} has not succeeded");
        else if (Begins(instance) && step.When is { } when && !session.IsTrue(when, instance)) session.Finish(instance, "Skipped", message: $"{when.Text} does not hold");
        else if (IsLate(instance) && IsFree(instance) && step.Use.Uses is not ("wait" or "approve"))
            session.Finish(instance, "TimedOut", error: "Deadline", message: $"not done within {Duration.Format(step.Deadline!.Value)}");
        else return false;
        return true;
    }

    private bool IsLate(StepInstance instance) => step.Deadline is { } limit && session.Now >= instance.EnteredAt + limit;
    /// <summary>Nobody is waited for: an answer in time counts, but an effect that was approved in time and not begun does not begin any more.</summary>
    private static bool IsFree(StepInstance instance) => instance.Wait is null or { Opened.Kind: "Timer" } or { Opened.Kind: "Approval", Approved: true };
    private static bool Begins(StepInstance instance) => instance is { Attempt: 0, Wait: null, Members: null };

    /// <summary>When the first cleanup of the run began: they have their time together.</summary>
    private DateTimeOffset? FirstCleanup()
    {
        var state = session.State;
        return state.Visits.FirstOrDefault(visit => state.Frame(visit.Frame) is { IsBook: true } of && session.Books.Of(of).OnCancel == visit.Step)?.EnteredAt;
    }
}
