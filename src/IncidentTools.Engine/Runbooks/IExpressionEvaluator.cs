namespace IncidentTools.Engine.Runbooks;

/// <summary>
/// Reads runbook expressions. Given by the cmdlet assembly, because the text is a PowerShell expression: parsed by PowerShell, never run;
/// an allow-list admits its syntax tree and an evaluator walks it over plain data.
/// </summary>
public interface IExpressionEvaluator
{
    /// <summary>Parses and checks a text without values.</summary>
    ExpressionCheck Inspect(string text);

    /// <summary>Where the <c>}}</c> stands that closes an expression beginning at <paramref name="start"/>; -1 when none does. PowerShell's tokenizer decides, so that braces in strings and hashtables do not.</summary>
    int FindEnd(string text, int start);

    /// <summary>What kind of value a text gives, and what in it is sure to fail whatever the values are. Where nobody can tell, nothing is known and nothing is wrong.</summary>
    /// <param name="known">The kind of a path: string, number, bool, duration, datetime, list or map; null = not known.</param>
    ExpressionKind Kind(string text, Func<string, string?> known) => new(null, []);

    /// <summary>The value: plain data only.</summary>
    /// <exception cref="IncidentToolsException">ExpressionFailed: what, at which column.</exception>
    object? Evaluate(string text, IReadOnlyDictionary<string, object?> roots);
}

/// <param name="References">Paths read: <c>steps.http.value.status</c>, <c>params.window</c>; the flag says whether it stands on the left of ??.</param>
public sealed record ExpressionCheck(IReadOnlyList<ExpressionError> Errors, IReadOnlyList<ExpressionReference> References);
/// <param name="Kind">string, number, bool, duration, datetime, list or map; null = not known.</param>
public sealed record ExpressionKind(string? Kind, IReadOnlyList<ExpressionError> Errors);
public sealed record ExpressionError(int Offset, int Length, string Message, string? Fix);
public sealed record ExpressionReference(string Path, int Offset, bool Optional);
