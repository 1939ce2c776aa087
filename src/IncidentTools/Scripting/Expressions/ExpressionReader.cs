using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Expressions;

/// <summary>
/// The allow-list: PowerShell's syntax tree to nodes. What it does not know becomes an error and no node, so that nothing unknown can have a value;
/// every error is reported, not only the first.
/// </summary>
internal sealed partial class ExpressionReader(string text)
{
    private readonly List<ExpressionError> _errors = [];
    private readonly List<ExpressionReference> _references = [];
    private int _depth;

    public static CompiledExpression Read(string text, ParsedText parsed)
    {
        var reader = new ExpressionReader(text);
        var root = reader.Whole(parsed);
        return new CompiledExpression(reader._errors.Count == 0 ? root : null, new ExpressionCheck(reader._errors, reader._references));
    }

    private Node Whole(ParsedText parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            var error = parsed.Errors[0]; // the others mostly follow from it
            return Refuse(error.Extent.StartOffset, error.Extent.EndOffset, error.Message.TrimEnd('.'), Refusals.ParserFix(text, error.Extent.StartOffset, error.ErrorId));
        }
        foreach (var token in parsed.Tokens)
        {
            if (token.Kind == TokenKind.Ampersand) return Refuse(token.Extent, "& is not available in an expression", "To join texts write +, for conditions -and.");
            if (token.Kind.ToString() is "QuestionDot" or "QuestionLBracket") return Refuse(token.Extent, $"{token.Text} is not available in an expression", "Write ?? and what counts when there is no value.");
        }
        var script = parsed.Script;
        if (script.ParamBlock is null && script.DynamicParamBlock is null && script.BeginBlock is null && script.ProcessBlock is null && script.UsingStatements.Count == 0
            && script.EndBlock is { Unnamed: true } body && body.Traps is null or { Count: 0 })
        {
            if (body.Statements.Count == 1) return Statement(body.Statements[0]);
            if (body.Statements.Count > 1) return Refuse(body.Statements[1].Extent, "an expression is one statement", "Use several steps, or the kind 'set'.");
            if (string.IsNullOrWhiteSpace(text)) return Refuse(0, text.Length, "an expression is missing", null);
        }
        return Refuse(script.Extent, "this is a script, not an expression", null);
    }

    /// <summary>A statement that is nothing but an expression.</summary>
    private Node Statement(StatementAst statement) =>
        statement.GetType() == typeof(PipelineAst) && ((PipelineAst)statement).PipelineElements is [CommandExpressionAst { Redirections.Count: 0 } only] ? Expression(only.Expression) : Refuse(statement);

    private Node Expression(ExpressionAst ast)
    {
        if (_depth >= Limits.Depth) return Refuse(ast.Extent, $"the expression is nested deeper than {Limits.Depth}", "Use the kind 'set' for a part of it.");
        _depth++;
        try
        {
            var type = ast.GetType(); // exactly: a derived one is something else
            if (type == typeof(ConstantExpressionAst)) return Number((ConstantExpressionAst)ast);
            if (type == typeof(StringConstantExpressionAst)) return new Constant(Start(ast), ((StringConstantExpressionAst)ast).Value);
            if (type == typeof(ExpandableStringExpressionAst)) return Interpolated((ExpandableStringExpressionAst)ast);
            if (IsReference(ast)) return Referenced(ast, optional: false);
            if (type == typeof(ParenExpressionAst)) return ((ParenExpressionAst)ast).Pipeline is StatementAst inner ? Statement(inner) : Refuse(ast);
            if (type == typeof(ArrayLiteralAst)) return new ListNode(Start(ast), [.. ((ArrayLiteralAst)ast).Elements.Select(Expression)]);
            if (type == typeof(ArrayExpressionAst)) return ((ArrayExpressionAst)ast).SubExpression is { Traps: null or { Count: 0 } } block ? new ArrayNode(Start(ast), [.. block.Statements.Select(Statement)]) : Refuse(ast);
            if (type == typeof(HashtableAst)) return Map((HashtableAst)ast);
            if (type == typeof(UnaryExpressionAst)) return UnaryOperation((UnaryExpressionAst)ast);
            if (type == typeof(BinaryExpressionAst)) return BinaryOperation((BinaryExpressionAst)ast);
            return NewerSyntax.Ternary(ast) is { } choice ? new Ternary(Start(ast), Expression(choice.Condition), Expression(choice.Yes), Expression(choice.No)) : Refuse(ast);
        }
        finally { _depth--; }
    }

    private Node Number(ConstantExpressionAst ast) =>
        Values.TryPlain(ast.Value, out var value) ? new Constant(Start(ast), value) : Refuse(ast.Extent, $"the number {ast.Extent.Text} is too large", "Write a fraction, or a decimal with the suffix d.");

    private Node Map(HashtableAst ast) => new MapNode(Start(ast), [.. ast.KeyValuePairs.Select(pair => (Expression(pair.Item1), Statement(pair.Item2)))]);

    private Node UnaryOperation(UnaryExpressionAst ast)
    {
        if (Operators.Unary.TryGetValue(ast.TokenKind, out var operation)) return new Unary(Start(ast), Expression(ast.Child), operation, ast.TokenKind);
        var (what, fix) = Refusals.Operator(ast.TokenKind, ast.TokenKind is TokenKind.PlusPlus or TokenKind.PostfixPlusPlus ? "++" : ast.TokenKind is TokenKind.MinusMinus or TokenKind.PostfixMinusMinus ? "--" : ast.Extent.Text);
        return Refuse(ast.Extent, what, fix);
    }

    private Node BinaryOperation(BinaryExpressionAst ast)
    {
        var at = ast.ErrorPosition.StartOffset;
        if (IsCoalesce(ast)) return new Coalesce(at, Optional(ast.Left), Expression(ast.Right));
        if (ast.Operator is TokenKind.And or TokenKind.Or) return new Logical(at, Expression(ast.Left), Expression(ast.Right), ast.Operator == TokenKind.Or);
        if (!Operators.Binary.TryGetValue(ast.Operator, out var operation))
        {
            var (what, fix) = Refusals.Operator(ast.Operator, ast.ErrorPosition.Text);
            return Refuse(ast.ErrorPosition, what, fix);
        }
        var (left, right) = (Expression(ast.Left), Expression(ast.Right));
        if (Operators.TakesPattern(ast.Operator) && ((right as ListNode)?.First ?? right) is Constant { Value: string pattern } && TextOperators.WrongPattern(pattern) is { } wrong)
            return Refuse(ast.Right.Extent, $"the pattern is wrong: {wrong}", @"Write a special character with \ before it, or use -like.");
        return new Binary(at, left, right, operation, ast.Operator);
    }

    /// <summary>The left side of ??: a reference there, in parentheses or not, may be missing.</summary>
    private Node Optional(ExpressionAst ast)
    {
        var inner = ast;
        while (inner is ParenExpressionAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } only] } }) inner = only.Expression;
        if (IsReference(inner)) return Referenced(inner, optional: true);
        return inner is BinaryExpressionAst chain && IsCoalesce(chain) && _depth < Limits.Depth ? Chain(chain) : Expression(ast);
    }

    /// <summary><c>$a ?? $b ?? 1</c>: $b may be missing as well.</summary>
    private Node Chain(BinaryExpressionAst ast)
    {
        _depth++;
        try { return new Coalesce(ast.ErrorPosition.StartOffset, Optional(ast.Left), Optional(ast.Right)); }
        finally { _depth--; }
    }

    private static bool IsCoalesce(BinaryExpressionAst ast) => ast.Operator == NewerSyntax.QuestionQuestion && ast.Operator != TokenKind.Unknown;

    private Constant Refuse(Ast ast)
    {
        var (what, fix) = Refusals.Of(ast, text);
        return Refuse(ast.Extent, what, fix);
    }

    private Constant Refuse(IScriptExtent place, string what, string? fix) => Refuse(place.StartOffset, place.EndOffset, what, fix);

    private Constant Refuse(int start, int end, string what, string? fix)
    {
        _errors.Add(new ExpressionError(start, Math.Max(0, end - start), what, fix));
        return new Constant(start, null);
    }

    private static int Start(Ast ast) => ast.Extent.StartOffset;

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_]*\z")] private static partial Regex NamePattern();
}
