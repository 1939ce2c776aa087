using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Runbooks.Checks;

/// <summary>Names that a runbook takes from the workspace, and its review date.</summary>
internal static class WorkspaceChecks
{
    public static void Check(PlainMap map, RunbookDefinition book, IReadOnlyList<StepDraft> drafts, RunbookNames names, DiagnosticBag bag)
    {
        // a shipped runbook's owner is nobody here
        if (names.Owns(book.Path))
        {
            Known(bag, map.TextOrNull("owner"), map.At("owner"), "owner", "person or team", names.Owners, DiagnosticSeverity.Warning);
            All(bag, map.List("reviewers"), "reviewers", "person or team", names.Owners, DiagnosticSeverity.Warning);
        }
        foreach (var parameter in book.Parameters)
        {
            var (what, known) = parameter.Type switch { "service" => ("service", names.Services), "contact" => ("person or team", names.Owners), _ => ("", null) };
            if (known is not null) Known(bag, parameter.Default as string, map.Map("parameters").Map(parameter.Name).At("default"), $"parameters.{parameter.Name}.default", what, known, DiagnosticSeverity.Warning);
        }
        foreach (var draft in drafts)
        {
            All(bag, draft.Source.Map("approval").List("by"), draft.Path + ".approval.by", "role or person", names.Approvers);
            Use(bag, draft.Step.Use.Uses, draft.Source.Map("with"), draft.Path + ".with", names);
            if (draft.Step.Undo is { } undo) Use(bag, undo.Uses, draft.Source.Map("undo").Map("with"), draft.Path + ".undo.with", names);
        }
    }

    public static void Review(PlainMap map, RunbookDefinition book, DateOnly today, DiagnosticBag bag)
    {
        if (!book.IsStale(today)) return;
        var key = book.LastReviewed is null ? "reviewEvery" : "lastReviewed";
        bag.Warning("IT4010", map.At(key), key, book.ReviewDue is { } due ? $"its review was due {due:yyyy-MM-dd}" : "it was never reviewed", "Read it against reality and write lastReviewed:.");
    }

    private static void Use(DiagnosticBag bag, string uses, PlainMap with, string path, RunbookNames names)
    {
        switch (uses)
        {
            case "approve": All(bag, with.List("by"), path + ".by", "role or person", names.Approvers); break;
            case "manual" or "ask": Known(bag, with.TextOrNull("to"), with.At("to"), path + ".to", "role, person or team", names.Receivers); break;
            case "notify":
                Known(bag, with.TextOrNull("audience"), with.At("audience"), path + ".audience", "audience", names.Audiences);
                Known(bag, with.TextOrNull("template"), with.At("template"), path + ".template", "message template", names.Templates);
                All(bag, with.List("contacts"), path + ".contacts", "role, person or team", names.Receivers);
                break;
        }
    }

    private static void All(DiagnosticBag bag, PlainList list, string path, string what, IReadOnlyCollection<string> known, DiagnosticSeverity severity = DiagnosticSeverity.Error)
    {
        for (var index = 0; index < list.Count; index++) Known(bag, list[index] as string, list.At(index), $"{path}[{index}]", what, known, severity);
    }

    private static void Known(DiagnosticBag bag, string? name, SourceSpan span, string path, string what, IReadOnlyCollection<string> known, DiagnosticSeverity severity = DiagnosticSeverity.Error)
    {
        if (name is not null && !known.Contains(name)) bag.Add(new Diagnostic("IT3001", severity, span, path, $"there is no {what} '{name}' in this workspace", Nearest.Hint(name, known)));
    }
}
