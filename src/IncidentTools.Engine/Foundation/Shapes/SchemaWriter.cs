using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>Prints a shape as JSON Schema (draft 2020-12), for editors. The loader stays the judge; a test holds the two together.</summary>
public static class SchemaWriter
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <param name="templates">Whether <c>${{ }}</c> may stand for values: then a text that holds one is valid everywhere.</param>
    public static string Write(string id, ObjectShape shape, bool templates = false)
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["$id"] = id, ["title"] = shape.Name };
        foreach (var (key, value) in Schema(shape, templates)) schema[key] = value?.DeepClone();
        return schema.ToJsonString(Pretty) + "\n";
    }

    private static JsonObject Schema(Shape shape, bool templates) => shape switch
    {
        ObjectShape form => Object(form, templates),
        MapShape form => Map(form, templates),
        ListShape form => List(form, templates),
        ScalarShape form => templates && form.AllowExpression && form.Kind is not (ScalarKind.String or ScalarKind.Any) || (templates && form.AllowExpression && form.Enum is not null)
            ? new JsonObject { ["anyOf"] = new JsonArray(Scalar(form), new JsonObject { ["type"] = "string", ["pattern"] = @"\$\{\{" }) } : Scalar(form),
        ChoiceShape form => new JsonObject { ["anyOf"] = new JsonArray([.. form.Forms.Select(item => Schema(item, templates))]) },
        _ => [],
    };

    private static JsonObject Object(ObjectShape shape, bool templates)
    {
        var properties = new JsonObject();
        foreach (var field in shape.Fields)
        {
            var schema = Schema(field.Shape, templates);
            // "key:" with nothing after it counts as not written
            if (!field.Required) schema = new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
            schema["description"] = field.Doc;
            properties[field.Name] = schema;
        }
        var result = new JsonObject { ["type"] = "object", ["properties"] = properties, ["patternProperties"] = new JsonObject { ["^x-"] = new JsonObject() }, ["additionalProperties"] = false };
        var required = shape.Fields.Where(field => field.Required).Select(field => (JsonNode)field.Name).ToArray();
        if (required.Length > 0) result["required"] = new JsonArray(required);
        return result;
    }

    private static JsonObject Map(MapShape shape, bool templates)
    {
        var result = new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(shape.Value, templates) };
        if (shape.KeyPattern is { } pattern) result["propertyNames"] = new JsonObject { ["pattern"] = pattern };
        return result;
    }

    private static JsonObject List(ListShape shape, bool templates)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Schema(shape.Item, templates) };
        if (shape.MinItems > 0) list["minItems"] = shape.MinItems;
        if (shape.MaxItems is { } most) list["maxItems"] = most;
        return shape.AllowSingle ? new JsonObject { ["anyOf"] = new JsonArray(list, Schema(shape.Item, templates)) } : list;
    }

    private static JsonObject Scalar(ScalarShape shape)
    {
        if (shape.Enum is { } words) return new JsonObject { ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) };
        var schema = shape.Kind switch
        {
            ScalarKind.Int => new JsonObject { ["type"] = "integer" },
            ScalarKind.Number => new JsonObject { ["type"] = "number" },
            ScalarKind.Bool => new JsonObject { ["type"] = "boolean" },
            ScalarKind.Any => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") },
            ScalarKind.String or ScalarKind.Regex or ScalarKind.Expression => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
            ScalarKind.Duration => Text(@"^\s*(\d+(\.\d+)?(ms|s|m|h|d))+\s*$"),
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
        if (shape.Pattern is { } pattern) schema["pattern"] = pattern;
        if (shape.Kind is ScalarKind.Int or ScalarKind.Number)
        {
            if (shape.Min is { } least) schema["minimum"] = least;
            if (shape.Max is { } most) schema["maximum"] = most;
        }
        return schema;
    }

    private static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };
}
