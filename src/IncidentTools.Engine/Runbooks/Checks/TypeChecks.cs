using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>Values of the wrong kind, as far as the declared types of parameters, questions and outputs tell: in conditions, in what comparisons order, in arguments.</summary>
internal sealed class TypeChecks(RunbookDefinition book, RunbookOutline outline, IUseCatalog uses, IExpressionEvaluator evaluator, ScalarPlaces places, DiagnosticBag bag)
{
    private readonly Dictionary<string, StepDraft> _steps = outline.Drafts.DistinctBy(draft => draft.Step.Id, StringComparer.OrdinalIgnoreCase).ToDictionary(draft => draft.Step.Id, StringComparer.OrdinalIgnoreCase);

    public void Check(IReadOnlyList<UsedExpression> expressions)
    {
        foreach (var used in expressions)
        {
            var (kind, errors) = evaluator.Kind(used.Text, Known);
            foreach (var error in errors) bag.Error("IT2016", places.At(used.Scalar, used.Value, used.Offset + error.Offset, error.Length), used.At, error.Message, error.Fix);
            if (used.IsWhole && kind is not null && Wanted(used.At) is { } wanted && kind != wanted)
                bag.Error("IT2016", used.Scalar, used.At, $"it must give {Word(wanted)}, and gives {Word(kind)}", wanted == "bool" ? "Compare it with something: -eq, -gt, -match." : null);
        }
        foreach (var draft in outline.Drafts)
            foreach (var use in draft.Step.AllUses)
                if (use.With is PlainMap with && uses.Find(use.Uses)?.With is { } shape) Values(with, shape, draft.Path + ".with");
        Outputs(book.Outputs, "outputs");
        foreach (var draft in outline.Drafts) Outputs(draft.Step.Outputs, draft.Path + ".outputs");
    }

    private static string? Wanted(string path) => path[(path.LastIndexOf('.') + 1)..] switch { "when" or "until" or "assert" => "bool", "items" => "list", "from" => "datetime", _ => null };

    private void Outputs(IReadOnlyList<OutputDefinition> outputs, string path)
    {
        for (var index = 0; index < outputs.Count; index++)
            if (Kind(outputs[index].Type) is { } wanted && evaluator.Kind(outputs[index].Value.Text, Known).Kind is { } kind && kind != wanted)
                bag.Error("IT2016", outputs[index].Value.Span, $"{path}[{index}].value", $"the output '{outputs[index].Name}' is {Word(wanted)}, and this gives {Word(kind)}");
    }

    /// <summary>Arguments that are one expression, against their shape.</summary>
    private void Values(object? value, Shape shape, string path)
    {
        switch (value, shape)
        {
            case (Template { IsSingleExpression: true } template, _):
                if (evaluator.Kind(template.Parts[0].Text, Known).Kind is { } kind && !Fits(kind, shape)) bag.Error("IT2016", template.Span, path, $"expected {Expected(shape)}, and the expression gives {Word(kind)}");
                break;
            case (PlainMap map, ObjectShape form):
                foreach (var field in form.Fields) Values(map.Get(field.Name), field.Shape, $"{path}.{field.Name}");
                break;
            case (PlainMap map, MapShape form):
                foreach (var (key, item) in map) Values(item, form.Value, $"{path}.{key}");
                break;
            case (PlainList list, ListShape form):
                for (var index = 0; index < list.Count; index++) Values(list[index], form.Item, $"{path}[{index}]");
                break;
            case (_, ChoiceShape choice) when Array.Find(choice.Forms, form => (value, form) is (PlainMap, ObjectShape or MapShape) or (PlainList, ListShape)) is { } form:
                Values(value, form, path);
                break;
        }
    }

    /// <summary>Whether a value of this kind can be read as the shape at all; a text may hold anything.</summary>
    private static bool Fits(string kind, Shape shape) => shape switch
    {
        ListShape list => kind == "list" || (list.AllowSingle && Fits(kind, list.Item)),
        // a list may stand for the arguments of a program within a list of them
        ChoiceShape choice => kind == "list" || choice.Forms.Any(form => Fits(kind, form)),
        MapShape or ObjectShape or VariantShape => kind == "map",
        ScalarShape scalar => scalar.Kind switch
        {
            ScalarKind.Any => true,
            _ when kind is "list" or "map" => false,
            ScalarKind.Int or ScalarKind.Number => kind is "number" or "string",
            ScalarKind.Bool => kind is "bool" or "string",
            ScalarKind.Duration => kind is "duration" or "string",
            ScalarKind.DateTime or ScalarKind.Date => kind is "datetime" or "string",
            _ => true,
        },
        _ => true,
    };

    private static string Expected(Shape shape) => shape switch { ScalarShape scalar => ScalarReader.Describe(scalar), ListShape { AllowSingle: true, Item: ScalarShape item } => ScalarReader.Describe(item), ListShape => "a list", _ => "a map" };

    /// <summary>The kind of what a path reads; null when only a run knows.</summary>
    private string? Known(string path)
    {
        var parts = path.ToLowerInvariant().Split('.');
        return (parts[0], parts.Length) switch
        {
            ("params", 2) => Kind(book.Parameters.FirstOrDefault(item => item.Name == parts[1])?.Type),
            ("now", 1) => "datetime",
            ("run", 2) => parts[1] == "startedat" ? "datetime" : "string",
            ("step", 2) => parts[1] switch { "enteredat" or "intendedat" or "startedat" or "endedat" => "datetime", "visit" or "attempt" or "attempts" => "number", "id" or "path" or "state" or "status" or "error" or "message" => "string", _ => null },
            ("steps", >= 3) when _steps.TryGetValue(parts[1], out var draft) => Of(draft, parts[2..]),
            ("params" or "steps", 1) => "map",
            _ => null,
        };
    }

    private static string? Of(StepDraft draft, string[] member) => (member[0], member.Length) switch
    {
        ("state" or "status" or "error" or "message", 1) => "string",
        ("visit" or "attempts", 1) => "number",
        ("startedat" or "endedat", 1) => "datetime",
        ("outputs", 2) => Kind(draft.Step.Outputs.FirstOrDefault(output => output.Name == member[1])?.Type),
        ("value", 1) when draft.Step.Foreach is not null => "list",
        ("value", 1) when draft.Step.Use.Uses == "manual" || (draft.Step.Use.Uses == "ask" && draft.Source.Map("with").IsWritten("questions")) => "map",
        ("value", 2) when draft.Step.Use.Uses == "manual" && member[1] is "outcome" or "note" => "string",
        ("value", 2) when draft.Step.Use.Uses == "manual" => Kind(draft.Source.Map("with").Map("fields").Map(member[1]).TextOrNull("type")),
        ("value", 1) when draft.Step.Use.Uses == "ask" && draft.Source.Map("with").IsWritten("question") => Kind(draft.Source.Map("with").TextOrNull("type")),
        ("value", 2) when draft.Step.Use.Uses == "ask" => Kind(draft.Source.Map("with").Map("questions").Map(member[1]).TextOrNull("type")),
        _ => null,
    };

    private static string? Kind(string? type) => type switch
    {
        "string" or "path" or "service" or "contact" or "secret" => "string",
        "int" or "number" => "number",
        "bool" or "duration" or "datetime" or "list" or "map" => type,
        _ => null,
    };

    private static string Word(string kind) => kind switch { "string" => "a text", "bool" => "true or false", "datetime" => "a time", _ => "a " + kind };
}
