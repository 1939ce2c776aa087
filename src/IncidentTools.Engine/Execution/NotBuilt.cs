using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What the format has and no run can do yet. A runbook with any of it loads and is checked; starting it is refused, so that nothing is passed over in silence. Each line goes when its execution comes.</summary>
internal static class NotBuilt
{
    private static readonly (string Name, Func<StepDefinition, bool> Has)[] OfSteps =
    [
        ("visibility", step => step.Visibility is not null),
    ];

    private static readonly (string Name, Func<RunbookDefinition, bool> Has)[] OfBooks =
    [
        ("visibility: restricted", book => book.Visibility != "normal"),
    ];

    /// <exception cref="IncidentToolsException">RunbookNotBuilt.</exception>
    public static void Refuse(RunbookDefinition book)
    {
        var found = OfBooks.Where(part => part.Has(book)).Select(part => part.Name)
            .Concat(OfSteps.SelectMany(part => book.AllSteps.Where(part.Has).Take(1).Select(step => $"{part.Name} (step {step.Id})"))).ToArray();
        if (found.Length > 0) throw Errors.RunbookNotBuilt(book.Id, found);
    }
}
