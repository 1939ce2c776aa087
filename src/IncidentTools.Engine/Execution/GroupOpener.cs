using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Makes the members of a group when it is entered: what they are stays as it is then.</summary>
internal sealed class GroupOpener(RunSession session, StepDefinition step)
{
    /// <exception cref="IncidentToolsException">ItemsInvalid, ParameterInvalid, ExpressionFailed, ContentMissing.</exception>
    public void Open(StepInstance instance) => session.Writer.Emit(new GroupOpened(session.State.Run, instance.Path, step switch
    {
        { Parallel: { } parallel } => [.. parallel.Branches.Select(branch => new FrameMember(branch.Id))],
        { Foreach: { } each } => Items(instance, each),
        _ => [Child(instance, step.Child!)],
    }));

    private List<FrameMember> Items(StepInstance instance, ForeachDefinition each)
    {
        var roots = session.Roots(instance);
        if (StepArguments.Resolve(each.Items, session.Evaluator, roots) is not IReadOnlyList<object?> items) throw Errors.ItemsInvalid(step.Id, "items is not a list");
        if (items.Count >= RunRoute.MaxInstances) throw Errors.ItemsInvalid(step.Id, $"there are {items.Count} items, and a run has at most {RunRoute.MaxInstances} steps");
        var members = new List<FrameMember>(items.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            var key = Key(each, item, members.Count, roots);
            var name = FramePath.Item(key);
            if (!names.Add(name)) throw Errors.ItemsInvalid(step.Id, $"two items have the key '{key}'");
            members.Add(new FrameMember(name, key, item));
        }
        return members;
    }

    private string Key(ForeachDefinition each, object? item, int place, RunRoots roots)
    {
        if (each.Key is { } key) return PlainText.Format(session.Evaluator.Evaluate(key.Text, roots.With(("item", item), (each.As, item)))) ?? throw Errors.ItemsInvalid(step.Id, $"the key of item {place + 1} is no text");
        return item is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> or null || PlainText.Format(item) is not { Length: > 0 and <= 200 } text ? (place + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) : text;
    }

    private FrameMember Child(StepInstance instance, ChildDefinition child)
    {
        var name = BoundName(child);
        var source = session.State.Bound.GetValueOrDefault(name) ?? throw Errors.ContentMissing(session.State.Run, name);
        var given = (IReadOnlyDictionary<string, object?>)StepArguments.Resolve(child.Parameters, session.Evaluator, session.Roots(instance))!;
        var book = session.Books.Child(source).Book;
        return new FrameMember("", Source: source, Parameters: ParameterShapes.Read(book, given, session.State.Started!.Service.GetValueOrDefault("id") as string));
    }

    /// <summary>Under what name a run is bound to a child's text.</summary>
    public static string BoundName(ChildDefinition child) => $"runbook:{child.Name}@{child.Version}";
}
