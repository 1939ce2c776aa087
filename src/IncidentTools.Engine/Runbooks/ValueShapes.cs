using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>Typed values that somebody gives: parameters of a runbook, fields of a manual step, answers to questions.</summary>
internal static class ValueShapes
{
    /// <summary>The bounds that a type has, each read as that type.</summary>
    private static readonly Dictionary<string, Field[]> ByType = new(StringComparer.Ordinal)
    {
        ["string"] = [Default(Text), Least(Int with { Min = 0 }, "least length"), Most(Int with { Min = 0 }, "greatest length"), Allowed(Text), Pattern],
        ["int"] = [Default(Int), Least(Int), Most(Int), Allowed(Int)],
        ["number"] = [Default(Number), Least(Number), Most(Number), Allowed(Number)],
        ["bool"] = [Default(Bool)],
        ["duration"] = [Default(Shapes.Duration), Least(Shapes.Duration), Most(Shapes.Duration)],
        ["datetime"] = [Default(Shapes.DateTime), Least(Shapes.DateTime), Most(Shapes.DateTime)],
        ["path"] = [Default(Text), Allowed(Text), Pattern],
        ["service"] = [Default(Slug), Allowed(Slug)],
        ["contact"] = [Default(Slug), Allowed(Slug)],
        ["secret"] = [Default(SecretRef)],
        ["list"] = [Default(ListOf(new ScalarShape(ScalarKind.Any))), Least(Int with { Min = 0 }, "least number of items"), Most(Int with { Min = 0 }, "greatest number of items")],
        ["map"] = [Default(new MapShape(new AnyShape()))],
    };

    public static IReadOnlyList<string> Types { get; } = [.. ByType.Keys];
    /// <summary>A parameter of a runbook.</summary>
    public static MapShape Parameters { get; } = Map("a parameter", "parameter", Types, required: false);
    /// <summary>What a person can give in one line.</summary>
    public static IReadOnlyList<string> ScalarTypes { get; } = [.. ByType.Keys.Except(["list", "map"])];
    /// <summary>Fields and questions, inside <c>with</c>.</summary>
    public static MapShape Fields { get; } = Map("a field", "field", ScalarTypes, required: true) with { AllowExpression = false };

    private static MapShape Map(string name, string definition, IReadOnlyList<string> types, bool required) => new(new VariantShape(
        new ObjectShape(name,
            Optional("type", Text with { AllowExpression = false }, string.Join(' ', types), "string"),
            Optional("required", Bool with { AllowExpression = false }, $"whether it must be given; {(required ? "true" : "false")} when not written", required),
            Optional("doc", Text, "what it is for; of a question, the question")), "type", "type", ByType.Where(item => types.Contains(item.Key))) { Default = "string", Definition = definition, AllowExpression = false })
    { KeyPattern = "^[a-z][a-z0-9_]*$" };

    private static Field Default(Shape shape) => Optional("default", shape, "its value when it is not given");
    private static Field Least(Shape shape, string doc = "least value") => Optional("min", shape, doc);
    private static Field Most(Shape shape, string doc = "greatest value") => Optional("max", shape, doc);
    private static Field Allowed(Shape shape) => Optional("allowed", ListOf(shape, allowSingle: true) with { MinItems = 1 }, "the only values it may have");
    private static Field Pattern => Optional("pattern", Regex with { AllowExpression = false }, "a regular expression it must match");
}
