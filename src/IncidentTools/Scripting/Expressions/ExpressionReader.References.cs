using System.Management.Automation.Language;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Expressions;

/// <summary>Names with their members and indexes, and the double-quoted texts they may stand in.</summary>
internal sealed partial class ExpressionReader
{
    private static readonly HashSet<string> Maps = new(["params", "service", "incident", "run", "vars", "steps", "step"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Exactly: a method call is a member expression too.</summary>
    private static bool IsReference(ExpressionAst ast) => ast.GetType() is var type && (type == typeof(VariableExpressionAst) || type == typeof(IndexExpressionAst) || (type == typeof(MemberExpressionAst) && !((MemberExpressionAst)ast).Static));

    private Node Referenced(ExpressionAst ast, bool optional)
    {
        var (node, path, _) = Link(ast);
        if (path is not null) _references.Add(new ExpressionReference(path, Start(ast), optional));
        return node;
    }

    /// <summary>A node, the path it reads, and whether the path may go on: behind an index that is not a constant key it does not.</summary>
    private (Node Node, string? Path, bool Open) Link(ExpressionAst ast) => !IsReference(ast) ? (Expression(ast), null, false) : ast switch
    {
        VariableExpressionAst variable => Variable(variable),
        MemberExpressionAst member => MemberOf(member),
        _ => IndexOf((IndexExpressionAst)ast),
    };

    private (Node, string?, bool) Variable(VariableExpressionAst ast)
    {
        var name = ast.VariablePath.UserPath;
        if (ast.Splatted) return (Refuse(ast.Extent, "@name is not available in an expression", "Write $name."), null, false);
        switch (name.ToLowerInvariant())
        {
            case "true": return (new Constant(Start(ast), true), null, false);
            case "false": return (new Constant(Start(ast), false), null, false);
            case "null": return (new Constant(Start(ast), null), null, false);
        }
        if (NamePattern().IsMatch(name) && !Refusals.IsAutomatic(name)) return (new Root(Start(ast), name), name, true);
        var written = text[ast.Extent.StartOffset..ast.Extent.EndOffset];
        var (what, fix) = !ast.VariablePath.IsUnqualified || name.Contains(':', StringComparison.Ordinal) ? ($"{written} is not available in an expression", "Give it to the runbook as a parameter: $params.name.")
            : name.Length > 1 && name.EndsWith('?') ? ("?. is not available in an expression", "Write ?? and what counts when there is no value.")
            : ($"{written} is not a value of a run", "Known are $params, $service, $incident, $run, $vars, $now, $steps, $step and $item.");
        return (Refuse(ast.Extent, what, fix), null, false);
    }

    private (Node, string?, bool) MemberOf(MemberExpressionAst ast)
    {
        var (target, path, open) = Deeper(ast.Expression);
        if (ast.Member is ConstantExpressionAst and not StringConstantExpressionAst) return Link(target, path, open, ast, ast.Member.Extent.Text);
        if (ast.Member is not StringConstantExpressionAst name) return (Refuse(ast.Member.Extent, "a name after . is written out in an expression", "Write [ … ] for a key that is worked out."), null, false);
        return Link(target, path, open, ast, name.Value);
    }

    private static (Node, string?, bool) Link(Node target, string? path, bool open, MemberExpressionAst ast, string name) =>
        (new Member(Start(ast), target, new Constant(Start(ast.Member), name), ast.Expression.Extent.Text), open ? $"{path}.{name}" : path, open);

    private (Node, string?, bool) IndexOf(IndexExpressionAst ast)
    {
        var (target, path, open) = Deeper(ast.Target);
        var index = Expression(ast.Index);
        open &= index is Constant { Value: string key } && NamePattern().IsMatch(key);
        if (open) path = $"{path}.{((Constant)index).Value}";
        return (new IndexNode(Start(ast), target, index, ast.Target.Extent.Text), path, open);
    }

    private (Node, string?, bool) Deeper(ExpressionAst ast)
    {
        if (_depth >= Limits.Depth) return (Refuse(ast.Extent, $"the expression is nested deeper than {Limits.Depth}", "Use the kind 'set' for a part of it."), null, false);
        _depth++;
        try { return Link(ast); }
        finally { _depth--; }
    }

    /// <summary>"…": the literal parts are what PowerShell makes of them, the rest references only.</summary>
    private Node Interpolated(ExpandableStringExpressionAst ast)
    {
        if (ast.StringConstantType != StringConstantType.DoubleQuoted) return Refuse(ast.Extent, "a here-string with values in it is not available in an expression", "Write \"…\", or -f.");
        var parts = new List<Node>();
        var (at, end) = (ast.Extent.StartOffset + 1, ast.Extent.EndOffset - 1);
        foreach (var nested in ast.NestedExpressions.OrderBy(item => item.Extent.StartOffset))
        {
            Literal(parts, at, nested.Extent.StartOffset);
            parts.Add(Value(nested));
            at = nested.Extent.EndOffset;
            if (nested is VariableExpressionAst variable && Maps.Contains(variable.VariablePath.UserPath) && at + 1 < end && text[at] == '.' && char.IsLetter(text[at + 1]))
                Refuse(Start(nested), at, $"in a text {nested.Extent.Text} ends before the point", $"Write $({nested.Extent.Text}.…).");
        }
        Literal(parts, at, end);
        return new Interpolated(Start(ast), parts);
    }

    private Node Value(ExpressionAst nested)
    {
        if (nested is VariableExpressionAst) return Referenced(nested, optional: false);
        if (nested is SubExpressionAst { SubExpression: { Traps: null or { Count: 0 }, Statements: [PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0 } only] } statement] } } && statement.GetType() == typeof(PipelineAst) && IsReference(only.Expression))
            return Referenced(only.Expression, optional: false);
        return Refuse(nested.Extent, "in a text only $name and $($name.member) are available", "Write -f: 'text {0}' -f (…).");
    }

    private void Literal(List<Node> parts, int start, int end)
    {
        if (end <= start) return;
        var raw = text[start..end];
        // without escapes and doubled quotes it means itself; else it is a text of its own, read by the parser
        if (raw.AsSpan().IndexOfAny("`\"“”„") < 0) parts.Add(new Constant(start, raw));
        else if (Inert($"\"{raw}\"") is { } literal) parts.Add(new Constant(start, literal));
        else Refuse(start, end, "this part of the text cannot be read", "Write -f: 'text {0}' -f (…).");
    }

    private static string? Inert(string quoted) =>
        Constant(PowerShellText.ParseInert(quoted)) is null ? null : Constant(PowerShellText.Parse(quoted));

    private static string? Constant(ParsedText parsed) =>
        parsed.Errors.Count == 0 && parsed.Script.EndBlock is { Unnamed: true, Statements: [PipelineAst { PipelineElements: [CommandExpressionAst { Redirections.Count: 0, Expression: StringConstantExpressionAst only }] }] } ? only.Value : null;
}
