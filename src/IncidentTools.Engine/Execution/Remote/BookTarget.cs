using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>A runbook's own target: that of each of its steps that can have one and names none, those of branches and items too.</summary>
internal static class BookTarget
{
    public static RunbookDefinition Spread(RunbookDefinition book) => book.Target.Count == 0 ? book : book with { Steps = Spread(book.Steps, book.Target), Handlers = Spread(book.Handlers, book.Target) };

    private static IReadOnlyList<StepDefinition> Spread(IReadOnlyList<StepDefinition> steps, IReadOnlyList<object?> target) => [.. steps.Select(step => step with
    {
        Target = step.Target.Count == 0 && StepTarget.Can(step.Use.Uses) ? target : step.Target,
        Parallel = step.Parallel is { } parallel ? parallel with { Branches = [.. parallel.Branches.Select(branch => branch with { Steps = Spread(branch.Steps, target) })] } : null,
        Foreach = step.Foreach is { } each ? each with { Steps = Spread(each.Steps, target) } : null,
    })];
}
