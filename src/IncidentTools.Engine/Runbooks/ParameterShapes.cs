using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>The shape of a value by a parameter's declared type and bounds.</summary>
internal static class ParameterShapes
{
    public static Shape Of(RunbookParameterDefinition parameter) => OfType(parameter.Type) is ScalarShape scalar
        ? scalar with { Enum = parameter.Allowed, Pattern = parameter.Pattern, Min = Number(parameter.Min), Max = Number(parameter.Max) } : OfType(parameter.Type);

    public static Shape OfType(string type) => type switch
    {
        "list" => new ListShape(new AnyShape()) { AllowSingle = true },
        "map" => new MapShape(new AnyShape()),
        "any" => new AnyShape(),
        _ => new ScalarShape(Kind(type)),
    };

    /// <summary>A runbook's parameters from what was given, converted and checked; defaults filled in.</summary>
    /// <param name="service">Fills the parameter of type service.</param>
    /// <exception cref="IncidentToolsException">ParameterInvalid.</exception>
    public static Dictionary<string, object?> Read(RunbookDefinition book, IReadOnlyDictionary<string, object?> given, string? service)
    {
        foreach (var name in given.Keys)
            if (book.Parameters.All(parameter => parameter.Name != name)) throw Errors.ParameterInvalid(book.Id, name, "there is no such parameter", Nearest.Hint(name, book.Parameters.Select(parameter => parameter.Name)));
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in book.Parameters)
        {
            var value = given.GetValueOrDefault(parameter.Name) ?? (parameter.Type == "service" ? service : null);
            if (value is null && parameter.Required) throw Errors.ParameterInvalid(book.Id, parameter.Name, $"a {parameter.Type} is required", parameter.Type == "service" ? "Give -Service, or an incident that has one." : null);
            values[parameter.Name] = value is null ? parameter.Default : Typed(book, parameter, value);
        }
        return values;
    }

    private static object? Typed(RunbookDefinition book, RunbookParameterDefinition parameter, object given)
    {
        var bag = new DiagnosticBag();
        var value = ValueReader.Read(given, Of(parameter), "", bag);
        return bag.HasErrors ? throw Errors.ParameterInvalid(book.Id, parameter.Name, bag.Items[0].Message, bag.Items[0].Fix) : value;
    }

    private static ScalarKind Kind(string type) => type switch
    {
        "int" => ScalarKind.Int,
        "number" => ScalarKind.Number,
        "bool" => ScalarKind.Bool,
        "duration" => ScalarKind.Duration,
        "datetime" => ScalarKind.DateTime,
        "service" or "contact" => ScalarKind.Slug,
        "secret" => ScalarKind.SecretRef,
        _ => ScalarKind.String,
    };

    private static double? Number(object? value) => value switch { TimeSpan time => time.TotalSeconds, long number => number, double number => number, _ => null };
}
