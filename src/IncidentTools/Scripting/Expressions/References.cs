using IncidentTools.Engine.Foundation;

namespace IncidentTools.Scripting.Expressions;

/// <summary>A name, a member or an index: what may not exist. Missing is an error wherever nobody asked with ??.</summary>
internal abstract class Reference(int offset) : Node(offset)
{
    public override string? Kind(Kinds kinds) => Path is { } path ? kinds.Of(path) : null;

    public sealed override object? Evaluate(Scope scope) => TryEvaluate(scope, out var value, out var missing) ? value : throw scope.At(Offset).Fail(missing);

    protected bool Plain(Scope scope, object? found, out object? value) =>
        Values.TryPlain(found, out value) ? true : throw scope.At(Offset).Fail($"it is a {found!.GetType().Name}, which is not plain data");

    protected static bool Find(IReadOnlyDictionary<string, object?> map, string key, out object? value)
    {
        if (map.TryGetValue(key, out value)) return true;
        foreach (var pair in map)
        {
            if (!string.Equals(pair.Key, key, StringComparison.OrdinalIgnoreCase)) continue;
            value = pair.Value;
            return true;
        }
        return false;
    }

    protected static string Hint(string given, IEnumerable<string> known, string prefix = "") => Nearest.Of(given, known.Take(200)) is { } near ? $"; did you mean {prefix}{near}?" : "";
}

internal sealed class Root(int offset, string name) : Reference(offset)
{
    public override string? Path => name;

    public override bool TryEvaluate(Scope scope, out object? value, out string missing)
    {
        missing = "";
        if (Find(scope.Roots, name, out var found)) return Plain(scope, found, out value);
        missing = $"there is no ${name} here{Hint(name, scope.Roots.Keys, "$")}";
        value = null;
        return false;
    }
}

/// <summary>A key of a map, or <c>.count .first .last</c> of a list or text. Nothing else: no property of .NET shows.</summary>
internal sealed class Member(int offset, Node target, Node name, string label) : Reference(offset)
{
    public override string? Path => target.Path is { } path && name is Constant { Value: string key } ? $"{path}.{key}" : null;
    public override string? Kind(Kinds kinds) => name is Constant { Value: string key } && key.Equals("count", StringComparison.OrdinalIgnoreCase) && target.Kind(kinds) is "list" or "string" ? "number" : base.Kind(kinds);

    public override bool TryEvaluate(Scope scope, out object? value, out string missing)
    {
        value = null;
        if (!target.TryEvaluate(scope, out var from, out missing)) return false;
        var key = Values.Text(name.Evaluate(scope), scope.At(name.Offset));
        switch (from)
        {
            case IReadOnlyDictionary<string, object?> map:
                if (Find(map, key, out var found)) return Plain(scope, found, out value);
                missing = $"there is no '{key}' in {label}{Hint(key, map.Keys)}";
                return false;
            case IReadOnlyList<object?> list:
                return Part(scope, key, list.Count, index => list[index], "the list", out value, out missing);
            case string text:
                return Part(scope, key, text.Length, index => text[index].ToString(), "the text", out value, out missing);
            case null:
                missing = $"{label} is nothing, so it has no '{key}'";
                return false;
            default:
                missing = $"{label} is {Values.Describe(from)}, which has no '{key}'";
                return false;
        }
    }

    private bool Part(Scope scope, string key, int count, Func<int, object?> item, string what, out object? value, out string missing)
    {
        (value, missing) = (null, "");
        switch (key.ToLowerInvariant())
        {
            case "count":
                value = (long)count;
                return true;
            case "first" or "last" when count > 0: return Plain(scope, item(key.Equals("first", StringComparison.OrdinalIgnoreCase) ? 0 : count - 1), out value);
            case "first" or "last":
                missing = $"{what} in {label} is empty";
                return false;
            default:
                missing = $"{what} in {label} has no '{key}', only .count, .first and .last{(key.Equals("length", StringComparison.OrdinalIgnoreCase) ? "; write .count" : "")}";
                return false;
        }
    }
}

/// <summary><c>[ … ]</c>: a place (from the end when negative), several places, or a key.</summary>
internal sealed class IndexNode(int offset, Node target, Node index, string label) : Reference(offset)
{
    private readonly Member _member = new(offset, target, index, label);

    public override bool TryEvaluate(Scope scope, out object? value, out string missing)
    {
        value = null;
        if (!target.TryEvaluate(scope, out var from, out missing)) return false;
        if (from is null or IReadOnlyDictionary<string, object?>) return _member.TryEvaluate(scope, out value, out missing);
        var place = index.Evaluate(scope);
        if (!Values.IsList(place, out var places)) return At(scope, from, place, out value, out missing);
        var items = new List<object?>(places.Count);
        foreach (var each in places)
        {
            if (!At(scope, from, each, out var item, out missing)) return false;
            items.Add(item);
        }
        value = items;
        return true;
    }

    private bool At(Scope scope, object from, object? place, out object? value, out string missing)
    {
        var site = scope.At(index.Offset);
        (value, missing) = (null, "");
        var count = from switch { IReadOnlyList<object?> list => list.Count, string text => text.Length, _ => throw site.Fail($"{Values.Describe(from)} has no index") };
        var at = Values.Whole(place, "an index", site);
        if (at < 0) at += count;
        if (at < 0 || at >= count)
        {
            missing = $"{label} has {count} items, so there is none at {Values.Describe(place)}";
            return false;
        }
        return Plain(scope, from is string word ? word[(int)at].ToString() : ((IReadOnlyList<object?>)from)[(int)at], out value);
    }
}
