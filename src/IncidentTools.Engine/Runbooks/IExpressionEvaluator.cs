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

    /// <summary>The value: plain data only.</summary>
    /// <exception cref="IncidentToolsException">ExpressionFailed: what, at which column.</exception>
    object? Evaluate(string text, IReadOnlyDictionary<string, object?> roots);
}

/// <param name="References">Paths read: <c>steps.http.value.status</c>, <c>params.window</c>; the flag says whether it stands on the left of ??.</param>
public sealed record ExpressionCheck(IReadOnlyList<ExpressionError> Errors, IReadOnlyList<ExpressionReference> References);
public sealed record ExpressionError(int Offset, int Length, string Message, string? Fix);
public sealed record ExpressionReference(string Path, int Offset, bool Optional);
