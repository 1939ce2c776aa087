using System.Management.Automation.Language;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Scripting.Expressions;

/// <summary>What kind of value an expression gives, as far as that can be known without values; and what is sure to fail then.</summary>
/// <param name="known">The kind that a path has: string, number, bool, duration, datetime, list or map; null = not known.</param>
internal sealed class Kinds(Func<string, string?> known)
{
    private readonly List<ExpressionError> _errors = [];

    public IReadOnlyList<ExpressionError> Errors => _errors;
    public string? Of(string path) => known(path);

    public static string? Of(object? value) => value switch
    {
        bool => "bool",
        long or double or decimal => "number",
        string => "string",
        TimeSpan => "duration",
        DateTimeOffset => "datetime",
        IReadOnlyList<object?> => "list",
        IReadOnlyDictionary<string, object?> => "map",
        _ => null,
    };

    public string? Flag(Node node, string operation)
    {
        if (node.Kind(this) is { } kind and not "bool") Wrong(node.Offset, $"{operation} takes true or false, and this is {Word(kind)}", kind == "list" ? "Write .count -gt 0." : null);
        return "bool";
    }

    public static string? Unary(TokenKind operation, string? operand) => operation switch
    {
        TokenKind.Not or TokenKind.Exclaim => "bool",
        TokenKind.Join => "string",
        TokenKind.Isplit or TokenKind.Csplit => "list",
        _ => operand is "number" or "duration" ? operand : null,
    };

    public string? Binary(TokenKind operation, string? left, string? right, int offset)
    {
        switch (operation)
        {
            case TokenKind.Ieq or TokenKind.Ceq or TokenKind.Ine or TokenKind.Cne:
                if (left is "bool" != right is "bool" && left is not (null or "list") && right is not null) Wrong(offset, $"{Word(left)} does not compare with {Word(right)}", "Write $true or $false without quotes.");
                if (left is "map" && right is not (null or "map")) Wrong(offset, $"a map does not compare with {Word(right)}", "Name one of its values: .value.outcome of a manual step.");
                return Filtered(left);
            case TokenKind.Ilt or TokenKind.Clt or TokenKind.Ile or TokenKind.Cle or TokenKind.Igt or TokenKind.Cgt or TokenKind.Ige or TokenKind.Cge:
                if (left is not (null or "list") && right is not null && !HasOrder(left, right)) Wrong(offset, $"{Word(left)} and {Word(right)} have no order", (left, right) is ("string", "number") or ("number", "string") ? "0 + $x makes a number of a text." : null);
                return Filtered(left);
            case TokenKind.Imatch or TokenKind.Cmatch or TokenKind.Inotmatch or TokenKind.Cnotmatch or TokenKind.Ilike or TokenKind.Clike or TokenKind.Inotlike or TokenKind.Cnotlike:
                return Filtered(left);
            case TokenKind.Iin or TokenKind.Cin or TokenKind.Inotin or TokenKind.Cnotin or TokenKind.Icontains or TokenKind.Ccontains or TokenKind.Inotcontains or TokenKind.Cnotcontains or TokenKind.Xor:
                return "bool";
            case TokenKind.Join or TokenKind.Format: return "string";
            case TokenKind.Isplit or TokenKind.Csplit or TokenKind.DotDot: return "list";
            case TokenKind.Ireplace or TokenKind.Creplace: return left == "list" ? "list" : left is null ? null : "string";
            case TokenKind.Minus when left == "datetime": return right switch { "datetime" => "duration", "duration" => "datetime", _ => null };
            case TokenKind.Plus when left is "string" or "list" or "datetime": return left;
            case TokenKind.Multiply when left is "string" or "list" or "duration": return left;
            default: return left == right && left is "number" or "duration" && operation is not (TokenKind.Multiply or TokenKind.Divide or TokenKind.Rem) || (left, right) == ("number", "number") ? left : null;
        }
    }

    /// <summary>A list on the left of a comparison is filtered.</summary>
    private static string? Filtered(string? left) => left switch { null => null, "list" => "list", _ => "bool" };

    // a text beside a duration or time is read as one
    private static bool HasOrder(string left, string right) => left switch
    {
        "bool" or "map" => false,
        "string" => right is "string" or "duration" or "datetime",
        _ => right == left || (right == "string" && left is "duration" or "datetime"),
    };

    public static string Word(string kind) => kind switch { "string" => "a text", "bool" => "true or false", "datetime" => "a time", _ => "a " + kind };

    private void Wrong(int offset, string message, string? fix) => _errors.Add(new ExpressionError(offset, 1, message, fix));
}
