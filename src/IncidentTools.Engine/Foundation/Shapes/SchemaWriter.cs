using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>Prints a shape as JSON Schema (draft 2020-12), for editors. The loader stays the judge; a test holds the two together.</summary>
public sealed class SchemaWriter
{
    private const string Literal = @"(^|[^$])\$\{\{";
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
    private readonly JsonObject _definitions = [];
    private readonly bool _templates;

    private SchemaWriter(bool templates) => _templates = templates;

    /// <param name="templates">Whether the document has expressions: then a text that holds one is valid where they are taken, and refused elsewhere.</param>
    public static string Write(string id, ObjectShape shape, bool templates = false)
    {
        var writer = new SchemaWriter(templates);
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$id"] = id, ["title"] = shape.Name };
        foreach (var (key, value) in writer.Schema(shape, false)) schema[key] = value?.DeepClone();
        if (writer._definitions.Count > 0) schema["$defs"] = writer._definitions;
        return schema.ToJsonString(Pretty) + "\n";
    }

    private JsonObject Schema(Shape shape, bool dynamic)
    {
        if (shape is DeferredShape later) return Schema(later.Target, dynamic);
        dynamic |= shape.TakesExpressions;
        return shape.Definition is { } name ? Reference(name, () => Form(shape, dynamic)) : Form(shape, dynamic);
    }

    private JsonObject Reference(string name, Func<JsonObject> schema)
    {
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = null; // keeps its place, and a shape that holds itself ends
            _definitions[name] = schema();
        }
        return new JsonObject { ["$ref"] = "#/$defs/" + name };
    }

    private JsonObject Form(Shape shape, bool dynamic)
    {
        var form = shape switch
        {
            ObjectShape map => Object(map, dynamic),
            VariantShape variant => Variant(variant, dynamic),
            MapShape map => Map(map, dynamic),
            ListShape list => List(list, dynamic),
            ScalarShape scalar => Scalar(scalar, dynamic),
            ChoiceShape choice => new JsonObject { ["anyOf"] = new JsonArray([.. choice.Forms.Select(item => Schema(item, dynamic))]) },
            _ => _templates && !dynamic ? Data() : [],
        };
        if (!_templates || !dynamic || !shape.AllowExpression || shape is AnyShape or ChoiceShape or ScalarShape { Enum: null, Pattern: null, Kind: ScalarKind.String or ScalarKind.Any or ScalarKind.Expression }) return form;
        var expression = shape is ScalarShape ? Reference("withExpression", () => Text(@"\$\{\{")) : Reference("oneExpression", () => Text(@"^\$\{\{[\s\S]*\}\}$"));
        return new JsonObject { ["anyOf"] = new JsonArray(form, expression) };
    }

    private JsonObject Object(ObjectShape shape, bool dynamic)
    {
        var result = new JsonObject { ["type"] = "object", ["properties"] = Properties(shape.Fields, dynamic), ["patternProperties"] = new JsonObject { ["^x-"] = new JsonObject() }, ["additionalProperties"] = false };
        return Require(result, shape.Fields);
    }

    // the deciding value's own keys stand under "then"; all of them are named in front, so that an unknown key is one
    private JsonObject Variant(VariantShape shape, bool dynamic)
    {
        var result = Object(shape.Common, dynamic);
        var properties = result["properties"]!.AsObject();
        var deciding = new JsonObject { ["enum"] = Words(shape.Cases.Keys), ["description"] = Array.Find(shape.Common.Fields, field => field.Name == shape.Key)!.Doc };
        properties[shape.Key] = shape.Default is null ? deciding : new JsonObject { ["anyOf"] = new JsonArray(deciding, new JsonObject { ["type"] = "null" }) };
        foreach (var name in shape.Fields) properties[name] = new JsonObject();
        var all = new JsonArray();
        foreach (var (name, fields) in shape.Cases)
        {
            var chosen = new JsonObject { ["properties"] = new JsonObject { [shape.Key] = new JsonObject { ["enum"] = Words([name]) } } };
            if (name != shape.Default) chosen["required"] = Words([shape.Key]);
            var own = Properties(fields, dynamic);
            foreach (var other in shape.Fields.Where(field => !own.ContainsKey(field))) own[other] = false;
            all.Add(new JsonObject { ["if"] = chosen, ["then"] = Require(new JsonObject { ["properties"] = own }, fields) });
        }
        result["allOf"] = all;
        return result;
    }

    private JsonObject Properties(IEnumerable<Field> fields, bool dynamic)
    {
        var properties = new JsonObject();
        foreach (var field in fields)
        {
            var schema = Schema(field.Shape, dynamic);
            // "key:" with nothing after it counts as not written
            if (!field.Required) schema = new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
            schema["description"] = field.Doc;
            properties[field.Name] = schema;
        }
        return properties;
    }

    private static JsonObject Require(JsonObject schema, IEnumerable<Field> fields)
    {
        var required = fields.Where(field => field.Required).Select(field => field.Name).ToArray();
        if (required.Length > 0) schema["required"] = Words(required);
        return schema;
    }

    private JsonObject Map(MapShape shape, bool dynamic)
    {
        var result = new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(shape.Value, dynamic) };
        if (shape.KeyPattern is { } pattern) result["propertyNames"] = new JsonObject { ["pattern"] = pattern };
        else if (_templates) result["propertyNames"] = new JsonObject { ["not"] = Text(Literal) };
        return result;
    }

    private JsonObject List(ListShape shape, bool dynamic)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Schema(shape.Item, dynamic) };
        if (shape.MinItems > 0) list["minItems"] = shape.MinItems;
        if (shape.MaxItems is { } most) list["maxItems"] = most;
        return shape.AllowSingle ? new JsonObject { ["anyOf"] = new JsonArray(list, Schema(shape.Item, dynamic)) } : list;
    }

    // any plain data without an expression in it
    private JsonObject Data() => Reference("data", () => new JsonObject
    {
        ["anyOf"] = new JsonArray(Reference("value", Value), new JsonObject { ["type"] = "array", ["items"] = Data() }, new JsonObject { ["type"] = "object", ["additionalProperties"] = Data() }),
    });

    private static JsonObject Value() => new() { ["type"] = Words(["string", "number", "boolean", "null"]), ["not"] = new JsonObject { ["type"] = "string", ["pattern"] = Literal } };

    private JsonObject Scalar(ScalarShape shape, bool dynamic)
    {
        if (shape.OrInt)
        {
            var text = shape.Enum is null ? Text(shape.Pattern!) : Scalar(shape with { OrInt = false, Min = null, Max = null }, dynamic);
            return new JsonObject { ["anyOf"] = new JsonArray(text, Scalar(new ScalarShape(ScalarKind.Int) { Min = shape.Min, Max = shape.Max }, dynamic)) };
        }
        if (shape.Enum is { } words)
        {
            var closed = new JsonObject { ["enum"] = Words(words) };
            return shape.Pattern is { } open ? new JsonObject { ["anyOf"] = new JsonArray(closed, Text(open)) } : closed;
        }
        if (_templates && shape.Kind == ScalarKind.Expression)
            return Reference("expression", () => new JsonObject { ["type"] = Words(["string", "number"]), ["not"] = new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{\{|^(true|false)$" } });
        if (_templates && !dynamic && shape.Kind == ScalarKind.Any) return Reference("value", Value);
        var isText = shape.Kind is ScalarKind.String or ScalarKind.Regex or ScalarKind.Expression;
        // one that holds no expression; ${{ is written $${{ there
        if (_templates && isText && !(dynamic && shape.AllowExpression) && shape is { Pattern: null })
            return Reference("text", () => new JsonObject { ["type"] = Words(["string", "number", "boolean"]), ["not"] = new JsonObject { ["type"] = "string", ["pattern"] = Literal } });
        var schema = isText ? new JsonObject { ["type"] = Words(["string", "number", "boolean"]) } : Typed(shape.Kind);
        if (shape.Pattern is { } pattern) schema["pattern"] = pattern;
        if (shape.Kind is ScalarKind.Int or ScalarKind.Number)
        {
            if (shape.Min is { } least) schema["minimum"] = least;
            if (shape.Max is { } most) schema["maximum"] = most;
        }
        return schema;
    }

    private static JsonObject Typed(ScalarKind kind) => kind switch
    {
        ScalarKind.Int => new JsonObject { ["type"] = "integer" },
        ScalarKind.Number => new JsonObject { ["type"] = "number" },
        ScalarKind.Bool => new JsonObject { ["type"] = "boolean" },
        ScalarKind.Any => new JsonObject { ["type"] = Words(["string", "number", "boolean", "null"]) },
        ScalarKind.Duration => Text(@"^\s*(\d+(\.\d+)?(ms|s|m|h|d|w))+\s*$"),
        ScalarKind.DateTime => Text(@"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[-+]\d\d:?\d\d)$"),
        ScalarKind.Date => Text(@"^\d{4}-\d\d-\d\d$"),
        ScalarKind.TimeOfDay => Text(@"^([01]\d|2[0-3]):[0-5]\d$|^24:00$"),
        ScalarKind.Version => Text(@"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"),
        ScalarKind.Name => Text("^[a-z][a-z0-9_]*$"),
        ScalarKind.Slug => Text("^[a-z0-9][a-z0-9-]*$"),
        ScalarKind.SecretRef => Text("^secret:[A-Za-z0-9][A-Za-z0-9_.-]*$"),
        ScalarKind.TimeZone => Text("^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$"),
        ScalarKind.Url => Text("^[A-Za-z][A-Za-z0-9+.-]*://"),
        _ => new JsonObject { ["type"] = "string" },
    };

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word)]);
    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };
}
