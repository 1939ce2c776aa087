using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Runbooks.Authoring;

namespace IncidentTools.Engine.Tests.Runbooks.Authoring;

public class ScaffoldTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private static readonly RunbookLoader Loader = new(new IncidentEngine(new EngineOptions { Store = "", Location = ".", ShippedWorkspace = ".", Actor = new Engine.Journal.Actor("test", "os", "os") }).Uses, new PlainExpressions()) { Today = Today };

    private static (RunbookDefinition? Book, IReadOnlyList<Diagnostic> Findings) Inspect(string text) => Loader.Inspect("f.yaml", Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("internal", "../schemas/runbook.schema.json"), InlineData(null, null)]
    public void A_new_runbook_has_no_finding(string? audience, string? schema)
    {
        var (book, findings) = Inspect(RunbookScaffold.Text(new RunbookSketch("cache-full", "The cache is full") { Owner = "platform", Symptoms = ["Pages are slow", "Evictions"], Author = "ana" }, audience, schema, Today));
        Assert.Empty(findings);
        Assert.Equal(("cache-full", "0.1.0", "The cache is full", "platform", Today), (book!.Id, book.Version, book.Title, book.Owner, book.LastReviewed));
        Assert.Equal(["Pages are slow", "Evictions"], book.Symptoms.Select(symptom => symptom.Text));
        Assert.Equal(Enum.GetValues<StepPhase>().Except([StepPhase.Recover]), book.Steps.Select(step => step.Phase).Distinct());
    }

    /// <summary>Whatever somebody writes into the title is a title: no key, no comment, no expression.</summary>
    [Theory]
    [InlineData("yes"), InlineData("# none"), InlineData("a: b"), InlineData("${{ $now }}"), InlineData("$${{"), InlineData("'\"\\"), InlineData("line\nsecond: 1"), InlineData("- x"), InlineData("[a, {b: c}]"), InlineData("\u2028x\u0085y"), InlineData("tab\tand \u202E"), InlineData("1.10"), InlineData("*a"), InlineData("!x")]
    public void Any_text_is_only_text(string title) => Is_only_text(title);

    [Fact]
    public void Random_texts_are_only_text() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyString>(), text =>
    {
        if (!text.Get.Any(char.IsSurrogate) && !string.IsNullOrWhiteSpace(text.Get)) Is_only_text(text.Get);
    }));

    private static void Is_only_text(string title)
    {
        var (book, findings) = Inspect(RunbookScaffold.Text(new RunbookSketch("x", title) { Summary = title, Symptoms = [title], Author = title }, "internal", null, Today));
        Assert.Empty(findings);
        Assert.Equal((title, title, title, title), (book!.Title, book.Summary, book.Symptoms[0].Text, book.Revisions[0].Author));
    }
}
