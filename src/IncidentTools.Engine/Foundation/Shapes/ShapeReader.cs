using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>What a document that has expressions does with them; null for documents that have none.</summary>
public interface ITemplateReader
{
    /// <summary>A text with <c>${{</c> in it, as a template object, or null after reporting what is wrong with it.</summary>
    object? Template(string text, SourceSpan span, string path);
    /// <summary>A value that is an expression as a whole.</summary>
    object? Expression(string text, SourceSpan span, string path);
    /// <summary>A text with <c>${{</c> in it where no expression may stand: <c>$${{</c> read as <c>${{</c>, or null after reporting the expression.</summary>
    string? Literal(string text, SourceSpan span, string path);
}

/// <summary>Checks a YAML tree against a shape and converts it to plain data, reporting everything that is wrong in one pass.</summary>
public sealed class ShapeReader(DiagnosticBag bag, ITemplateReader? templates = null)
{
    private readonly ScalarReader _scalars = new(bag, templates);
    // inside a part of the document that takes expressions
    private bool _dynamic;

    /// <summary>The value; null (with findings) where a part is wrong. Defaults of fields are filled in.</summary>
    public object? Read(YamlNode node, Shape shape, string path = "")
    {
        var outside = _dynamic;
        _dynamic |= shape.TakesExpressions;
        var value = IsWholeExpression(node, shape) ? templates!.Template(((YamlScalar)node).Text, node.Span, path) : ReadForm(node, shape, path);
        _dynamic = outside;
        return value;
    }

    // a list or map given as one expression
    private bool IsWholeExpression(YamlNode node, Shape shape) => _dynamic && templates is not null && shape is { AllowExpression: true } and not (ScalarShape or AnyShape or ChoiceShape or DeferredShape)
        && node is YamlScalar scalar && scalar.Text.StartsWith("${{", StringComparison.Ordinal) && scalar.Text.EndsWith("}}", StringComparison.Ordinal);

    private object? ReadForm(YamlNode node, Shape shape, string path) => shape switch
    {
        ObjectShape form => node is YamlMap map ? ReadObject(map, form, path) : Wrong(node, path, $"a map with the keys of {form.Name}"),
        VariantShape form => node is YamlMap map ? ReadVariant(map, form, path) : Wrong(node, path, $"a map with the keys of {form.Common.Name}"),
        MapShape form => node is YamlMap map ? ReadMap(map, form, path) : Wrong(node, path, "a map"),
        ListShape form => ReadList(node, form, path),
        ScalarShape form => node is YamlScalar scalar ? _scalars.Read(scalar, form, path, _dynamic) : Wrong(node, path, ScalarReader.Describe(form)),
        ChoiceShape form => ReadChoice(node, form, path),
        DeferredShape form => Read(node, form.Target, path),
        _ => ReadAny(node, path),
    };

    private PlainMap ReadVariant(YamlMap map, VariantShape shape, string path)
    {
        if (map[shape.Key] is not YamlScalar { IsNull: false } deciding) return ReadObject(map, shape.Default is { } usual ? shape.Forms[usual] : shape.Loose, path, shape);
        if (shape.Forms.TryGetValue(deciding.Text, out var form)) return ReadObject(map, form, path, shape);
        var here = Join(path, shape.Key);
        if (templates is null || !deciding.Text.Contains("${{", StringComparison.Ordinal) || templates.Literal(deciding.Text, deciding.Span, here) is not null)
            bag.Error("IT3006", deciding.Span, here, $"there is no {shape.What} '{ScalarReader.Short(deciding.Text)}'", Nearest.Hint(deciding.Text, shape.Forms.Keys.Where(name => name.Length > 0)));
        return ReadObject(map, shape.Loose, path, shape, known: false);
    }

    /// <param name="variant">The shape that the form is a case of.</param>
    /// <param name="known">False when nobody knows which keys there are: then none is unknown.</param>
    private PlainMap ReadObject(YamlMap map, ObjectShape shape, string path, VariantShape? variant = null, bool known = true)
    {
        var result = new PlainMap(map.Span);
        foreach (var member in map.Members)
        {
            var name = member.Key.Text;
            var here = Join(path, name);
            if (Find(shape.Fields, name) is { } field)
            {
                // "key:" with nothing after it counts as not written, unless a null is a value there
                if (member.Value is YamlScalar { IsNull: true } && field.Shape is not (AnyShape or ScalarShape { Kind: ScalarKind.Any }))
                {
                    if (field.Required) bag.Error("IT2003", member.Key.Span, here, $"'{name}' has no value");
                }
                else result.Add(name, known || name != variant!.Key ? Read(member.Value, field.Shape, here) : null, member.Key.Span, member.Value.Span);
            }
            // what x- keys hold is the writer's own affair
            else if (name.StartsWith("x-", StringComparison.Ordinal)) result.Add(name, new ShapeReader(bag).ReadAny(member.Value, here), member.Key.Span, member.Value.Span);
            else if (known) bag.Error("IT2001", member.Key.Span, here, $"'{name}' is not a key of {shape.Name}", Elsewhere(variant, name) ?? Nearest.Hint(name, shape.Fields.Select(field => field.Name)));
        }
        foreach (var field in shape.Fields)
        {
            if (result.ContainsKey(field.Name)) continue;
            if (field.Required && map[field.Name] is null) bag.Error("IT2003", Head(map), path, $"'{field.Name}' is missing in {shape.Name}", $"Add {field.Name}: {field.Doc}");
            else if (field.Default is not null) result.Add(field.Name, field.Default, SourceSpan.None, SourceSpan.None);
        }
        return result;
    }

    private static Field? Find(Field[] fields, string name)
    {
        foreach (var field in fields)
            if (field.Name == name) return field;
        return null;
    }

    private static string? Elsewhere(VariantShape? variant, string name) => variant?.Fields.Contains(name, StringComparer.Ordinal) != true ? null
        : $"It belongs to {variant.Key}: {string.Join(", ", variant.Cases.Where(item => item.Value.Any(field => field.Name == name)).Select(item => item.Key).Take(6))}.";

    private PlainMap ReadMap(YamlMap map, MapShape shape, string path)
    {
        var result = new PlainMap(map.Span);
        foreach (var member in map.Members)
        {
            var here = Join(path, member.Key.Text);
            if (shape.KeyPattern is { } pattern && !System.Text.RegularExpressions.Regex.IsMatch(member.Key.Text, pattern, System.Text.RegularExpressions.RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
                bag.Error("IT2005", member.Key.Span, here, $"the key '{member.Key.Text}' does not match {pattern}");
            if (IsKey(member.Key, here)) result.Add(member.Key.Text, Read(member.Value, shape.Value, here), member.Key.Span, member.Value.Span);
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

    private bool Fits(YamlNode node, Shape shape) => shape switch
    {
        ScalarShape => node is YamlScalar,
        ListShape => node is YamlList || IsWholeExpression(node, shape),
        MapShape or ObjectShape or VariantShape => node is YamlMap || IsWholeExpression(node, shape),
        _ => true,
    };

    private object? ReadAny(YamlNode node, string path)
    {
        switch (node)
        {
            case YamlScalar scalar: return _scalars.Read(scalar, AnyScalar, path, _dynamic);
            case YamlList list: return new PlainList(list.Span, [.. list.Items.Select((item, index) => (ReadAny(item, $"{path}[{index}]"), item.Span))]);
            default:
                var map = (YamlMap)node;
                var result = new PlainMap(map.Span);
                foreach (var member in map.Members)
                {
                    var here = Join(path, member.Key.Text);
                    if (IsKey(member.Key, here)) result.Add(member.Key.Text, ReadAny(member.Value, here), member.Key.Span, member.Value.Span);
                }
                return result;
        }
    }

    private static readonly ScalarShape AnyScalar = new(ScalarKind.Any);

    // a name is never computed
    private bool IsKey(YamlScalar key, string path) => templates is null || !key.Text.Contains("${{", StringComparison.Ordinal) || templates.Literal(key.Text, key.Span, path) is not null;

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
        VariantShape form => $"a map with the keys of {form.Common.Name}",
        _ => "a map",
    };

    private static string Kind(YamlNode node) => node switch { YamlList => "a list", YamlMap => "a map", _ => $"the text '{ScalarReader.Short(((YamlScalar)node).Text)}'" };
    private static SourceSpan Head(YamlMap map) => map.Members.Count > 0 ? map.Members[0].Key.Span : map.Span;
    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
