using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>The shape of a value by a parameter's declared type and bounds.</summary>
internal static class ParameterShapes
{
    public static Shape Of(RunbookParameterDefinition parameter) => parameter.Type switch
    {
        "list" => new ListShape(new AnyShape()) { AllowSingle = true },
        "map" => new MapShape(new AnyShape()),
        _ => new ScalarShape(Kind(parameter.Type)) { Enum = parameter.Allowed, Pattern = parameter.Pattern, Min = Number(parameter.Min), Max = Number(parameter.Max) },
    };

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
