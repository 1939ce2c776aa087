using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Execution;

/// <summary>What a person is asked for by a manual or ask step, and the check of what they say.</summary>
internal static class StepFields
{
    public static IReadOnlyList<string> Outcomes(Arguments with) => with.Texts("outcomes") is { Count: > 0 } written ? written : ["Done", "Failed"];

    /// <summary>Name → what it is for, with its type.</summary>
    public static IReadOnlyDictionary<string, string> Describe(IReadOnlyDictionary<string, object?> with) => Fields(with).ToDictionary(field => field.Name, field =>
        $"{field.Doc}{(field.Doc.Length == 0 ? "" : " ")}({((ScalarShape)field.Shape) switch { { Enum: { } words } => string.Join(" | ", words), var shape => shape.Kind.ToString().ToLowerInvariant() }}{(field.Required ? "" : ", optional")})", StringComparer.Ordinal);

    /// <summary>The values, typed.</summary>
    /// <exception cref="IncidentToolsException">FieldInvalid.</exception>
    public static IReadOnlyDictionary<string, object?> Read(string step, IReadOnlyDictionary<string, object?> with, IReadOnlyDictionary<string, object?> given)
    {
        var fields = Fields(with);
        var shape = new ObjectShape("the answer", [.. fields]);
        var bag = new DiagnosticBag();
        var read = ValueReader.Read(given, shape, "", bag);
        if (bag.HasErrors) throw Errors.FieldInvalid(step, bag.Items[0].Path.Length > 0 ? bag.Items[0].Path : Missing(fields, given), bag.Items[0].Message, bag.Items[0].Fix);
        return (IReadOnlyDictionary<string, object?>)read!;
    }

    private static string Missing(List<Field> fields, IReadOnlyDictionary<string, object?> given) => fields.Find(field => field.Required && !given.ContainsKey(field.Name))?.Name ?? "value";

    private static List<Field> Fields(IReadOnlyDictionary<string, object?> with)
    {
        if (with.ContainsKey("question")) return [new Field("answer", Shape(with), "") { Required = true }];
        var written = (with.GetValueOrDefault("fields") ?? with.GetValueOrDefault("questions")) as IReadOnlyDictionary<string, object?>;
        if (written is null) return [];
        return [.. written.Where(pair => pair.Value is IReadOnlyDictionary<string, object?>).Select(pair => (pair.Key, Map: (IReadOnlyDictionary<string, object?>)pair.Value!))
            .Select(pair => new Field(pair.Key, Shape(pair.Map), pair.Map.GetValueOrDefault("doc") as string ?? "") { Required = pair.Map.GetValueOrDefault("required") is not false })];
    }

    private static ScalarShape Shape(IReadOnlyDictionary<string, object?> field)
    {
        var kind = (field.GetValueOrDefault("type") as string) switch
        {
            "int" => ScalarKind.Int, "number" => ScalarKind.Number, "bool" => ScalarKind.Bool, "duration" => ScalarKind.Duration, "datetime" => ScalarKind.DateTime,
            "secret" => ScalarKind.SecretRef, "service" or "contact" => ScalarKind.Slug, _ => ScalarKind.String,
        };
        return new ScalarShape(kind)
        {
            Enum = field.GetValueOrDefault("allowed") is IReadOnlyList<object?> { Count: > 0 } words ? [.. words.Select(ValueReader.Text)] : null,
            Pattern = field.GetValueOrDefault("pattern") as string, Min = Number(field.GetValueOrDefault("min")), Max = Number(field.GetValueOrDefault("max")),
        };
    }

    private static double? Number(object? value) => value switch { long number => number, double number => number, TimeSpan time => time.TotalSeconds, string text when Duration.TryParse(text, out var time) => time.TotalSeconds, _ => null };
}
