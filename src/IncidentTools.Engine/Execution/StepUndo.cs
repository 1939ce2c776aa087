using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Execution;

/// <summary>Takes one finished step back, with the arguments its intent recorded.</summary>
internal sealed class StepUndo(RunSession session)
{
    /// <exception cref="IncidentToolsException">StepUnknown, UndoRefused, UndoByHand.</exception>
    public async Task RunAsync(string id, CancellationToken cancellation)
    {
        var step = session.Book.Step(id) ?? throw Errors.StepUnknown(session.Book.Id, id);
        if (!session.State.Steps.TryGetValue(id, out var visit) || visit.State is not ("Succeeded" or "UndoFailed")) throw Errors.UndoRefused(id, $"it is {(visit?.State ?? "Pending")}, only what succeeded can be taken back");
        if (visit.Intended is not { } intended || session.Effects.Find(step.Use.Uses) is not { } effect) throw Errors.UndoRefused(id, "it changed nothing");
        var (summary, undo) = Way(id, step, visit, effect, new Arguments(intended.With), cancellation);
        session.Writer.Emit(new RunLeased(session.State.Run, session.Writer.Fence!.Epoch));
        session.Writer.Emit(new UndoIntended(session.State.Run, visit.Path, summary));
        session.Writer.Flush();
        ActionResult result;
        try { result = await undo().ConfigureAwait(false); }
        catch (OperationCanceledException) { result = new ActionResult(ActionOutcome.InDoubt, "it was interrupted: look whether it took effect") { Error = "Interrupted" }; }
        // "could not be told" is not "undone"
        session.Writer.Emit(new UndoFinished(session.State.Run, visit.Path, result.Outcome == ActionOutcome.Succeeded ? "Undone" : "UndoFailed", result.Error, session.Parts.Mask.Apply(result.Message)));
        session.Writer.Flush();
    }

    /// <summary>What taking a visit back would do; null when it changed nothing or there is no way.</summary>
    public static string? Offer(Runbooks.StepDefinition step, StepInstance visit, StepEffects effects)
    {
        if (visit is not { State: "Succeeded" or "UndoFailed", Intended: { } intended }) return null;
        if (step.Undo is { } own) return own.With.GetValueOrDefault("instruction") as string ?? own.Uses;
        var with = new Arguments(intended.With);
        return effects.Find(step.Use.Uses) is { } effect && effect.CanUndo(with) ? effect.Plan(with).Undo : null;
    }

    private (string Summary, Func<Task<ActionResult>> Run) Way(string id, Runbooks.StepDefinition step, StepInstance visit, IAction effect, Arguments with, CancellationToken cancellation)
    {
        var context = session.Context(step, session.Now);
        if (step.Undo is { } own)
        {
            var arguments = session.Resolve(own, visit);
            if (own.Uses == "manual") throw Errors.UndoByHand(id, arguments.Text("instruction"));
            if (session.Effects.Find(own.Uses) is not { } back) throw Errors.UndoRefused(id, $"its undo uses {own.Uses}, which does nothing");
            return (back.Plan(arguments).Summary, () => back.ExecuteAsync(arguments, context, cancellation));
        }
        if (!effect.CanUndo(with)) throw Errors.UndoRefused(id, $"{effect.Name} has no way back");
        var data = visit.Detail.GetValueOrDefault("undo") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();
        return (effect.Plan(with).Undo ?? effect.Summary, () => effect.UndoAsync(with, data, context, cancellation)!);
    }
}
