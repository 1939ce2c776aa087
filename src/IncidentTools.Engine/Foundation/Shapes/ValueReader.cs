using System.Globalization;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>
/// Plain data, as expressions and callers give it, checked and converted by a shape the way <see cref="ShapeReader"/> does with text: '30s' becomes
/// a duration, 5 stays a number, an unknown key is an error, defaults are filled in.
/// </summary>
public static class ValueReader
{
    /// <summary>The value, or null after adding findings whose path says where.</summary>
    public static object? Read(object? value, Shape shape, string path, DiagnosticBag bag) => shape switch
    {
        ObjectShape form => value is IReadOnlyDictionary<string, object?> map ? ReadObject(map, form, path, bag) : Wrong(value, path, $"a map with the keys of {form.Name}", bag),
        MapShape form => value is IReadOnlyDictionary<string, object?> map
            ? map.ToDictionary(pair => pair.Key, pair => Read(pair.Value, form.Value, $"{path}.{pair.Key}", bag), StringComparer.Ordinal) : Wrong(value, path, "a map", bag),
        ListShape form => ReadList(value, form, path, bag),
        ScalarShape form => ReadScalar(value, form, path, bag),
        ChoiceShape form => Array.Find(form.Forms, candidate => Fits(value, candidate)) is { } chosen ? Read(value, chosen, path, bag) : Wrong(value, path, "another kind of value", bag),
        _ => value,
    };

    private static Dictionary<string, object?> ReadObject(IReadOnlyDictionary<string, object?> map, ObjectShape shape, string path, DiagnosticBag bag)
    {
        var result = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in map)
        {
            var here = path.Length == 0 ? name : $"{path}.{name}";
            if (Array.Find(shape.Fields, field => field.Name == name) is { } field)
            {
                if (value is not null || field.Shape is AnyShape) result[name] = Read(value, field.Shape, here, bag);
                else if (field.Required) bag.Error("IT2003", SourceSpan.None, here, $"'{name}' has no value");
            }
            else if (name.StartsWith("x-", StringComparison.Ordinal)) result[name] = value;
            else bag.Error("IT2001", SourceSpan.None, here, $"'{name}' is not a key of {shape.Name}", Nearest.Hint(name, shape.Fields.Select(item => item.Name)));
        }
        foreach (var field in shape.Fields)
        {
            if (result.ContainsKey(field.Name)) continue;
            if (field.Default is not null) result[field.Name] = field.Default;
            else if (field.Required && !map.ContainsKey(field.Name)) bag.Error("IT2003", SourceSpan.None, path, $"'{field.Name}' is missing in {shape.Name}", $"Add {field.Name}: {field.Doc}");
        }
        return result;
    }

    private static object? ReadList(object? value, ListShape shape, string path, DiagnosticBag bag)
    {
        if (value is not IReadOnlyList<object?> list) return shape.AllowSingle && value is not null ? new List<object?> { Read(value, shape.Item, path, bag) } : Wrong(value, path, "a list", bag);
        if (list.Count < shape.MinItems) bag.Error("IT2006", SourceSpan.None, path, $"at least {shape.MinItems} items are needed, there are {list.Count}");
        if (list.Count > shape.MaxItems) bag.Error("IT2006", SourceSpan.None, path, $"at most {shape.MaxItems} items are allowed, there are {list.Count}");
        return list.Select((item, index) => Read(item, shape.Item, $"{path}[{index}]", bag)).ToList();
    }

    private static object? ReadScalar(object? value, ScalarShape shape, string path, DiagnosticBag bag)
    {
        if (value is null or IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>) return shape.Kind == ScalarKind.Any ? value : Wrong(value, path, ScalarReader.Describe(shape), bag);
        if (shape.Kind == ScalarKind.Any) return value;
        if (shape.Kind == ScalarKind.Duration && value is long or double) return Wrong(value, path, ScalarReader.Describe(shape), bag);
        // text for everything that has a text form: one reader knows patterns, bounds and words
        return new ScalarReader(bag, null).Read(new YamlScalar(Text(value), IsQuoted: false, SourceSpan.None), shape, path, dynamic: false);
    }

    /// <summary>The text form that the scalar reader reads back.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        TimeSpan time => Duration.Format(time),
        DateTimeOffset time => UtcStamp.Format(time),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static bool Fits(object? value, Shape shape) => shape switch
    {
        ScalarShape => value is not null and not IReadOnlyDictionary<string, object?> and not IReadOnlyList<object?>,
        ListShape => value is IReadOnlyList<object?>,
        MapShape or ObjectShape => value is IReadOnlyDictionary<string, object?>,
        _ => true,
    };

    private static object? Wrong(object? value, string path, string expected, DiagnosticBag bag)
    {
        var found = value switch { null => "nothing", IReadOnlyDictionary<string, object?> => "a map", IReadOnlyList<object?> => "a list", _ => $"'{(Text(value) is { Length: > 40 } text ? text[..40] + "…" : Text(value))}'" };
        bag.Error("IT2002", SourceSpan.None, path, $"expected {expected}, found {found}");
        return null;
    }
}
