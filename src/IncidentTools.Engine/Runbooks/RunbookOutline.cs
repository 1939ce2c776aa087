using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks;

internal enum StepListKind { Main, Handlers, Every, Branch, Items }

/// <summary>A step that could be bound, with the map it came from: that one knows where each key stands.</summary>
/// <param name="Inner">The lists of steps inside it.</param>
internal sealed record StepDraft(StepDefinition Step, PlainMap Source, string Path, StepList List, int Index, IReadOnlyList<StepList> Inner)
{
    public bool IsHandler => List.Kind == StepListKind.Handlers;
}

/// <summary>A list of steps: the main line, the handlers, a branch, the steps of a foreach, what is done every so often.</summary>
/// <param name="source">The map that holds it under <c>steps</c> (<c>handlers</c>).</param>
/// <param name="name">Of a branch or an every; else empty.</param>
/// <param name="outer">The list of the step around it.</param>
/// <param name="owner">The id of that step, when it could be read.</param>
/// <param name="item">The name of the item in expressions.</param>
internal sealed class StepList(StepListKind kind, PlainMap source, PlainList items, string path, string name, StepList? outer, string? owner, string? item)
{
    public StepListKind Kind => kind;
    public PlainMap Source => source;
    public PlainList Items => items;
    public string Path => path;
    public string Name => name;
    public StepList? Outer => outer;
    public string? Owner => owner;
    public string? Item => item;
    public List<StepDraft> Drafts { get; } = [];
    public IReadOnlyList<StepDefinition> Definitions => [.. Drafts.Select(draft => draft.Step)];
    /// <summary>Ids that stand in it, also of steps that have other faults.</summary>
    public IReadOnlyList<string> Ids { get; } = [.. items.OfType<PlainMap>().Select(step => step.TextOrNull("id")).OfType<string>()];
    public bool IsWhole => Drafts.Count == Items.Count;
    /// <summary>It and the lists around it, outwards.</summary>
    public IEnumerable<StepList> Outwards => Outer is null ? [this] : Outer.Outwards.Prepend(this);
    /// <summary>In words: 'branch web of fan'.</summary>
    public override string ToString() => Kind switch
    {
        StepListKind.Main => "the main line",
        StepListKind.Handlers => "the handlers",
        StepListKind.Every => $"'{Name}'",
        StepListKind.Branch => $"the branch '{Name}' of '{Owner}'",
        _ => $"the steps of '{Owner}'",
    };
}

/// <summary>What an expression at some place may read of steps and items.</summary>
/// <param name="Inner">Lists that are seen besides: those inside a step, from its outputs.</param>
/// <param name="Items">Names of items.</param>
internal sealed record StepScope(StepList List, IReadOnlyList<StepList> Inner, IReadOnlyList<string> Items);

/// <summary>All steps of a runbook in their lists, and who sees whom: a step sees its own list and those around it, never into another step except from its outputs.</summary>
internal sealed class RunbookOutline
{
    private readonly List<StepList> _lists = [];
    private readonly Dictionary<string, StepScope> _scopes = new(StringComparer.Ordinal);
    private readonly Dictionary<StepList, HashSet<string>> _visible = [];

    public RunbookOutline(PlainMap map)
    {
        Main = Read(new StepList(StepListKind.Main, map, map.List("steps"), "steps", "", null, null, null));
        Handlers = Read(new StepList(StepListKind.Handlers, map, map.List("handlers"), "handlers", "", null, null, null));
        var every = map.List("every");
        for (var index = 0; index < every.Count; index++)
        {
            if (every[index] is not PlainMap item) continue;
            // a single one stands without brackets
            var path = map.At("every") == every.At(index) ? "every" : $"every[{index}]";
            var list = Read(new StepList(StepListKind.Every, item, item.List("steps"), path + ".steps", item.TextOrNull("id") ?? (index == 0 ? "every" : $"every{index + 1}"), null, null, null));
            Every.Add(list);
            _scopes[path] = new StepScope(list, [], []);
        }
        _scopes[""] = new StepScope(Main, [], []);
        Drafts = [.. _lists.SelectMany(list => list.Drafts)];
    }

    public StepList Main { get; }
    public StepList Handlers { get; }
    public List<StepList> Every { get; } = [];
    /// <summary>Every list, an outer one before those inside it.</summary>
    public IReadOnlyList<StepList> Lists => _lists;
    public IReadOnlyList<StepDraft> Drafts { get; }

    /// <summary>Ids that a step of this list may read or need.</summary>
    public bool IsVisible(string id, StepList list)
    {
        if (!_visible.TryGetValue(list, out var ids))
            _visible[list] = ids = list.Outwards.SelectMany(item => item.Ids).Concat(Main.Ids).Concat(Handlers.Ids).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return ids.Contains(id);
    }

    public StepScope ScopeAt(string path)
    {
        for (; ; path = path[..Math.Max(0, path.AsSpan().LastIndexOfAny('.', '['))])
            if (_scopes.TryGetValue(path, out var scope)) return scope;
    }

    private StepList Read(StepList list)
    {
        _lists.Add(list);
        string[] names = [.. list.Outwards.Select(item => item.Item).OfType<string>().SelectMany(name => new[] { name, "item" })];
        for (var index = 0; index < list.Items.Count; index++)
        {
            if (list.Items[index] is not PlainMap map) continue;
            var path = $"{list.Path}[{index}]";
            var inner = Inner(map, path, list).Select(Read).ToArray();
            _scopes[path] = new StepScope(list, [], names);
            var inside = new StepScope(list, inner, [.. names, .. inner.Select(item => item.Item).OfType<string>().SelectMany(name => new[] { name, "item" })]);
            _scopes[path + ".outputs"] = inside;
            _scopes[path + ".key"] = inside with { Inner = [] };
            if (RunbookBinder.Step(map, inner) is { } step) list.Drafts.Add(new StepDraft(step, map, path, list, index, inner));
        }
        return list;
    }

    private static IEnumerable<StepList> Inner(PlainMap map, string path, StepList outer)
    {
        var id = map.TextOrNull("id");
        switch (map.TextOrNull("uses"))
        {
            case "parallel":
                var branches = map.List("branches");
                for (var index = 0; index < branches.Count; index++)
                    if (branches[index] is PlainMap branch) yield return new StepList(StepListKind.Branch, branch, branch.List("steps"), $"{path}.branches[{index}].steps", branch.TextOrNull("id") ?? "", outer, id, null);
                break;
            case "foreach":
                yield return new StepList(StepListKind.Items, map, map.List("steps"), path + ".steps", "", outer, id, map.TextOrNull("as") ?? "item");
                break;
        }
    }
}
