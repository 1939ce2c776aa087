using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>What came of a case.</summary>
internal sealed record CaseOutcome(string Run, IReadOnlyList<RunbookStep> Steps, IReadOnlyDictionary<string, object?> Variables, IReadOnlyDictionary<string, object?> Roots, int Messages)
{
    /// <summary>Branches of the runbook that it went.</summary>
    public IReadOnlySet<Branch> Walked { get; init; } = new HashSet<Branch>();

    /// <summary>What was done, in order: <c>look#1</c>. A step whose condition was false is none of it.</summary>
    public IReadOnlyList<string> Way { get; } = [.. Steps.Where(step => step.Visit > 0 && step.State != "Skipped").Select(step => string.Create(CultureInfo.InvariantCulture, $"{step.Step}#{step.Visit}"))];
}

/// <summary>Holds what came of a case against what was expected. Pure.</summary>
internal static class Expectation
{
    public static IEnumerable<RehearsalDifference> Compare(PlainMap expect, CaseOutcome outcome, IExpressionEvaluator expressions)
    {
        if (expect.TextOrNull("run") is { } result && result != outcome.Run) yield return Of("run", result, outcome.Run, expect.At("run"));
        if (expect.Get("path") is PlainList path && Stray([.. path.OfType<string>()], outcome.Way) is { } stray) yield return Of("path", string.Join(" ", path), string.Join(" ", Shown(outcome.Way)), path.At(Math.Min(stray, path.Count - 1)));
        foreach (var (id, state) in expect.Map("states"))
        {
            var actual = outcome.Steps.LastOrDefault(step => step.Step == id)?.State ?? "Pending";
            if (actual != (string?)state) yield return Of($"state of {id}", (string?)state ?? "", actual, expect.Map("states").At(id));
        }
        foreach (var (name, value) in expect.Map("outputs"))
            if (!outcome.Variables.TryGetValue(name, out var actual) || !Same(value, actual)) yield return Of($"output {name}", Text(value), outcome.Variables.ContainsKey(name) ? Text(actual) : "(none)", expect.Map("outputs").At(name));
        var conditions = expect.List("conditions");
        for (var index = 0; index < conditions.Count; index++)
            if (conditions[index] is string condition && Holds(condition, outcome, expressions) is { } otherwise) yield return Of("condition", condition, otherwise, conditions.At(index));
        if (expect.Get("messages") is long messages && messages != outcome.Messages) yield return Of("messages", Text(messages), Text((long)outcome.Messages), expect.At("messages"));
    }

    public static RehearsalDifference Of(string what, string expected, string actual, SourceSpan at) => new(what, expected, actual, at.File, at.Line, at.Column);

    /// <summary>Null when it holds.</summary>
    private static string? Holds(string condition, CaseOutcome outcome, IExpressionEvaluator expressions)
    {
        try { return expressions.Evaluate(condition, outcome.Roots) switch { true => null, var value => Text(value) }; }
        catch (IncidentToolsException error) { return error.Message; }
    }

    /// <summary>The first item of the expected path that the way does not meet; null when it meets all. Where several ways lead past a gap the shortest is not the only one tried.</summary>
    private static int? Stray(IReadOnlyList<string> path, IReadOnlyList<string> way)
    {
        // far[i]: the first i items can end exactly before the w-th step
        var reach = new HashSet<int> { 0 };
        var best = 0;
        void Open()
        {
            foreach (var at in reach.ToArray())
                for (var next = at; next < path.Count && path[next] == "..."; next++) reach.Add(next + 1);
        }
        Open();
        foreach (var step in way)
        {
            var after = new HashSet<int>();
            foreach (var at in reach)
            {
                if (at > 0 && path[at - 1] == "...") after.Add(at);
                if (at < path.Count && path[at] != "..." && Meets(path[at], step)) after.Add(at + 1);
            }
            if (after.Count == 0) return best;
            reach = after;
            Open();
            best = Math.Max(best, reach.Max());
        }
        return reach.Contains(path.Count) ? null : best;
    }

    private static bool Meets(string item, string step) => item == step || item == step[..step.IndexOf('#', StringComparison.Ordinal)];

    // a visit is told only where there were several
    private static IEnumerable<string> Shown(IReadOnlyList<string> way) => way.Select(step => way.Count(other => other.StartsWith(step[..(step.IndexOf('#', StringComparison.Ordinal) + 1)], StringComparison.Ordinal)) > 1 ? step : step[..step.IndexOf('#', StringComparison.Ordinal)]);

    private static bool Same(object? expected, object? actual) => (expected, actual) switch
    {
        (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) => a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && Same(pair.Value, other)),
        (string a, string b) => a == b,
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (long or double or decimal, long or double or decimal) => Convert.ToDouble(expected, CultureInfo.InvariantCulture).Equals(Convert.ToDouble(actual, CultureInfo.InvariantCulture)),
        // a file has text for what has no form of its own there
        (string text, TimeSpan or DateTimeOffset) => text == PlainText.Format(actual),
        _ => Equals(expected, actual),
    };

    private static string Text(object? value) => value switch
    {
        null => "(nothing)",
        IReadOnlyDictionary<string, object?> map => $"{{ {string.Join(", ", map.Select(pair => $"{pair.Key}: {Text(pair.Value)}"))} }}",
        string text => text,
        IReadOnlyList<object?> list => $"[{string.Join(", ", list.Select(Text))}]",
        _ => PlainText.Format(value) ?? "",
    };
}
