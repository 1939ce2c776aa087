using System.Management.Automation.Language;

namespace IncidentTools.Scripting.Expressions;

/// <summary>A part of an expression as the reader admitted it; there is no other way to have a value.</summary>
internal abstract class Node(int offset)
{
    public int Offset => offset;

    /// <summary>What it reads, written out: steps.http.value; null when it is no such path.</summary>
    public virtual string? Path => null;

    public abstract object? Evaluate(Scope scope);

    /// <summary>The kind of its value; null when only a run can know.</summary>
    public virtual string? Kind(Kinds kinds) => null;

    /// <summary>The value, or false and why not when the node is a reference to what does not exist.</summary>
    public virtual bool TryEvaluate(Scope scope, out object? value, out string missing)
    {
        missing = "";
        value = Evaluate(scope);
        return true;
    }
}

internal sealed class Constant(int offset, object? value) : Node(offset)
{
    public object? Value => value;
    public override object? Evaluate(Scope scope) => value;
    public override string? Kind(Kinds kinds) => Kinds.Of(value);
}

/// <summary>A double-quoted text.</summary>
internal sealed class Interpolated(int offset, IReadOnlyList<Node> parts) : Node(offset)
{
    public override object? Evaluate(Scope scope)
    {
        var text = "";
        foreach (var part in parts) text = TextOperators.Concat(text, Values.Text(part.Evaluate(scope), scope.At(part.Offset)), scope.At(Offset));
        return text;
    }

    public override string? Kind(Kinds kinds) => "string";
}

/// <summary>Items with a comma between them, or one after it.</summary>
internal sealed class ListNode(int offset, IReadOnlyList<Node> items) : Node(offset)
{
    public Node First => items[0];
    public override object? Evaluate(Scope scope) => items.Select(item => item.Evaluate(scope)).ToList();

    public override string? Kind(Kinds kinds)
    {
        foreach (var item in items) item.Kind(kinds);
        return "list";
    }
}

/// <summary><c>@( … )</c>: what its statements give, lists among them opened.</summary>
internal sealed class ArrayNode(int offset, IReadOnlyList<Node> statements) : Node(offset)
{
    public override object? Evaluate(Scope scope)
    {
        var items = new List<object?>();
        foreach (var value in statements.Select(statement => statement.Evaluate(scope)))
        {
            if (Values.IsList(value, out var list)) items.AddRange(list);
            else items.Add(value);
        }
        return items.Count <= Limits.Items ? items : throw scope.At(Offset).Fail($"a list has at most {Limits.Items} items");
    }

    public override string? Kind(Kinds kinds)
    {
        foreach (var statement in statements) statement.Kind(kinds);
        return "list";
    }
}

internal sealed class MapNode(int offset, IReadOnlyList<(Node Key, Node Value)> members) : Node(offset)
{
    public override object? Evaluate(Scope scope)
    {
        var map = new Dictionary<string, object?>(members.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in members)
            if (!map.TryAdd(Values.Text(key.Evaluate(scope), scope.At(key.Offset)), value.Evaluate(scope))) throw scope.At(key.Offset).Fail("the map has this key already");
        return map;
    }

    public override string? Kind(Kinds kinds)
    {
        foreach (var (_, value) in members) value.Kind(kinds);
        return "map";
    }
}

internal sealed class Unary(int offset, Node operand, Func<object?, Site, object?> operation, TokenKind token) : Node(offset)
{
    public override string? Kind(Kinds kinds) => token is TokenKind.Not or TokenKind.Exclaim ? kinds.Flag(operand, "-not") : Kinds.Unary(token, operand.Kind(kinds));
    public override object? Evaluate(Scope scope) => operation(operand.Evaluate(scope), scope.At(Offset));
}

internal sealed class Binary(int offset, Node left, Node right, Func<object?, object?, Site, object?> operation, TokenKind token) : Node(offset)
{
    public override string? Kind(Kinds kinds) => kinds.Binary(token, left.Kind(kinds), right.Kind(kinds), Offset);
    public override object? Evaluate(Scope scope)
    {
        var value = left.Evaluate(scope);
        return operation(value, right.Evaluate(scope), scope.At(Offset));
    }
}

/// <summary>-and and -or: the right side is not looked at when the left one decides.</summary>
internal sealed class Logical(int offset, Node left, Node right, bool decides) : Node(offset)
{
    private readonly string _name = decides ? "-or" : "-and";
    public override object? Evaluate(Scope scope) =>
        Values.Flag(left.Evaluate(scope), _name, scope.At(left.Offset)) == decides ? decides : Values.Flag(right.Evaluate(scope), _name, scope.At(right.Offset));

    public override string? Kind(Kinds kinds)
    {
        kinds.Flag(left, _name);
        return kinds.Flag(right, _name);
    }
}

internal sealed class Ternary(int offset, Node condition, Node yes, Node no) : Node(offset)
{
    public override object? Evaluate(Scope scope) => Values.Flag(condition.Evaluate(scope), "? :", scope.At(condition.Offset)) ? yes.Evaluate(scope) : no.Evaluate(scope);

    public override string? Kind(Kinds kinds)
    {
        kinds.Flag(condition, "? :");
        var (one, other) = (yes.Kind(kinds), no.Kind(kinds));
        return one == other ? one : null;
    }
}

/// <summary><c>??</c>: what does not exist on its left is nothing, not an error.</summary>
internal sealed class Coalesce(int offset, Node left, Node right) : Node(offset)
{
    public override object? Evaluate(Scope scope) => left.TryEvaluate(scope, out var value, out _) && value is not null ? value : right.Evaluate(scope);

    public override bool TryEvaluate(Scope scope, out object? value, out string missing)
    {
        missing = "";
        return (left.TryEvaluate(scope, out value, out _) && value is not null) || right.TryEvaluate(scope, out value, out missing);
    }

    public override string? Kind(Kinds kinds)
    {
        var (one, other) = (left.Kind(kinds), right.Kind(kinds));
        return one == other ? one : null;
    }
}
