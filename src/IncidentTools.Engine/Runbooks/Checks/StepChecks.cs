using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>What is wrong with a step by itself and no shape can say.</summary>
internal static class StepChecks
{
    public static void Check(StepDraft draft, IUseCatalog uses, DiagnosticBag bag)
    {
        var (step, source, path) = (draft.Step, draft.Source, draft.Path);
        var hasEffect = uses.Find(step.Use.Uses)?.HasEffect == true;
        Arguments(step.Use, step, path, source, bag);
        if (step.Undo is { } undo) Arguments(undo, null, path + ".undo", source.Map("undo"), bag);
        if (hasEffect && step.Attempts > 1 && !source.IsWritten("check") && !step.Idempotent)
            bag.Error("IT4005", source.At("attempts"), path + ".attempts", "a second attempt could do it twice", "Add a check that finds out whether the first took effect, or idempotent: true.");
        var undeclared = step.Use.Uses == "command" && !source.IsWritten("impact");
        if (hasEffect && step.Impact >= StepImpact.Medium && !source.IsWritten("undo") && !source.Map("with").IsWritten("undo") && !undeclared)
            bag.Warning("IT4006", source.IsWritten("impact") ? source.At("impact") : step.Use.Span, path, $"{Word(step.Impact)} impact and no undo: nothing says how to take it back", "Add undo:, if only a manual step that says how.");
        if (undeclared) bag.Warning("IT4011", step.Use.Span, path, "a command without impact counts as medium: somebody must approve it", "Write impact: none when it only looks, else low, medium or high.");
        if (step.Use.Uses == "switch" && step.Default is null)
            bag.Warning("IT4003", step.Use.Span, path, "no default: when no case holds the next step follows", "Add default: with a step.");
        if ((step.Until is not null || step.UntilProbe is not null) && step.Deadline is null)
            bag.Warning("IT4012", step.Use.Span, path, "no deadline: this may wait for ever", "Add deadline: with the longest time.");
    }

    private static void Arguments(UseDefinition use, StepDefinition? step, string path, PlainMap source, DiagnosticBag bag)
    {
        var with = source.Map("with");
        var here = path + ".with";
        switch (use.Uses)
        {
            case "script":
                One(bag, use.Span, here, with, "text", "file");
                if (with.TextOrNull("file") is { } file && !IsInside(file)) bag.Error("IT2014", with.At("file"), here + ".file", $"'{file}' leaves the workspace", "Give a path relative to the runbook, with / between folders.");
                break;
            case "command" when with.TextOrNull("program") is { } program && Path.GetExtension(program.TrimEnd('.', ' ')).ToLowerInvariant() is ".cmd" or ".bat":
                bag.Error("IT2013", with.At("program"), here + ".program", $"'{program}' is a batch file: Windows pastes its arguments into a command line", "Call the program that it calls.");
                break;
            case "ask":
                One(bag, use.Span, here, with, "questions", "question");
                break;
            case "notify":
                if (!with.IsWritten("audience") && !with.IsWritten("contacts")) bag.Error("IT2008", use.Span, here, "nobody is named", "Give audience or contacts.");
                if (with.IsWritten("subject") || with.IsWritten("body")) Never(bag, with, here, "template", "subject and body");
                if (with.IsWritten("template")) break;
                foreach (var part in new[] { "subject", "body" })
                    if (!with.IsWritten(part)) bag.Error("IT2008", use.Span, here, $"without a template '{part}' is needed", "Give template, or subject and body.");
                break;
            case "wait" when step is not null:
                var ways = new[] { "for", "at" }.Where(with.IsWritten).Concat(new[] { "until", "untilProbe" }.Where(source.IsWritten)).ToArray();
                if (ways.Length != 1) bag.Error("IT2008", use.Span, path, ways.Length == 0 ? "nothing to wait for" : $"several things to wait for: {string.Join(", ", ways)}", "Give one of with.for, with.at, until and untilProbe.");
                break;
        }
    }

    private static void One(DiagnosticBag bag, SourceSpan span, string path, PlainMap with, string first, string second)
    {
        if (with.IsWritten(first) != with.IsWritten(second)) return;
        bag.Error("IT2008", with.IsWritten(first) ? with.KeyAt(second) : span, path, $"give either {first} or {second}");
    }

    private static void Never(DiagnosticBag bag, PlainMap with, string path, string key, string other)
    {
        if (with.IsWritten(key)) bag.Error("IT2008", with.KeyAt(key), $"{path}.{key}", $"give either {key} or {other}");
    }

    /// <summary>Whether a path, seen from the folder of runbooks, stays in the workspace around it.</summary>
    private static bool IsInside(string file)
    {
        if (Path.IsPathRooted(file) || file.Contains('\\', StringComparison.Ordinal) || file.Contains(':', StringComparison.Ordinal)) return false;
        var depth = 1;
        foreach (var part in file.Split('/'))
            if (part is not ("." or "") && (depth += part == ".." ? -1 : 1) < 0) return false;
        return true;
    }

    private static string Word(StepImpact impact) => impact == StepImpact.High ? "high" : "medium";
}
