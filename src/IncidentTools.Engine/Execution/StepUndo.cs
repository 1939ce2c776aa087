using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>How a visit can be taken back.</summary>
/// <param name="ByHand">What a person has to do; null when <paramref name="Run"/> does it.</param>
internal sealed record UndoWay(string Summary, string? ByHand, Func<CancellationToken, Task<ActionResult>>? Run);

/// <summary>Takes one finished step back, with the arguments its intent recorded.</summary>
internal sealed class StepUndo(RunSession session)
{
    /// <summary>On its own, at somebody's request.</summary>
    /// <param name="id">A step, or the path of a visit.</param>
    /// <exception cref="IncidentToolsException">StepUnknown, UndoRefused, UndoByHand.</exception>
    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        var visit = session.State.Visits.LastOrDefault(item => item.Step == id || item.Path == id);
        if (visit is null && session.Book.Step(id) is null) throw Errors.StepUnknown(session.Book.Id, id);
        if (visit is not { State: "Succeeded" or "UndoFailed" }) throw Errors.UndoRefused(id, $"it is {visit?.State ?? "Pending"}, only what succeeded can be taken back");
        var way = Way(visit);
        if (way.ByHand is { } instruction) throw Errors.UndoByHand(id, instruction);
        session.Writer.Emit(new RunLeased(session.State.Run, session.Writer.Fence!.Epoch));
        await session.Pen.TakeAsync().ConfigureAwait(false);
        try
        {
            if (visit.Undoing is null) await TakeBackAsync(visit, way, cancellation).ConfigureAwait(false);
            else await LeaveAsync(visit, id, cancellation).ConfigureAwait(false);
        }
        finally { session.Pen.PutDown(); }
    }

    /// <summary>It may be taken back already: on record as a failure, after which it is tried again only on somebody's word.</summary>
    private async Task LeaveAsync(StepInstance visit, string id, CancellationToken cancellation)
    {
        var why = await DoubtAsync(session, visit, cancellation).ConfigureAwait(false);
        session.Writer.Emit(new UndoFinished(session.State.Run, visit.Path, "UndoFailed", "InDoubt", why));
        session.Writer.Flush();
        throw Errors.UndoRefused(id, $"it was begun before, and {why}. Look, and if it was not, ask for it once more");
    }

    /// <summary>Why an undo whose result was lost is a question, once nothing of it runs any more.</summary>
    public static async Task<string> DoubtAsync(RunSession session, StepInstance visit, CancellationToken cancellation) =>
        await LeftProcess.EndAsync(session, visit, TimeSpan.Zero, cancellation).ConfigureAwait(false) ?? "nobody knows whether it was done before its runner died";

    /// <summary>Durable before and after. Called with the pen.</summary>
    public async Task TakeBackAsync(StepInstance visit, UndoWay way, CancellationToken cancellation)
    {
        session.Writer.Emit(new UndoIntended(session.State.Run, visit.Path, way.Summary));
        session.Writer.Flush();
        ActionResult result;
        try { result = await session.Pen.Outside(() => way.Run!(cancellation)).ConfigureAwait(false); }
        catch (OperationCanceledException) { result = new ActionResult(ActionOutcome.InDoubt, "it was interrupted: look whether it took effect") { Error = "Interrupted" }; }
        catch (IncidentToolsException error) { result = new ActionResult(ActionOutcome.Failed, error.Message) { Error = error.ErrorId }; }
        // a defect of an action must neither end the run nor pass for a result
        catch (Exception error) when (error is not OutOfMemoryException) { result = new ActionResult(ActionOutcome.InDoubt, $"{error.GetType().Name}: {error.Message}") { Error = "Unexpected" }; }
        // "could not be told" is not "undone"
        session.Writer.Emit(new UndoFinished(session.State.Run, visit.Path, result.Outcome == ActionOutcome.Succeeded ? "Undone" : "UndoFailed", result.Error, session.Parts.Mask.Apply(result.Message)));
        session.Writer.Flush();
    }

    /// <summary>What taking a visit back would do; null when it changed nothing or there is no way.</summary>
    public static string? Offer(StepDefinition step, StepInstance visit, StepEffects effects)
    {
        if (visit is not { State: "Succeeded" or "UndoFailed", Intended: { } intended }) return null;
        if (step.Undo is { } own) return own.With.GetValueOrDefault("instruction") as string ?? Line(own, effects);
        var with = new Arguments(intended.With);
        return effects.Find(step) is { } effect && effect.CanUndo(with) ? effect.Plan(with).Undo : null;
    }

    /// <exception cref="IncidentToolsException">UndoRefused: it changed nothing, or there is no way back.</exception>
    public UndoWay Way(StepInstance visit)
    {
        var step = session.Books.StepOf(session.State, visit);
        if (visit.Intended is not { } intended || session.Effects.Find(step) is not { } effect) throw Errors.UndoRefused(step.Id, "it changed nothing");
        var (with, context) = (new Arguments(intended.With), session.Context(step, session.Now, (pid, at) => session.Started(visit, pid, at)) with { Step = step.Id + ".undo" });
        if (step.Undo is { } own)
        {
            var arguments = session.Resolve(own, visit);
            if (own.Uses == "manual") return new UndoWay(arguments.Text("instruction"), arguments.Text("instruction"), null);
            if (session.Effects.Find(own.Uses) is not { } back) throw Errors.UndoRefused(step.Id, $"its undo uses {own.Uses}, which does nothing");
            if (effect is TargetedEffect there && StepTarget.Can(own.Uses)) (back, arguments) = (there.For(back), StepTarget.Same(arguments, intended.With));
            return new UndoWay(back.Plan(arguments).Summary, null, cancellation => back.ExecuteAsync(arguments, context, cancellation));
        }
        if (!effect.CanUndo(with)) throw Errors.UndoRefused(step.Id, $"{effect.Name} has no way back");
        var data = visit.Detail.GetValueOrDefault("undo") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
        return new UndoWay(effect.Plan(with).Undo ?? effect.Summary, null, cancellation => effect.UndoAsync(with, data, context, cancellation)!);
    }

    /// <summary>The command line of an undo whose arguments are written out; else its kind.</summary>
    private static string Line(UseDefinition undo, StepEffects effects)
    {
        if (undo.With.Values.Any(value => value is Template) || effects.Find(undo.Uses) is not { } effect) return undo.Uses;
        try { return string.Join("; ", effect.Plan(new Arguments(undo.With)).Commands); }
        catch (Exception error) when (error is not OutOfMemoryException) { return undo.Uses; }
    }
}
