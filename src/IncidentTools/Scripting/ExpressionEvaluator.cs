using System.Collections.Concurrent;
using System.Management.Automation.Language;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Scripting.Expressions;

namespace IncidentTools.Scripting;

/// <param name="Root">Null when there are errors.</param>
internal sealed record CompiledExpression(Node? Root, ExpressionCheck Check);

/// <summary>Expressions: parsed by PowerShell, admitted by an allow-list, worked out over plain data. Nothing is ever run.</summary>
internal sealed class ExpressionEvaluator : IExpressionEvaluator
{
    private const int MostKept = 1000, MostEnds = 64;
    private readonly ConcurrentDictionary<string, CompiledExpression> _kept = new(StringComparer.Ordinal);

    /// <summary>Errors that mean: something opened here is not closed yet, so that }} belongs to it.</summary>
    private static readonly HashSet<string> Open = new(
        ["TerminatorExpectedAtEndOfString", "MissingTerminatorMultiLineComment", "IncompleteDollarVariableReference", "IncompleteDollarSubexpressionReference", "MissingEndCurlyBrace"], StringComparer.Ordinal);

    public ExpressionCheck Inspect(string text) => Compile(text).Check;

    public ExpressionKind Kind(string text, Func<string, string?> known)
    {
        if (Compile(text).Root is not { } root) return new(null, []);
        var kinds = new Kinds(known);
        return new(root.Kind(kinds), kinds.Errors);
    }

    public object? Evaluate(string text, IReadOnlyDictionary<string, object?> roots)
    {
        var compiled = Compile(text);
        if (compiled.Root is not { } root)
        {
            var first = compiled.Check.Errors[0];
            throw Scope.Fail(text, first.Offset, first.Fix is null ? first.Message : $"{first.Message} ({first.Fix.TrimEnd('.')})");
        }
        var scope = new Scope(text, roots);
        var value = root.Evaluate(scope);
        // what a run holds already is bounded where it came from
        return root is Reference ? value : Values.Bounded(value, scope.At(0));
    }

    public int FindEnd(string text, int start)
    {
        var end = text.IndexOf("}}", start, StringComparison.Ordinal);
        for (var tried = 0; end >= 0 && end - start <= Limits.Source && tried < MostEnds; tried++)
        {
            if (IsClosed(PowerShellText.ParseInert(text[start..end]))) return end;
            end = text.IndexOf("}}", end + 1, StringComparison.Ordinal);
        }
        return -1;
    }

    private static bool IsClosed(ParsedText parsed) =>
        parsed.Errors.All(error => !Open.Contains(error.ErrorId))
        && parsed.Tokens.Sum(token => token.Kind switch { TokenKind.LCurly or TokenKind.AtCurly => 1, TokenKind.RCurly => -1, _ => 0 }) <= 0;

    private CompiledExpression Compile(string text)
    {
        if (_kept.TryGetValue(text, out var known)) return known;
        var compiled = Read(text);
        if (_kept.Count >= MostKept) _kept.Clear();
        return _kept[text] = compiled;
    }

    private static CompiledExpression Read(string text)
    {
        if (text.Length > Limits.Source) return new(null, new([new(0, text.Length, $"the expression has {text.Length} characters, more than {Limits.Source}", "Use the kind 'set' for parts of it, or a script step.")], []));
        var parsed = PowerShellText.ParseInert(text);
        var compiled = ExpressionReader.Read(text, parsed);
        // admitted: the masked words can only be data, so that the real text is as harmless as the masked one
        return parsed.Masked && compiled.Root is not null ? ExpressionReader.Read(text, PowerShellText.Parse(text)) : compiled;
    }
}
