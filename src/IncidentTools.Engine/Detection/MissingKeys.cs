using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <param name="Key">The key of <c>$service</c> that the entry lacks.</param>
/// <param name="Steps">Those that read it.</param>
/// <param name="Always">Whether one of them reads it under no condition of its own.</param>
internal sealed record MissingKey(string Key, IReadOnlyList<string> Steps, bool Always);

/// <summary>What a runbook reads of a service and its entry in the catalogue does not have. What stands on the left of <c>??</c> may be missing.</summary>
internal static class MissingKeys
{
    public static IReadOnlyList<MissingKey> Of(RunbookDefinition book, ServiceDefinition service, IExpressionEvaluator evaluator)
    {
        var found = new Dictionary<string, List<(string Step, bool Always)>>(StringComparer.OrdinalIgnoreCase);
        foreach (var step in book.AllSteps)
        {
            foreach (var key in ServiceReads.Of(Values(step), evaluator).Needed.Where(key => !service.Record.ContainsKey(key)))
            {
                if (!found.TryGetValue(key, out var steps)) found[key] = steps = [];
                steps.Add((step.Id, step.When is null));
            }
        }
        return [.. found.OrderBy(item => item.Key, StringComparer.Ordinal).Select(item => new MissingKey(item.Key, [.. item.Value.Select(step => step.Step).Distinct()], item.Value.Exists(step => step.Always)))];
    }

    private static List<object?> Values(StepDefinition step) =>
    [
        .. step.AllUses.Select(use => use.With), step.When, step.Until, step.Assert, step.Set, step.Target, step.Foreach?.Items, step.Foreach?.Key, step.Child?.Parameters,
        .. step.Cases.Select(item => item.When), .. step.Outputs.Select(output => output.Value), .. step.Clocks.Select(clock => clock.From),
    ];
}
