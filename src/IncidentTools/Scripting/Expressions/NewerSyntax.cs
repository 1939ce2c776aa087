using System.Collections.Concurrent;
using System.Management.Automation.Language;
using System.Reflection;

namespace IncidentTools.Scripting.Expressions;

/// <summary>What PowerShell 7 parses and the library this is compiled against does not know: met by name.</summary>
internal static class NewerSyntax
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo?[]> Parts = new();

    public static TokenKind QuestionQuestion { get; } = Enum.TryParse<TokenKind>(nameof(QuestionQuestion), out var kind) ? kind : TokenKind.Unknown;

    /// <summary><c>condition ? yes : no</c></summary>
    public static (ExpressionAst Condition, ExpressionAst Yes, ExpressionAst No)? Ternary(Ast ast)
    {
        var type = ast.GetType();
        if (type.Name != "TernaryExpressionAst") return null;
        var parts = Parts.GetOrAdd(type, static found => [found.GetProperty("Condition"), found.GetProperty("IfTrue"), found.GetProperty("IfFalse")]);
        return (parts[0]?.GetValue(ast), parts[1]?.GetValue(ast), parts[2]?.GetValue(ast)) is (ExpressionAst condition, ExpressionAst yes, ExpressionAst no) ? (condition, yes, no) : null;
    }
}
