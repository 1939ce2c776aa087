using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>A step's <c>with</c>, its expressions replaced by values and everything checked against the shape of what it uses.</summary>
internal static class StepArguments
{
    /// <exception cref="IncidentToolsException">ExpressionFailed, ArgumentInvalid.</exception>
    public static Arguments Resolve(UseDefinition use, IUseCatalog uses, IExpressionEvaluator evaluator, IReadOnlyDictionary<string, object?> roots)
    {
        var resolved = (IReadOnlyDictionary<string, object?>)Resolve(use.With, evaluator, roots)!;
        if (use.Uses == "command") Guard(use, (IReadOnlyList<object?>?)resolved.GetValueOrDefault("args") ?? []);
        if (uses.Find(use.Uses) is not { } info) return new Arguments(resolved);
        var bag = new DiagnosticBag();
        var read = ValueReader.Read(resolved, info.With, "", bag);
        return bag.HasErrors ? throw Errors.ArgumentInvalid(use.Uses, bag.Items[0].Path, bag.Items[0].Message, bag.Items[0].Fix) : new Arguments((IReadOnlyDictionary<string, object?>)read!);
    }

    /// <summary>Plain data with its templates filled in.</summary>
    public static object? Resolve(object? value, IExpressionEvaluator evaluator, IReadOnlyDictionary<string, object?> roots) => value switch
    {
        Template { IsSingleExpression: true } template => evaluator.Evaluate(template.Parts[0].Text, roots),
        Template template => string.Concat(template.Parts.Select(part => part.IsExpression ? ValueReader.Text(evaluator.Evaluate(part.Text, roots)) : part.Text)),
        Expression expression => evaluator.Evaluate(expression.Text, roots),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value, evaluator, roots), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(item => Resolve(item, evaluator, roots)).ToList(),
        _ => value,
    };

    /// <summary>An argument that came from data must not turn into an option of the program.</summary>
    private static void Guard(UseDefinition use, IReadOnlyList<object?> resolved)
    {
        if (use.With.GetValueOrDefault("args") is not IReadOnlyList<object?> written) return;
        for (var index = 0; index < Math.Min(written.Count, resolved.Count); index++)
        {
            if (written[index] is string and "--") return;
            if (written[index] is Template && ValueReader.Text(resolved[index]).StartsWith('-')) throw Errors.ArgumentIsOption(ValueReader.Text(resolved[index]));
        }
    }

    /// <summary>A condition's value: true or false, nothing else.</summary>
    /// <exception cref="IncidentToolsException">ExpressionFailed.</exception>
    public static bool Condition(Expression expression, IExpressionEvaluator evaluator, IReadOnlyDictionary<string, object?> roots) =>
        evaluator.Evaluate(expression.Text, roots) is bool answer ? answer : throw Errors.ConditionNotBoolean(expression.Text, $"{expression.Span}");
}
