using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>A step that another names: how (next, goto …), which, and where that is written.</summary>
internal readonly record struct StepTarget(string Key, string Id, SourceSpan Span, string Path);

/// <summary>Ids that stand twice and steps that are named but not there.</summary>
internal static class NameChecks
{
    public static void Check(PlainMap map, RunbookOutline outline, DiagnosticBag bag)
    {
        Twice(outline.Drafts.OrderBy(draft => draft.Source.Span.Line).ThenBy(draft => draft.Source.Span.Column).Select(draft => (draft.Step.Id, draft.Source.At("id"), draft.Path + ".id")), "step", bag);
        Twice(map.List("symptoms").OfType<PlainMap>().Where(item => item.Get("id") is string).Select((item, index) => (item.Text("id"), item.At("id"), $"symptoms[{index}].id")), "symptom", bag);
        // an id whose step has other faults is known all the same
        var known = outline.Lists.SelectMany(list => list.Ids).ToHashSet(StringComparer.Ordinal);
        foreach (var key in new[] { "onError", "onCancel" })
        {
            if (map.TextOrNull(key) is not { } id) continue;
            if (!known.Contains(id)) Missing(new StepTarget(key, id, map.At(key), key), "handler", outline.Handlers.Ids, bag);
            else if (!outline.Handlers.Ids.Contains(id)) bag.Error("IT4007", map.At(key), key, $"'{id}' is a step of {Where(outline, id)}, not a handler", "Move it to handlers:.");
        }
        foreach (var draft in outline.Drafts)
            foreach (var target in Targets(draft))
            {
                if (!known.Contains(target.Id)) Missing(target, "step", target.Key == "needs" ? known : draft.List.Ids, bag);
                else if (target.Key == "needs") Needed(target, draft, outline, bag);
                else if (!draft.List.Ids.Contains(target.Id)) Elsewhere(target, draft, outline, bag);
            }
    }

    private static void Needed(StepTarget target, StepDraft draft, RunbookOutline outline, DiagnosticBag bag)
    {
        if (!outline.IsVisible(target.Id, draft.List)) bag.Error("IT3015", target.Span, target.Path, $"'{target.Id}' stands in {Where(outline, target.Id)} and is not seen from here", "Need the step around it.");
    }

    private static void Elsewhere(StepTarget target, StepDraft draft, RunbookOutline outline, DiagnosticBag bag)
    {
        var (there, here) = (outline.Lists.First(list => list.Ids.Contains(target.Id)), draft.List);
        var message = (there.Kind, here.Kind) switch
        {
            (StepListKind.Main, StepListKind.Handlers) => $"'{target.Id}' stands in the main line: a handler does not lead back there",
            (StepListKind.Handlers, _) => $"'{target.Id}' is a handler: only onError, onCancel and other handlers lead to it",
            _ => $"'{target.Id}' stands in {there}: {target.Key} leads only to steps of the same list",
        };
        bag.Error("IT4007", target.Span, target.Path, message);
    }

    /// <summary>Where a step stands, in words.</summary>
    public static string Where(RunbookOutline outline, string id) => outline.Lists.First(list => list.Ids.Contains(id, StringComparer.OrdinalIgnoreCase)).ToString();

    /// <summary>Every step that this one names.</summary>
    public static IEnumerable<StepTarget> Targets(StepDraft draft)
    {
        var (step, source, path) = (draft.Step, draft.Source, draft.Path);
        if (step.Next is { } next) yield return new("next", next, source.At("next"), path + ".next");
        if (step.Default is { } usual) yield return new("default", usual, source.At("default"), path + ".default");
        if (step.OnFailure is { Mode: FailureMode.Goto, Target: { } target }) yield return new("onFailure", target, source.At("onFailure"), path + ".onFailure");
        var cases = source.List("cases");
        for (var index = 0; index < cases.Count; index++)
            if (cases[index] is PlainMap item && item.Get("goto") is string id) yield return new("goto", id, item.At("goto"), $"{path}.cases[{index}].goto");
        var needs = source.List("needs");
        for (var index = 0; index < needs.Count; index++)
            if (needs[index] is string id) yield return new("needs", id, needs.At(index), $"{path}.needs[{index}]");
    }

    private static void Missing(StepTarget target, string what, IEnumerable<string> known, DiagnosticBag bag) =>
        bag.Error("IT3008", target.Span, target.Path, $"there is no {what} '{target.Id}'", Nearest.Hint(target.Id, known));

    public static void Twice(IEnumerable<(string Id, SourceSpan Span, string Path)> ids, string what, DiagnosticBag bag)
    {
        var seen = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        foreach (var (id, span, path) in ids)
            if (!seen.TryAdd(id, span)) bag.Error("IT3007", span, path, $"the {what} '{id}' stands twice; first at line {seen[id].Line}", "Give it a name of its own.");
    }
}
