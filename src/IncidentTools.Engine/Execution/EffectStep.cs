using System.Security.Cryptography;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// A step with an effect, or a probe: resolve, ask for approval, record the intent durably, do it, record the result. An intent without a result
/// is in doubt and is settled before anything else happens.
/// </summary>
/// <param name="stopping">Its group is decided or the run is cancelled: nobody is asked any more what became of it.</param>
internal sealed class EffectStep(RunSession session, StepDefinition step, IAction effect, bool stopping)
{
    private RunState State => session.State;

    public async Task<StepProgress> AdvanceAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (instance.Open is not null) return await new EffectDoubt(session, step, effect, stopping).SettleAsync(instance, cancellation).ConfigureAwait(false);
        if (instance.RetryAt is { } again && again > session.Now) return Pause(instance, again);
        if (await new OnceGuard(session, step, effect).HoldAsync(instance, cancellation).ConfigureAwait(false) is { } once) return once;
        var with = StepTarget.Add(step, session.Resolve(step.Use, instance), instance, value => StepArguments.Resolve(value, session.Evaluator, session.Roots(instance)));
        var plan = effect.Plan(with);
        var hash = PlanHash(step.Use.Uses, with, plan);
        var impact = StepEffects.Impact(step, effect, with);
        if (new ApprovalGate(session, step).Hold(instance, plan, hash, impact, StepEffects.Reasons(step, effect, with)) is { } held) return held;
        var precondition = effect.PreconditionAsync(with, session.Context(step, session.Now), cancellation);
        // one that takes its time must not hold back what is known so far
        if (!precondition.IsCompleted) session.Writer.Flush();
        if (await session.Pen.Outside(() => precondition).ConfigureAwait(false) is { } against)
        {
            session.Finish(instance, "Failed", error: "PreconditionFailed", message: against);
            return StepProgress.Moved;
        }
        session.Writer.Emit(new StepIntended(State.Run, instance.Path, instance.Attempt + 1, with.Values, hash) { Impact = impact.ToString().ToLowerInvariant(), ImpactReasons = StepEffects.Reasons(step, effect, with) is { Count: > 0 } raised ? raised : null });
        session.Writer.Flush();
        // a cancel that stands in the journal before the intent comes first
        if (!stopping && State.Cancel is not null)
        {
            session.Emit(new StepAttempted(State.Run, instance.Path, instance.Attempt + 1, "NotDone", null, "the run was cancelled before it began", null));
            return StepProgress.Moved;
        }
        await AttemptAsync(session.Again(instance), with, cancellation).ConfigureAwait(false);
        return StepProgress.Moved;
    }

    /// <summary>What an approval binds to: the same words again mean the same effect. Secrets are in it by name only.</summary>
    public static string PlanHash(string uses, Arguments with, ActionPlan plan)
    {
        var content = new Dictionary<string, object?> { ["uses"] = uses, ["with"] = with.Values, ["target"] = plan.Target, ["commands"] = plan.Commands.ToList<object?>() };
        return Convert.ToHexString(SHA256.HashData(CanonicalJson.Bytes(CanonicalJson.Canonicalize(PlainJson.Write(content))))).ToLowerInvariant();
    }

    private async Task AttemptAsync(StepInstance instance, Arguments with, CancellationToken cancellation)
    {
        ActionResult result;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // on other machines each has its own time
        using var clock = effect is not TargetedEffect && step.Timeout is { } time ? session.Parts.Time.CreateTimer(_ => limit.Cancel(), null, time, Timeout.InfiniteTimeSpan) : null;
        string? tripped = null;
        var context = session.Context(step, instance.IntendedAt!.Value, (pid, at) => session.Started(instance, pid, at)) with { Hosts = instance.Hosts, OnHostFinished = host => HostFinished(instance, host) };
        try { (result, tripped) = await session.Pen.Outside(() => GuardedAsync(instance, limit, () => effect.ExecuteAsync(with, context, limit.Token))).ConfigureAwait(false); }
        // a probe that was interrupted says nothing: it is made again when the run goes on
        catch (OperationCanceledException) when (StepEffects.Looks(effect) && cancellation.IsCancellationRequested) { throw; }
        catch (OperationCanceledException) { result = new ActionResult(StepEffects.Looks(effect) ? ActionOutcome.Failed : ActionOutcome.InDoubt, "it was interrupted") { Error = "Interrupted" }; }
        catch (IncidentToolsException error) { result = new ActionResult(ActionOutcome.Failed, error.Message) { Error = error.ErrorId }; }
        // a defect of an action must neither end the run nor pass for a result
        catch (Exception error) when (error is not OutOfMemoryException) { result = new ActionResult(StepEffects.Looks(effect) ? ActionOutcome.Failed : ActionOutcome.InDoubt, $"{error.GetType().Name}: {error.Message}") { Error = "Unexpected" }; }
        if (tripped is null && result.Outcome != ActionOutcome.Succeeded && effect is not TargetedEffect && limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
            result = result with { Error = "Timeout", Message = $"no result within {Duration.Format(step.Timeout!.Value)}{(result.Message.Length == 0 ? "" : $": {result.Message}")}" };
        // what was done before the guard could end it is done
        if (tripped is not null && result.Outcome != ActionOutcome.Succeeded) result = result with { Error = "GuardTripped", Message = $"{tripped}{(result.Message.Length == 0 ? "" : $" ({result.Message})")}" };
        Record(instance, result);
    }

    /// <summary>The effect under its guards, which may end it. Called without the pen.</summary>
    private async Task<(ActionResult Result, string? Tripped)> GuardedAsync(StepInstance instance, CancellationTokenSource limit, Func<Task<ActionResult>> work)
    {
        if (step.Guards.Count == 0) return (await work().ConfigureAwait(false), null);
        var watch = new GuardWatch(session, step, instance, limit.Cancel, limit.Token);
        try
        {
            var result = await work().ConfigureAwait(false);
            return (result, watch.Tripped);
        }
        catch (OperationCanceledException) when (watch.Tripped is { } why) { return (new ActionResult(StepEffects.Looks(effect) ? ActionOutcome.Failed : ActionOutcome.InDoubt, "it was interrupted") { Error = "GuardTripped" }, why); }
        finally { await watch.DisposeAsync().ConfigureAwait(false); }
    }

    private void Record(StepInstance instance, ActionResult result)
    {
        var entry = AttemptRules.AfterAttempt(State.Run, step, instance, result with { Message = session.Parts.Mask.Apply(result.Message) }, Random.Shared.NextDouble(), session.Now);
        if (step.Detached && entry is StepFinished { State: "Succeeded" }) entry = new StepAttempted(State.Run, instance.Path, instance.Attempt, "Detached", null, session.Parts.Mask.Apply(result.Message), null) { Handle = result.Value };
        if (entry is StepFinished finished) entry = finished with { Status = result.Status, Detail = Detail(result) };
        session.Emit(entry);
    }

    /// <summary>Durable at once: what is done on one machine is not done there again, whatever becomes of the others.</summary>
    private void HostFinished(StepInstance instance, HostResult host) => session.Pen.Inside(() =>
    {
        session.Writer.Emit(new StepHostFinished(State.Run, instance.Path, instance.Attempt, host.Host, host.Status, host.ExitCode, host.Value, host.Error, host.Message));
        session.Writer.Flush();
    });

    private StepProgress Pause(StepInstance instance, DateTimeOffset until)
    {
        if (instance.Wait is { Opened.Kind: "Timer" } wait && !wait.IsLate(session.Now)) return StepProgress.Parked;
        if (until <= session.PatientUntil) return StepProgress.Napping(until);
        session.Open(instance, "Timer", $"attempt {instance.Attempt} failed{(instance.Error is null ? "" : $" ({instance.Error})")}; the next one is due", [], until);
        return StepProgress.Parked;
    }

    private Dictionary<string, object?>? Detail(ActionResult result)
    {
        var detail = new Dictionary<string, object?>(result.Detail);
        if (result.Output.Length > 0) detail["output"] = session.Parts.Mask.Apply(result.Output);
        if (result.Truncated) detail["truncated"] = true;
        if (result.UndoData.Count > 0) detail["undo"] = result.UndoData;
        return detail.Count == 0 ? null : detail;
    }
}
