using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>The ways through a runbook: steps nobody reaches, loops without a limit, needs that cannot be met, cleanups that wait. Only for runbooks whose names are right.</summary>
internal static class FlowChecks
{
    private static readonly string[] Waiting = ["manual", "ask", "approve", "wait"];

    public static void Check(RunbookDefinition book, RunbookOutline outline, DiagnosticBag bag)
    {
        var graphs = outline.Lists.ToDictionary(list => list, list => new FlowGraph(list.Drafts));
        foreach (var list in outline.Lists)
        {
            var graph = graphs[list];
            int[] entries = list.Kind == StepListKind.Handlers ? [.. new[] { book.OnError, book.OnCancel }.OfType<string>().Select(graph.IndexOf)] : list.Drafts.Count > 0 ? [0] : [];
            Lines(graph, entries, list, graphs, bag);
        }
        var handlers = graphs[outline.Handlers];
        if (book.OnCancel is { } cleanup)
            foreach (var index in handlers.From(handlers.IndexOf(cleanup))) Cleanup(outline.Handlers.Drafts[index], bag);
    }

    private static void Lines(FlowGraph graph, int[] entries, StepList list, Dictionary<StepList, FlowGraph> graphs, DiagnosticBag bag)
    {
        var drafts = list.Drafts;
        Exits(graph, list, bag);
        var reached = entries.SelectMany(graph.From).ToHashSet();
        for (var index = 0; index < drafts.Count; index++)
        {
            var draft = drafts[index];
            if (!reached.Contains(index))
            {
                if (!draft.IsHandler && drafts[index - 1].Step is { Use.Uses: "end", When: null } end)
                    bag.Error("IT4004", draft.Source.At("id"), draft.Path, $"'{draft.Step.Id}' stands after the end step '{end.Id}' and nothing leads to it", "Move it in front, or lead to it with goto or next.");
                else if (draft.IsHandler) bag.Error("IT4001", draft.Source.At("id"), draft.Path, $"no way leads to the handler '{draft.Step.Id}'", "Name it in onError or onCancel, or in the next of another handler.");
                else bag.Error("IT4001", draft.Source.At("id"), draft.Path, $"no way leads to '{draft.Step.Id}'");
                continue;
            }
            foreach (var edge in graph.Edges(index))
                if (edge.To <= index && drafts[edge.To].Step.MaxVisits is null && graph.From(edge.To).Contains(index))
                    bag.Error("IT4002", edge.Span, edge.Path, $"this leads back to '{drafts[edge.To].Step.Id}', which has no maxVisits: the loop has no end", $"Add maxVisits to '{drafts[edge.To].Step.Id}'.");
            foreach (var need in NameChecks.Targets(draft).Where(target => target.Key == "needs"))
                if (!CanHaveRun(need.Id, index, list, graphs))
                    bag.Error("IT4008", need.Span, need.Path, need.Id == draft.Step.Id ? $"'{need.Id}' needs itself" : $"'{need.Id}' never runs before '{draft.Step.Id}', so this step could not run");
        }
    }

    /// <summary>A loop that nothing leads out of but a failure: it goes round until LoopLimit, or is held back by nothing at all.</summary>
    private static void Exits(FlowGraph graph, StepList list, DiagnosticBag bag)
    {
        var reported = new HashSet<int>();
        // a loop closes with a way back: only where those lead need be looked at
        foreach (var index in Enumerable.Range(0, list.Drafts.Count).SelectMany(from => graph.Edges(from).Where(edge => edge.To <= from).Select(edge => edge.To)).Distinct().Order())
        {
            if (reported.Contains(index) || !graph.After(index).Contains(index) || graph.From(index).Any(graph.CanEnd)) continue;
            reported.UnionWith(graph.After(index));
            bag.Error("IT4015", list.Drafts[index].Source.At("id"), list.Drafts[index].Path, $"no way leads out of the loop that '{list.Drafts[index].Step.Id}' begins", "Lead out of it with a case of a switch, onFailure: goto, or an end step.");
        }
    }

    // in its own list or one around it, before it; what the main line did, handlers and what is beside it may need, and nothing of it comes after a handler
    private static bool CanHaveRun(string need, int index, StepList list, Dictionary<StepList, FlowGraph> graphs)
    {
        var graph = graphs[list];
        if (graph.IndexOf(need) is >= 0 and var needed) return needed != index && graph.After(needed).Contains(index);
        return list.Outer is { } outer ? CanHaveRun(need, graphs[outer].IndexOf(list.Owner!), outer, graphs) : list.Kind != StepListKind.Main;
    }

    private static void Cleanup(StepDraft draft, DiagnosticBag bag)
    {
        var step = draft.Step;
        if (Waiting.Contains(step.Use.Uses)) bag.Error("IT4009", step.Use.Span, draft.Path, $"'{step.Id}' belongs to onCancel and would wait: a cleanup has 2 minutes and nobody to ask");
        else if (step.Approval is { Min: > 0 }) bag.Error("IT4009", draft.Source.At("approval"), draft.Path + ".approval", $"'{step.Id}' belongs to onCancel and would wait for an approval");
        else if (step is { Impact: >= StepImpact.Medium, Approval: null })
            bag.Warning("IT4009", step.Use.Span, draft.Path, $"'{step.Id}' belongs to onCancel, and its impact asks for an approval that a cleanup cannot wait for", "Write approval: { min: 0 } when it may run without.");
        foreach (var inner in draft.Inner.SelectMany(list => list.Drafts)) Cleanup(inner, bag);
    }
}

/// <summary>A way from one step to another, and where it is written.</summary>
internal readonly record struct FlowEdge(int To, SourceSpan Span, string Path);

/// <summary>The steps of one list and every way between them.</summary>
internal sealed class FlowGraph
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<FlowEdge>[] _edges;
    private readonly HashSet<int>?[] _after;
    private readonly bool[] _ends;

    public FlowGraph(IReadOnlyList<StepDraft> drafts)
    {
        for (var index = 0; index < drafts.Count; index++) _index[drafts[index].Step.Id] = index;
        _edges = [.. drafts.Select((draft, index) => Ways(draft, index, drafts.Count).ToList())];
        _after = new HashSet<int>?[drafts.Count];
        _ends = [.. drafts.Select((draft, index) => draft.Step.Use.Uses == "end" || (draft.Step.Next is null && (draft.IsHandler || index + 1 == drafts.Count) && !(Decides(draft.Step) && draft.Step.When is null)))];
    }

    /// <summary>Whether the list can end with this step: it ends the run, or no step comes after it.</summary>
    public bool CanEnd(int index) => _ends[index];
    /// <summary>-1 for a step of the other list.</summary>
    public int IndexOf(string id) => _index.GetValueOrDefault(id, -1);
    public IReadOnlyList<FlowEdge> Edges(int index) => _edges[index];
    /// <summary>A step and all that can come after it.</summary>
    public IEnumerable<int> From(int index) => After(index).Append(index);

    /// <summary>All that can come after a step; itself too when it is in a loop.</summary>
    public HashSet<int> After(int index)
    {
        if (_after[index] is { } known) return known;
        var found = new HashSet<int>();
        var open = new Stack<int>([index]);
        while (open.TryPop(out var at))
            foreach (var edge in _edges[at])
                if (found.Add(edge.To)) open.Push(edge.To);
        return _after[index] = found;
    }

    private IEnumerable<FlowEdge> Ways(StepDraft draft, int index, int count)
    {
        var step = draft.Step;
        foreach (var target in NameChecks.Targets(draft))
            if (target.Key != "needs" && IndexOf(target.Id) is >= 0 and var to) yield return new FlowEdge(to, target.Span, target.Path);
        // document order: not after an unconditional end, a next or a switch that always decides, and never among handlers
        if (step.Next is null && !draft.IsHandler && index + 1 < count && (!Decides(step) || step.When is not null)) yield return new FlowEdge(index + 1, step.Span, draft.Path);
    }

    private static bool Decides(StepDefinition step) => step.Use.Uses == "end" || (step.Use.Uses == "switch" && step.Default is not null);
}
