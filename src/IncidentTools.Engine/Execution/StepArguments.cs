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
        if (use.Uses == "command" && resolved.TryGetValue("args", out var args)) Guard(use, args);
        if (uses.Find(use.Uses) is not { } info) return new Arguments(resolved);
        var bag = new DiagnosticBag();
        var read = ValueReader.Read(resolved, info.With, "", bag);
        return bag.HasErrors ? throw Errors.ArgumentInvalid(use.Uses, bag.Items[0].Path, bag.Items[0].Message, bag.Items[0].Fix) : new Arguments((IReadOnlyDictionary<string, object?>)read!);
    }

    /// <summary>Plain data with its templates filled in.</summary>
    public static object? Resolve(object? value, IExpressionEvaluator evaluator, IReadOnlyDictionary<string, object?> roots) => value switch
    {
        Template { IsSingleExpression: true } template => evaluator.Evaluate(template.Parts[0].Text, roots),
        Template template => string.Concat(template.Parts.Select(part => part.IsExpression ? Text(part.Text, evaluator.Evaluate(part.Text, roots)) : part.Text)),
        Expression expression => evaluator.Evaluate(expression.Text, roots),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Resolve(pair.Value, evaluator, roots), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(item => Resolve(item, evaluator, roots)).ToList(),
        _ => value,
    };

    /// <summary>Nothing is never an empty text, and a map never the name of its type.</summary>
    private static string Text(string expression, object? value) => PlainText.Format(value) ?? throw Errors.ExpressionFailed(expression, 1, value is null
        ? "there is no value to put into a text; say with ?? what stands there instead" : "a map, or a list with a map or nothing in it, has no text: name one of its values");

    /// <summary>An argument that came from data must not turn into an option of the program.</summary>
    private static void Guard(UseDefinition use, object? resolved)
    {
        var items = resolved as IReadOnlyList<object?> ?? [resolved];
        var written = use.With.GetValueOrDefault("args") as IReadOnlyList<object?>;
        var guarded = items.SelectMany((item, index) => CommandLine.Of(item).Select(text => Guarded(text, written is null ? use.With["args"] : index < written.Count ? written[index] : null)));
        if (ArgumentGuard.WhyNot([.. guarded]) is { } why) throw Errors.ArgumentInvalid(use.Uses, "args", why, null);
    }

    private static GuardedArgument Guarded(string text, object? written) => written switch
    {
        IReadOnlyDictionary<string, object?> map => Guarded(text, map.GetValueOrDefault("value")) with { Option = map.GetValueOrDefault("option") is true },
        Template template => new GuardedArgument(text, template.Parts is [{ IsExpression: true }, ..], false),
        _ => new GuardedArgument(text, false, false),
    };

    /// <summary>A condition's value: true or false, nothing else.</summary>
    /// <exception cref="IncidentToolsException">ExpressionFailed.</exception>
    public static bool Condition(Expression expression, IExpressionEvaluator evaluator, IReadOnlyDictionary<string, object?> roots) =>
        evaluator.Evaluate(expression.Text, roots) is bool answer ? answer : throw Errors.ConditionNotBoolean(expression.Text, $"{expression.Span}");
}
