using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>A step that another names: how (next, goto …), which, and where that is written.</summary>
internal readonly record struct StepTarget(string Key, string Id, SourceSpan Span, string Path);

/// <summary>Ids that stand twice and steps that are named but not there.</summary>
internal static class NameChecks
{
    public static void Check(PlainMap map, IReadOnlyList<StepDraft> drafts, DiagnosticBag bag)
    {
        Twice(drafts.Select(draft => (draft.Step.Id, draft.Source.At("id"), draft.Path + ".id")), "step", bag);
        Twice(map.List("symptoms").OfType<PlainMap>().Where(item => item.Get("id") is string).Select((item, index) => (item.Text("id"), item.At("id"), $"symptoms[{index}].id")), "symptom", bag);
        var byId = drafts.GroupBy(draft => draft.Step.Id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        // an id whose step has other faults is known all the same
        var known = Ids(map).ToHashSet(StringComparer.Ordinal);
        foreach (var key in new[] { "onError", "onCancel" })
        {
            if (map.TextOrNull(key) is not { } id) continue;
            if (!known.Contains(id)) Missing(new StepTarget(key, id, map.At(key), key), "handler", drafts.Where(draft => draft.IsHandler).Select(draft => draft.Step.Id), bag);
            else if (byId.TryGetValue(id, out var draft) && !draft.IsHandler) bag.Error("IT4007", map.At(key), key, $"'{id}' is a step of the main line, not a handler", "Move it to handlers:.");
        }
        foreach (var draft in drafts)
        {
            foreach (var target in Targets(draft))
            {
                if (!known.Contains(target.Id)) Missing(target, "step", known, bag);
                else if (target.Key != "needs" && byId.TryGetValue(target.Id, out var other) && other.IsHandler != draft.IsHandler)
                    bag.Error("IT4007", target.Span, target.Path, draft.IsHandler ? $"'{target.Id}' stands in the main line: a handler does not lead back there" : $"'{target.Id}' is a handler: only onError, onCancel and other handlers lead to it");
            }
        }
    }

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

    private static IEnumerable<string> Ids(PlainMap map) =>
        map.List("steps").Concat(map.List("handlers")).OfType<PlainMap>().Select(step => step.TextOrNull("id")).OfType<string>();

    private static void Missing(StepTarget target, string what, IEnumerable<string> known, DiagnosticBag bag) =>
        bag.Error("IT3008", target.Span, target.Path, $"there is no {what} '{target.Id}'", Nearest.Hint(target.Id, known));

    private static void Twice(IEnumerable<(string Id, SourceSpan Span, string Path)> ids, string what, DiagnosticBag bag)
    {
        var seen = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        foreach (var (id, span, path) in ids)
            if (!seen.TryAdd(id, span)) bag.Error("IT3007", span, path, $"the {what} '{id}' stands twice; first at line {seen[id].Line}", "Give it a name of its own.");
    }
}
