using System.Security.Cryptography;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Runbooks.Authoring;
using IncidentTools.Engine.Runbooks.Checks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Runbooks;

/// <summary>Reads runbooks: text to a definition, or everything that is wrong with it.</summary>
/// <param name="expressions">Null where there is no PowerShell: then expressions are delimited, not checked.</param>
public sealed partial class RunbookLoader(IUseCatalog uses, IExpressionEvaluator? expressions)
{
    private readonly RunbookShapes _shapes = new(uses);

    /// <summary>What the workspace offers; null = names of the workspace are not checked.</summary>
    public RunbookNames? Names { get; init; }
    /// <summary>Null = nobody asks whether its review is overdue.</summary>
    public DateOnly? Today { get; init; }

    /// <summary>The definition, and only warnings; else the first error and how many there are.</summary>
    /// <exception cref="IncidentToolsException">RunbookInvalid.</exception>
    public RunbookDefinition Read(string file, byte[] source)
    {
        var (book, findings) = Inspect(file, source);
        return book ?? throw Invalid(file, findings);
    }

    /// <summary>The definition with the plain data it came from, to compare one text with another.</summary>
    /// <exception cref="IncidentToolsException">RunbookInvalid.</exception>
    public RunbookText ReadText(string file, byte[] source)
    {
        var book = Read(file, source);
        var bag = new DiagnosticBag();
        var tree = YamlTree.Parse(source, file, bag, out var text)!;
        return new RunbookText(book, (PlainMap)new ShapeReader(bag, new RunbookTemplates(bag, expressions, new ScalarPlaces(text))).Read(tree, _shapes.Document)!);
    }

    /// <summary>The error of a runbook with these findings.</summary>
    public static IncidentToolsException Invalid(string file, IReadOnlyList<Diagnostic> findings)
    {
        var errors = findings.Where(item => item.Severity == DiagnosticSeverity.Error).ToArray();
        return Errors.RunbookInvalid(file, errors[0].ToString(), errors.Length);
    }

    /// <summary>All findings, in the order of the file; the definition when none is an error.</summary>
    public (RunbookDefinition? Book, IReadOnlyList<Diagnostic> Findings) Inspect(string file, byte[] source)
    {
        var (_, book, findings) = InspectFile(file, source);
        return (book, findings);
    }

    /// <summary>As <see cref="Inspect"/>, with the id also of a runbook that has errors, when it could be read.</summary>
    internal (string? Id, RunbookDefinition? Book, IReadOnlyList<Diagnostic> Findings) InspectFile(string file, byte[] source)
    {
        var bag = new DiagnosticBag();
        var book = YamlTree.Parse(source, file, bag, out var text) is { } tree && !IsNewer(tree, bag) ? Bind(tree, file, source, text, bag) : null;
        return (book?.Id is { Length: > 0 } id ? id : null, bag.HasErrors ? null : book, [.. bag.Items.OrderBy(item => item.Span.Line).ThenBy(item => item.Span.Column)]);
    }

    private RunbookDefinition? Bind(YamlNode tree, string file, byte[] source, string text, DiagnosticBag bag)
    {
        var places = new ScalarPlaces(text);
        var templates = new RunbookTemplates(bag, expressions, places);
        if (new ShapeReader(bag, templates).Read(tree, _shapes.Document) is not PlainMap map) return null;
        var outline = new RunbookOutline(map);
        var book = RunbookBinder.Bind(map, outline, file, text, Convert.ToHexString(SHA256.HashData(source)).ToLowerInvariant());
        ParameterChecks.Check(map.Map("parameters"), "parameters", bag);
        foreach (var draft in outline.Drafts)
        {
            StepChecks.Check(draft, uses, bag);
            foreach (var fields in new[] { "fields", "questions" })
                if (draft.Source.Map("with").MapOrNull(fields) is { } values) ParameterChecks.Check(values, $"{draft.Path}.with.{fields}", bag);
        }
        var named = bag.Items.Count;
        NameChecks.Check(map, outline, bag);
        FrameChecks.Check(map, outline, expressions, bag);
        // ways through the steps mean something only when all steps and all names are there
        if (bag.Items.Count == named && outline.Lists.All(list => list.IsWhole)) FlowChecks.Check(book, outline, bag);
        ReferenceChecks.Check(map, templates.Paths, outline, Names is null ? null : ServicesFile.Keys, places, bag);
        if (expressions is not null) new TypeChecks(book, outline, uses, expressions, places, bag).Check(templates.Expressions);
        if (Names is not null) WorkspaceChecks.Check(map, book, outline.Drafts, Names, bag);
        if (Today is { } today) WorkspaceChecks.Review(map, book, today, bag);
        return book;
    }

    /// <summary>A later version of the format is one error, not a hundred.</summary>
    private static bool IsNewer(YamlNode tree, DiagnosticBag bag)
    {
        if ((tree as YamlMap)?["schema"] is not YamlScalar schema || schema.Text == RunbookShapes.Schema || !AnyVersion().IsMatch(schema.Text)) return false;
        bag.Error("IT2010", schema.Span, "schema", $"'{schema.Text}' needs a newer IncidentTools: this one reads {RunbookShapes.Schema}", "Update the module on this machine.");
        return true;
    }

    [GeneratedRegex(@"^incidenttools/runbook/v[1-9][0-9]*\z")] private static partial Regex AnyVersion();
}
