using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>What a document that allows expressions does with them; null in documents that do not.</summary>
public interface ITemplateReader
{
    /// <summary>A text with <c>${{</c> in it, as a template object, or null after reporting what is wrong with it.</summary>
    object? Template(string text, SourceSpan span, string path);
    /// <summary>A value that is an expression as a whole.</summary>
    object? Expression(string text, SourceSpan span, string path);
}

/// <summary>Checks a YAML tree against a shape and converts it to plain data, reporting everything that is wrong in one pass.</summary>
public sealed class ShapeReader(DiagnosticBag bag, ITemplateReader? templates = null)
{
    /// <summary>The value; null (with findings) where a part is wrong. Defaults of fields are filled in.</summary>
    public object? Read(YamlNode node, Shape shape, string path = "") => shape switch
    {
        ObjectShape form => node is YamlMap map ? ReadObject(map, form, path) : Wrong(node, path, $"a map with the keys of {form.Name}"),
        MapShape form => node is YamlMap map ? ReadMap(map, form, path) : Wrong(node, path, "a map"),
        ListShape form => ReadList(node, form, path),
        ScalarShape form => node is YamlScalar scalar ? new ScalarReader(bag, templates).Read(scalar, form, path) : Wrong(node, path, ScalarReader.Describe(form)),
        ChoiceShape form => ReadChoice(node, form, path),
        _ => ReadAny(node, path),
    };

    private PlainMap ReadObject(YamlMap map, ObjectShape shape, string path)
    {
        var result = new PlainMap(map.Span);
        foreach (var member in map.Members)
        {
            var name = member.Key.Text;
            var here = Join(path, name);
            if (Array.Find(shape.Fields, field => field.Name == name) is { } field)
            {
                // "key:" with nothing after it counts as not written, unless a null is a value there
                if (member.Value is YamlScalar { IsNull: true } && field.Shape is not (AnyShape or ScalarShape { Kind: ScalarKind.Any }))
                {
                    if (field.Required) bag.Error("IT2003", member.Key.Span, here, $"'{name}' has no value");
                    continue;
                }
                result.Add(name, Read(member.Value, field.Shape, here), member.Key.Span, member.Value.Span);
            }
            else if (name.StartsWith("x-", StringComparison.Ordinal)) result.Add(name, ReadAny(member.Value, here), member.Key.Span, member.Value.Span);
            else bag.Error("IT2001", member.Key.Span, here, $"'{name}' is not a key of {shape.Name}", Nearest.Hint(name, shape.Fields.Select(field => field.Name)));
        }
        foreach (var field in shape.Fields)
        {
            if (result.ContainsKey(field.Name)) continue;
            if (field.Required && map.Members.All(member => member.Key.Text != field.Name)) bag.Error("IT2003", Head(map), path, $"'{field.Name}' is missing in {shape.Name}", $"Add {field.Name}: {field.Doc}");
            else if (field.Default is not null) result.Add(field.Name, field.Default, SourceSpan.None, SourceSpan.None);
        }
        return result;
    }

    private PlainMap ReadMap(YamlMap map, MapShape shape, string path)
    {
        var result = new PlainMap(map.Span);
        foreach (var member in map.Members)
        {
            var here = Join(path, member.Key.Text);
            if (shape.KeyPattern is { } pattern && !System.Text.RegularExpressions.Regex.IsMatch(member.Key.Text, pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
                bag.Error("IT2005", member.Key.Span, here, $"the key '{member.Key.Text}' does not match {pattern}");
            result.Add(member.Key.Text, Read(member.Value, shape.Value, here), member.Key.Span, member.Value.Span);
        }
        return result;
    }

    private object? ReadList(YamlNode node, ListShape shape, string path)
    {
        if (node is not YamlList list)
        {
            if (!shape.AllowSingle || (node is YamlMap && shape.Item is ScalarShape)) return Wrong(node, path, "a list");
            return new PlainList(node.Span, [(Read(node, shape.Item, path), node.Span)]);
        }
        if (list.Items.Count < shape.MinItems) bag.Error("IT2006", list.Span, path, $"at least {shape.MinItems} items are needed, there are {list.Items.Count}");
        if (list.Items.Count > shape.MaxItems) bag.Error("IT2006", list.Span, path, $"at most {shape.MaxItems} items are allowed, there are {list.Items.Count}");
        return new PlainList(list.Span, [.. list.Items.Select((item, index) => (Read(item, shape.Item, $"{path}[{index}]"), item.Span))]);
    }

    private object? ReadChoice(YamlNode node, ChoiceShape shape, string path)
    {
        var form = Array.Find(shape.Forms, candidate => Fits(node, candidate));
        return form is null ? Wrong(node, path, string.Join(" or ", shape.Forms.Select(Describe))) : Read(node, form, path);
    }

    private static bool Fits(YamlNode node, Shape shape) => shape switch
    {
        ScalarShape => node is YamlScalar,
        ListShape => node is YamlList,
        MapShape or ObjectShape => node is YamlMap,
        _ => true,
    };

    private object? ReadAny(YamlNode node, string path)
    {
        switch (node)
        {
            case YamlScalar scalar: return new ScalarReader(bag, templates).Read(scalar, new ScalarShape(ScalarKind.Any), path);
            case YamlList list: return new PlainList(list.Span, [.. list.Items.Select((item, index) => (ReadAny(item, $"{path}[{index}]"), item.Span))]);
            default:
                var map = (YamlMap)node;
                var result = new PlainMap(map.Span);
                foreach (var member in map.Members) result.Add(member.Key.Text, ReadAny(member.Value, Join(path, member.Key.Text)), member.Key.Span, member.Value.Span);
                return result;
        }
    }

    private object? Wrong(YamlNode node, string path, string expected)
    {
        bag.Error("IT2002", node.Span, path, $"expected {expected}, found {Kind(node)}");
        return null;
    }

    private static string Describe(Shape shape) => shape switch
    {
        ScalarShape scalar => ScalarReader.Describe(scalar),
        ListShape => "a list",
        ObjectShape form => $"a map with the keys of {form.Name}",
        _ => "a map",
    };

    private static string Kind(YamlNode node) => node switch { YamlList => "a list", YamlMap => "a map", _ => $"the text '{Short(((YamlScalar)node).Text)}'" };
    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
    private static SourceSpan Head(YamlMap map) => map.Members.Count > 0 ? map.Members[0].Key.Span : map.Span;
    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
