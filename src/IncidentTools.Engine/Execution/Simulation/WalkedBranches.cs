using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>Which branches a run went, read off its visits. Those of child runbooks are theirs: they have rehearsals of their own. Pure.</summary>
internal static class WalkedBranches
{
    public static IEnumerable<Branch> Of(RunState state, RunBooks books, RunbookDefinition book)
    {
        var steps = book.AllSteps.ToDictionary(step => step.Id, StringComparer.Ordinal);
        foreach (var visit in state.Visits)
            if (steps.TryGetValue(visit.Step, out var step) && ReferenceEquals(books.Of(state.Frame(visit.Frame)), books.Root))
                foreach (var branch in Of(visit, step)) yield return branch;
        foreach (var handler in book.Handlers.Where(handler => state.Root.Steps.ContainsKey(handler.Id)))
        {
            if (handler.Id == book.OnError && state.Cancel is null) yield return Branch.OnError(handler);
            if (handler.Id == book.OnCancel && state.Cancel is not null) yield return Branch.OnCancel(handler);
        }
        if (BranchMap.EndsAt(book) is { } last && state.Ended is not null && state.Current is { } current && current.Step == last.Id && (RunRoute.IsGood(current) || last.OnFailure.Mode == FailureMode.Continue)) yield return Branch.Last(last);
    }

    private static IEnumerable<Branch> Of(StepInstance visit, StepDefinition step)
    {
        if (!visit.IsFinished || visit is { State: "Waived" or "Cancelled" } or { Error: "NeedsNotMet" }) yield break;
        if (step.When is not null)
        {
            yield return visit.State == "Skipped" ? Branch.HoldsNot(step) : Branch.Holds(step);
            if (visit.State == "Skipped") yield break;
        }
        if (visit.State is "Failed" or "TimedOut" or "InDoubt")
        {
            if (step.OnFailure.Written) yield return Branch.Failure(step);
        }
        else if (step.Use.Uses == "switch") yield return step.Cases.FirstOrDefault(item => item.When.Text == visit.Message) is { } chosen ? Branch.Case(step, chosen) : Branch.Default(step);
        else if (step.Use.Uses == "end") yield return Branch.End(step);
        foreach (var (field, word) in BranchMap.Answers(step))
            if (Said(visit.Value, step, field) == word) yield return Branch.Answer(step, field, word);
    }

    private static string? Said(object? value, StepDefinition step, string? field)
    {
        if (field is null && step.Use.Uses == "ask") return value is null ? null : ValueReader.Text(value);
        return value is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault(field ?? "outcome") is { } said ? ValueReader.Text(said) : null;
    }
}
