using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>The runbooks that a runbook runs: there, without errors, in the version that is pinned, with the parameters they take, and never itself. Needs the library, so it comes after loading.</summary>
internal static class ChildChecks
{
    public static IReadOnlyList<Diagnostic> Check(RunbookDefinition book, IReadOnlyList<RunbookFile> library)
    {
        var bag = new DiagnosticBag();
        foreach (var step in book.AllSteps)
            if (step.Child is { } child && step.Use.With is PlainMap with) Check(book, step, child, with, library, bag);
        return bag.Items;
    }

    private static void Check(RunbookDefinition book, StepDefinition step, ChildDefinition child, PlainMap with, IReadOnlyList<RunbookFile> library, DiagnosticBag bag)
    {
        if (library.FirstOrDefault(file => file.Name == child.Name) is not { } file)
        {
            bag.Error("IT3018", with.At("name"), step.Id, $"there is no runbook '{child.Name}'", Nearest.Hint(child.Name, library.Select(item => item.Name)));
            return;
        }
        if (Circle(book.Id, child.Name, library) is { } circle)
        {
            bag.Error("IT3021", with.At("name"), step.Id, $"it would run itself: {string.Join(" → ", circle)}", "Take one of them out of the circle.");
            return;
        }
        if (file.Book is not { } inner)
        {
            bag.Error("IT3019", with.At("name"), step.Id, $"the runbook '{child.Name}' has errors itself", $"Test-Runbook {child.Name} lists them.");
            return;
        }
        if (inner.Version != child.Version)
            bag.Error("IT3020", with.At("version"), step.Id, $"'{child.Name}' is there in version {inner.Version}, not {child.Version}", $"Read what changed, then write version: {inner.Version}.");
        foreach (var (name, value) in child.Parameters)
        {
            if (inner.Parameters.FirstOrDefault(item => item.Name == name) is not { } parameter)
                bag.Error("IT3011", ((PlainMap)child.Parameters).KeyAt(name), step.Id, $"'{child.Name}' has no parameter '{name}'", Nearest.Hint(name, inner.Parameters.Select(item => item.Name)));
            else if (value is not Template) Typed(step, parameter, value, ((PlainMap)child.Parameters).At(name), bag);
        }
        // the service goes with the run
        foreach (var parameter in inner.Parameters.Where(item => item is { Required: true, Type: not "service" } && !child.Parameters.ContainsKey(item.Name)))
            bag.Error("IT2003", step.Use.Span, step.Id, $"'{child.Name}' needs the parameter '{parameter.Name}' ({parameter.Type})", $"Add it under with.parameters{(parameter.Doc.Length > 0 ? $": {parameter.Doc}" : "")}.");
    }

    private static void Typed(StepDefinition step, RunbookParameterDefinition parameter, object? value, SourceSpan span, DiagnosticBag bag)
    {
        var found = new DiagnosticBag();
        ValueReader.Read(Plain(value), ParameterShapes.Of(parameter), $"{step.Id}.{parameter.Name}", found);
        foreach (var item in found.Items) bag.Add(item with { Span = span });
    }

    // a template inside a list or map is known only at run time: it stands for any text
    private static object? Plain(object? value) => value switch
    {
        Template => "",
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Plain(pair.Value), StringComparer.Ordinal),
        IReadOnlyList<object?> list => list.Select(Plain).ToList(),
        _ => value,
    };

    /// <summary>The way from a runbook back to it; null when there is none.</summary>
    private static IReadOnlyList<string>? Circle(string home, string at, IReadOnlyList<RunbookFile> library)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<IReadOnlyList<string>>([[home, at]]);
        while (open.TryPop(out var way))
        {
            if (way[^1] == home) return way;
            if (!seen.Add(way[^1]) || library.FirstOrDefault(file => file.Name == way[^1])?.Book is not { } book) continue;
            foreach (var name in book.AllSteps.Select(step => step.Child?.Name).OfType<string>()) open.Push([.. way, name]);
        }
        return null;
    }
}
