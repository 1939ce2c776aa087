using System.Buffers;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Runbooks;

/// <summary>A path that some expression reads, and where it stands.</summary>
internal readonly record struct UsedPath(string Path, bool Optional, string Value, int Offset, SourceSpan Scalar, string At);

/// <summary>An expression that was admitted, and where it stands.</summary>
/// <param name="IsWhole">Whether it is the whole value (when, until …) and not a part of a text.</param>
internal readonly record struct UsedExpression(string Text, string Value, int Offset, SourceSpan Scalar, string At, bool IsWhole);

/// <summary>Expressions of a runbook: texts to <see cref="Template"/> and <see cref="Expression"/>, errors at their own place, and what they read for a later check of names.</summary>
/// <param name="evaluator">Null where there is no PowerShell: then expressions are delimited, not checked.</param>
internal sealed class RunbookTemplates(DiagnosticBag bag, IExpressionEvaluator? evaluator, ScalarPlaces places) : ITemplateReader
{
    private const string Open = "${{";
    private static readonly SearchValues<char> Hiding = SearchValues.Create("'\"{}#`@\u2018\u2019\u201A\u201B\u201C\u201D\u201E");
    private readonly List<UsedPath> _paths = [];
    private readonly List<UsedExpression> _expressions = [];

    public IReadOnlyList<UsedPath> Paths => _paths;
    public IReadOnlyList<UsedExpression> Expressions => _expressions;

    public object? Template(string text, SourceSpan span, string path)
    {
        var parts = new List<TemplatePart>();
        var literal = "";
        var errors = bag.Items.Count;
        for (var at = 0; ;)
        {
            var open = text.IndexOf(Open, at, StringComparison.Ordinal);
            if (open < 0)
            {
                literal += text[at..];
                break;
            }
            if (IsLiteral(text, at, open))
            {
                literal += text[at..(open - 1)] + Open;
                at = open + Open.Length;
                continue;
            }
            literal += text[at..open];
            var start = open + Open.Length;
            var end = FindEnd(text, start);
            if (end < 0)
            {
                bag.Error("IT2011", places.At(span, text, open, Open.Length), path, "no }} closes this expression", "Close it, or write $${{ for the text ${{.");
                return null;
            }
            if (literal.Length > 0) parts.Add(new TemplatePart(false, literal));
            literal = "";
            parts.Add(new TemplatePart(true, Part(text, start, end, span, path)));
            at = end + 2;
        }
        if (literal.Length > 0) parts.Add(new TemplatePart(false, literal));
        if (bag.Items.Count > errors) return null;
        return parts is [{ IsExpression: false, Text: var plain }] ? plain : new Template(parts, span);
    }

    public object? Expression(string text, SourceSpan span, string path)
    {
        var open = text.IndexOf(Open, StringComparison.Ordinal);
        if (open >= 0)
        {
            bag.Error("IT2011", places.At(span, text, open, Open.Length), path, "this is an expression as it stands, without ${{ }}", "Leave ${{ and }} out.");
            return null;
        }
        if (text is "true" or "false")
        {
            bag.Error("IT2012", span, path, $"'{text}' is a word, not a condition", $"Write ${text}.");
            return null;
        }
        var errors = bag.Items.Count;
        var expression = Part(text, 0, text.Length, span, path, whole: true);
        return bag.Items.Count > errors ? null : new Expression(expression, span);
    }

    public string? Literal(string text, SourceSpan span, string path)
    {
        var result = "";
        for (var at = 0; ;)
        {
            var open = text.IndexOf(Open, at, StringComparison.Ordinal);
            if (open < 0) return result + text[at..];
            if (!IsLiteral(text, at, open))
            {
                bag.Error("IT2007", places.At(span, text, open, Open.Length), path, "an expression is not allowed here", "Give the value itself, or write $${{ for the text ${{.");
                return null;
            }
            result += text[at..(open - 1)] + Open;
            at = open + Open.Length;
        }
    }

    private static bool IsLiteral(string text, int at, int open) => open > at && text[open - 1] == '$';

    /// <summary>One expression, checked; its text without white space around it.</summary>
    private string Part(string text, int start, int end, SourceSpan span, string path, bool whole = false)
    {
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        var expression = text[start..end];
        if (expression.Length == 0) bag.Error("IT2011", places.At(span, text, start, 0), path, "the expression is empty");
        else if (evaluator?.Inspect(expression) is { } check)
        {
            if (check.Errors.Count == 0) _expressions.Add(new UsedExpression(expression, text, start, span, path, whole));
            foreach (var error in check.Errors) bag.Error("IT2012", places.At(span, text, start + error.Offset, error.Length), path, error.Message, error.Fix);
            foreach (var reference in check.References) _paths.Add(new UsedPath(reference.Path, reference.Optional, text, start + reference.Offset, span, path));
        }
        return expression;
    }

    private int FindEnd(string text, int start)
    {
        // without a quote, brace, comment or escape before it nothing can hide a }}, and no parser need be asked
        var first = text.IndexOf("}}", start, StringComparison.Ordinal);
        if (first < 0 || text.AsSpan(start, first - start).IndexOfAny(Hiding) < 0) return first;
        if (evaluator is not null) return evaluator.FindEnd(text, start);
        // without PowerShell's tokenizer: the first }} outside quotes
        for (var (at, quote) = (start, '\0'); at < text.Length; at++)
        {
            if (quote != '\0') quote = text[at] == quote ? '\0' : quote;
            else if (text[at] is '\'' or '"') quote = text[at];
            else if (text[at] == '}' && at + 1 < text.Length && text[at + 1] == '}') return at;
        }
        return -1;
    }
}
