using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>What holds steps and what stands beside them: branches, items, outputs, clocks, guards, detached effects.</summary>
internal static class FrameChecks
{
    private static readonly string[] Frames = ["parallel", "foreach", "runbook"];
    // an attempt is of one effect; a step that holds others has none of its own
    private static readonly string[] OfAttempts = ["attempts", "retry", "timeout", "check", "poll", "undo", "once", "idempotent", "capture", "detached", "guard", "target"];

    /// <param name="evaluator">Knows which names PowerShell keeps for itself.</param>
    public static void Check(PlainMap map, RunbookOutline outline, IExpressionEvaluator? evaluator, DiagnosticBag bag)
    {
        Beside(map, "", bag);
        NameChecks.Twice(map.List("every").OfType<PlainMap>().Zip(outline.Every).Select(pair => (pair.Second.Name, pair.First.At("id"), "every")), "every", bag);
        foreach (var list in outline.Lists.Where(list => list.Kind is StepListKind.Branch or StepListKind.Items or StepListKind.Every))
            foreach (var draft in list.Drafts.Where(draft => draft.Step.Use.Uses == "end"))
                bag.Error("IT4014", draft.Step.Use.Span, draft.Path + ".uses", $"'end' ends the run and cannot stand in {list}", "Let its last step end it, or fail it with assert.");
        foreach (var draft in outline.Drafts)
        {
            Beside(draft.Source, draft.Path + ".", bag);
            if (draft.Step.Parallel is { } parallel) Parallel(draft, parallel, bag);
            if (draft.Step.Foreach is not null) Item(draft, evaluator, bag);
            if (draft.Step.Target.Count > 0 && !Frames.Contains(draft.Step.Use.Uses) && !StepKinds.Elsewhere.Contains(draft.Step.Use.Uses))
                bag.Error("IT4020", draft.Source.At("target"), draft.Path + ".target", $"{draft.Step.Use.Uses} works only from here", $"These work on other hosts: {string.Join(", ", StepKinds.Elsewhere)}.");
            if (Frames.Contains(draft.Step.Use.Uses)) Frame(draft, bag);
            else if (draft.Step.Detached && !draft.Source.IsWritten("check"))
                bag.Error("IT4013", draft.Source.At("detached"), draft.Path + ".detached", "nothing says when a detached effect is done", "Add check: with a probe that finds out.");
        }
    }

    /// <summary>Outputs and clocks, of a step or of the runbook.</summary>
    private static void Beside(PlainMap map, string path, DiagnosticBag bag)
    {
        NameChecks.Twice(Named(map.List("outputs"), path + "outputs"), "output", bag);
        NameChecks.Twice(Named(map.List("clock"), path + "clock"), "clock", bag);
        foreach (var clock in map.List("clock").OfType<PlainMap>())
        {
            var warn = clock.List("warn");
            for (var index = 0; index < warn.Count; index++)
                if (warn[index] is TimeSpan before && clock.Get("within") is TimeSpan within && before >= within)
                    bag.Error("IT2015", warn.At(index), $"{path}clock.warn[{index}]", $"{Duration.Format(before)} before its end the clock has not begun: it runs for {Duration.Format(within)}");
        }
    }

    private static IEnumerable<(string Id, SourceSpan Span, string Path)> Named(PlainList list, string path) =>
        list.OfType<PlainMap>().Where(item => item.Get("name") is string).Select((item, index) => (item.Text("name"), item.At("name"), $"{path}[{index}].name"));

    private static void Parallel(StepDraft draft, ParallelDefinition parallel, DiagnosticBag bag)
    {
        var branches = draft.Source.List("branches");
        NameChecks.Twice(branches.OfType<PlainMap>().Where(item => item.Get("id") is string).Select((item, index) => (item.Text("id"), item.At("id"), $"{draft.Path}.branches[{index}].id")), "branch", bag);
        if (parallel.Join > branches.Count) bag.Error("IT2004", draft.Source.At("join"), draft.Path + ".join", $"'{parallel.Join}' is more than the {branches.Count} branches there are");
    }

    private static void Item(StepDraft draft, IExpressionEvaluator? evaluator, DiagnosticBag bag)
    {
        var name = draft.Source.TextOrNull("as") ?? "item";
        if (name == "item") return;
        if (ReferenceChecks.Roots.Contains(name, StringComparer.Ordinal) || name is "true" or "false" or "null" || evaluator?.Inspect("$" + name).Errors.Count > 0)
            bag.Error("IT3016", draft.Source.At("as"), draft.Path + ".as", $"${name} already means something else in expressions", "Choose another name.");
        else if (draft.List.Outwards.Any(list => list.Item == name))
            bag.Error("IT3016", draft.Source.At("as"), draft.Path + ".as", $"${name} is the item of a foreach around this one already", "Choose another name.");
    }

    private static void Frame(StepDraft draft, DiagnosticBag bag)
    {
        foreach (var key in OfAttempts.Where(draft.Source.IsWritten))
            bag.Error("IT2008", draft.Source.KeyAt(key), $"{draft.Path}.{key}", $"'{key}' belongs to steps that do something themselves; '{draft.Step.Use.Uses}' holds others", key == "timeout" ? "Write deadline:." : draft.Step.Use.Uses == "runbook" ? "Write it at the steps of that runbook." : "Write it at the steps inside.");
    }
}
