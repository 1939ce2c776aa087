namespace IncidentTools.Engine.Runbooks;

/// <summary>What <c>when</c>, <c>until</c> and <c>assert</c> ask of an expression: true or false, and nothing that only looks like it.</summary>
public static class Conditions
{
    /// <summary>The value of a condition.</summary>
    /// <exception cref="IncidentToolsException">ExpressionFailed: no value, or one that is neither true nor false.</exception>
    public static bool EvaluateCondition(this IExpressionEvaluator evaluator, string text, IReadOnlyDictionary<string, object?> roots)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        return evaluator.Evaluate(text, roots) switch
        {
            bool flag => flag,
            IReadOnlyList<object?> => throw Errors.ExpressionFailed(text, 1, "a condition is true or false, and this is a list: a comparison with a list on its left gives the items it is true for; add .count -gt 0, or write -contains"),
            null => throw Errors.ExpressionFailed(text, 1, "a condition is true or false, and this is nothing"),
            _ => throw Errors.ExpressionFailed(text, 1, "a condition is true or false, and this is a value: compare it, e.g. … -eq 'yes'"),
        };
    }
}
