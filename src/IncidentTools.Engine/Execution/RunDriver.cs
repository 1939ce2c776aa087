using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>The loop: look where the run stands, move it one step on, until it ends or waits. All state is in the journal; this holds none.</summary>
internal sealed class RunDriver(RunSession session, RunLease lease, Func<string, string?> template, Func<StepAnswer, string, bool> answer)
{
    // a chain of steps that only decide is made durable at least this often
    private const int MaxUnwritten = 64;
    private static readonly TimeSpan MaxCleanup = TimeSpan.FromMinutes(2);
    private int _unwritten, _finished;

    private RunWriter Writer => session.Writer;
    private RunState State => session.State;

    /// <exception cref="IncidentToolsException">LeaseLost: somebody else drives it by now.</exception>
    public async Task DriveAsync(CancellationToken cancellation)
    {
        session.PatientUntil = session.Now + session.Options.Patience;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lease.Lost);
        try
        {
            while (State.Ended is null && !(_finished >= session.Options.StepLimit))
            {
                stop.Token.ThrowIfCancellationRequested();
                if (State.Current is not { IsFinished: false } instance) Next();
                else if (await MoveAsync(instance, stop.Token).ConfigureAwait(false) == StepProgress.Parked && !await AwaitAsync(stop.Token).ConfigureAwait(false)) break;
                if (++_unwritten >= MaxUnwritten) Flush();
            }
        }
        // what is known of an interrupted step is recorded before the interruption goes on its way; after a lost lease this refuses
        finally { Flush(); }
    }

    private void Flush()
    {
        _unwritten = 0;
        Writer.Flush();
    }

    /// <summary>From a finished step to the next, or to the end.</summary>
    private void Next()
    {
        var route = RunRoute.After(State, session.Book);
        if (route.Step is not { } step)
        {
            Writer.Emit(new RunEnded(State.Run, route.Result!, route.Message));
            return;
        }
        var visit = State.Steps.TryGetValue(step.Id, out var earlier) ? earlier.Visit + 1 : 1;
        Writer.Emit(new StepEntered(State.Run, $"/{step.Id}#{visit}", step.Id, visit));
        Tell();
    }

    private async Task<StepProgress> MoveAsync(StepInstance instance, CancellationToken cancellation)
    {
        var step = session.Book.Step(instance.Step) ?? throw Errors.StepUnknown(session.Book.Id, instance.Step);
        var progress = await LookAsync(step, instance, cancellation).ConfigureAwait(false);
        if (!State.Current!.IsFinished) return progress;
        _finished++;
        Tell();
        return progress;
    }

    private async Task<StepProgress> LookAsync(StepDefinition step, StepInstance instance, CancellationToken cancellation)
    {
        try
        {
            if (EndedEarly(step, instance)) return StepProgress.Moved;
            if (session.Effects.Find(step.Use.Uses) is { } effect)
            {
                using var watch = new CancelWatch(session, step, cancellation);
                try { return await new EffectStep(session, step, effect).AdvanceAsync(instance, watch.Token).ConfigureAwait(false); }
                catch (OperationCanceledException) when (watch.Seen) { return StepProgress.Moved; }
                finally { if (watch.Seen) Writer.Refresh(); }
            }
            if (step.Use.Uses is "manual" or "ask" or "approve" or "wait") return await new WaitStep(session, step).AdvanceAsync(instance, cancellation).ConfigureAwait(false);
            if (new DecideStep(session, step, template).Run(instance))
            {
                Flush();
                await session.Parts.Deliver(session.Stream, cancellation).ConfigureAwait(false);
            }
        }
        // what the runbook says cannot be done with the values there are: the step fails, by name, and the run goes where it says
        catch (IncidentToolsException error) when (error.Kind is ErrorKind.InvalidInput or ErrorKind.NotFound && State.Current is { Open: null, IsFinished: false })
        {
            session.Finish(State.Current, "Failed", error: error.ErrorId, message: error.Message);
        }
        return StepProgress.Moved;
    }

    /// <summary>A cancel, a person's decision to leave it out, unmet needs, a condition that is false, a deadline that passed.</summary>
    private bool EndedEarly(StepDefinition step, StepInstance instance)
    {
        if (State.Cancel is { } cancel && session.Book.Handler(step.Id) is null)
        {
            if (instance.Open is not null && session.Effects.Find(step.Use.Uses) is not ProbeEffect) session.Finish(instance, "InDoubt", error: "InDoubt", message: "the run was cancelled before anybody knew what became of it");
            else session.Finish(instance, "Cancelled", message: cancel.Reason ?? "");
        }
        else if (State.Cancel is not null && instance.Open is null && session.Book.OnCancel is { } cleanup && State.Steps.TryGetValue(cleanup, out var first) && session.Now > first.EnteredAt + MaxCleanup)
            session.Finish(instance, "TimedOut", error: "Deadline", message: $"cleanup has {Duration.Format(MaxCleanup)}");
        else if (instance.Open is not null) return false;
        else if (State.SkipReason(step.Id) is { } reason) session.Finish(instance, "Waived", message: reason);
        else if (instance is { Attempt: 0, Wait: null } && step.Needs.FirstOrDefault(need => State.Steps.GetValueOrDefault(need)?.State is not ("Succeeded" or "Waived")) is { } unmet)
            session.Finish(instance, "Failed", error: "NeedsNotMet", message: $"step {unmet} has not succeeded");
        else if (instance is { Attempt: 0, Wait: null } && step.When is { } when && !session.IsTrue(when, instance)) session.Finish(instance, "Skipped", message: $"{when.Text} does not hold");
        else if (step.Deadline is { } limit && session.Now >= instance.EnteredAt + limit && instance.Wait is null or { Opened.Kind: "Timer" } && step.Use.Uses != "wait")
            session.Finish(instance, "TimedOut", error: "Deadline", message: $"not done within {Duration.Format(limit)}");
        else return false;
        return true;
    }

    /// <summary>At a wait: ask the person here, or stay for a timer that is near; false = park the run.</summary>
    private async Task<bool> AwaitAsync(CancellationToken cancellation)
    {
        Flush();
        if (session.Nap is { } nap)
        {
            session.Nap = null;
            return await SleepAsync(nap, cancellation).ConfigureAwait(false);
        }
        Tell();
        if (State.Current is not { Wait: { IsSettled: false } wait } instance) return true;
        if (wait.Opened.Kind == "Timer")
        {
            if (wait.Opened.DueAt is not { } due || due > session.PatientUntil) return false;
            return await SleepAsync(due, cancellation).ConfigureAwait(false);
        }
        if (session.Options.Ask is not { } ask) return false;
        while (await ask(StepView.Of(session, instance), cancellation).ConfigureAwait(false) is { } said)
        {
            try
            {
                var taken = answer(said, instance.Step);
                Writer.Refresh();
                return taken;
            }
            catch (IncidentToolsException error) when (session.Options.Refused is not null && error.Kind is ErrorKind.InvalidInput or ErrorKind.Denied or ErrorKind.InvalidState)
            {
                session.Options.Refused!(StepView.Of(session, instance), error);
                Writer.Refresh();
                // somebody else answered meanwhile
                if (State.Current is not { Wait.IsSettled: false } now || now.Path != instance.Path) return true;
                instance = now;
            }
        }
        return false;
    }

    /// <summary>Until the time, a cancel or a skip, whichever is first.</summary>
    private async Task<bool> SleepAsync(DateTimeOffset due, CancellationToken cancellation)
    {
        while (session.Now is var now && now < due)
        {
            await Task.Delay(due - now < session.Parts.Watch ? due - now : session.Parts.Watch, session.Parts.Time, cancellation).ConfigureAwait(false);
            Writer.Refresh();
            if (State.Cancel is not null || State.Current is { } current && State.SkipReason(current.Step) is not null) break;
        }
        return true;
    }

    private void Tell()
    {
        if (session.Options.Progress is { } progress && State.Current is { } current) progress(StepView.Of(session, current));
    }
}
