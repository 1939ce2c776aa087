using System.Text.RegularExpressions;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IncidentTools.Engine.Tests.Runbooks.Authoring;

/// <summary>Runbooks as documents, with the workspace and the catalogue that ship.</summary>
public sealed partial class DocumentTests : IDisposable
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private readonly TempFolder _folder = new();
    private readonly IncidentEngine _engine;

    public DocumentTests()
    {
        var shipped = Path.Combine(RepoRoot.Require(), "runbooks");
        WorkspaceScaffold.Write(shipped, Path.Combine(_folder.Path, "ops"));
        _engine = new IncidentEngine(new EngineOptions { Store = Path.Combine(_folder.Path, "s.db"), Workspace = Path.Combine(_folder.Path, "ops"), Location = _folder.Path, ShippedWorkspace = shipped, Actor = new Engine.Journal.Actor("ana", "os", "os") });
    }

    public void Dispose()
    {
        _engine.Dispose();
        _folder.Dispose();
    }

    private RunbookDefinition Book(string text)
    {
        _folder.Write("ops/runbooks/book.yaml", "schema: incidenttools/runbook/v1\nid: book\nversion: 1.0.0\ntitle: Book\n" + text);
        return _engine.Library.Find("book");
    }

    private string Written(string steps, string head = "") => _engine.Documents.Markdown([Book(head + "steps:\n" + steps)], null, Today);

    private static void Reads(string document)
    {
        var parsed = Markdown.Parse(document, new MarkdownPipelineBuilder().UsePipeTables().Build());
        var anchors = Anchor().Matches(document).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(anchors.Length, anchors.Distinct().Count());
        Assert.All(parsed.Descendants<LinkInline>(), link => Assert.Contains(link.Url![1..], anchors));
        // no markup but our own anchors
        Assert.All(parsed.Descendants<HtmlInline>(), html => Assert.Matches("^(<a id=\"[a-z0-9_-]+\">|</a>)$", html.Tag));
        Assert.DoesNotContain(parsed.Descendants<HtmlBlock>(), block => !Anchor().IsMatch(block.Lines.ToString()));
    }

    [Fact]
    public void The_runbook_that_ships_can_be_followed_on_paper()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "names the service manager of this system: systemd is looked for");
        var book = _engine.Library.Find("service-outage");
        var text = _engine.Documents.Markdown([book], null, Today);
        Reads(text);
        Assert.All(book.AllSteps, step => Assert.Contains($"<a id=\"service-outage-{step.Id}\">", text, StringComparison.Ordinal));
        Assert.DoesNotContain("${{", text, StringComparison.Ordinal);
        Assert.Contains("sha256sum * > SHA256SUMS", text, StringComparison.Ordinal);
        Assert.Contains("curl -sS", text, StringComparison.Ordinal);
        Assert.Contains("systemctl restart '<service.unit or service.id>'", text, StringComparison.Ordinal);
        Assert.Contains("**Needs approval** (medium impact): 1 of", text, StringComparison.Ordinal);
        Assert.Contains("**Only if** there is service.unit or service.pidFile or service.control.status (`($service.unit ?? ", text, StringComparison.Ordinal);
        Assert.Contains("| If | Exactly | Go to |", text, StringComparison.Ordinal);
        Assert.Contains("A restart cannot be taken back.", text, StringComparison.Ordinal);
        Assert.Contains("+351 21 000 0000", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_step_has_words_and_every_link_a_target()
    {
        var book = Books.Loader.Read("every-kind.yaml", Books.Sample("good/every-kind.yaml"));
        var text = _engine.Documents.Markdown([book], null, Today);
        Reads(text);
        foreach (var words in new[]
        {
            "Do these side by side, one person for each if you can. It is enough when 1 of 2 succeed.", "**Branch a: The web**", "for every machine of parameter hosts", "Stop when more than 10% failed.", "Follow the runbook `failover`, version 2.0.1",
            "take back everything done so far", "**Deadline** from here:", "**Meanwhile**, every 10s:", "Every 30m beside the steps", "Wait 30s.", "Make sure that", "**This is the end**: Succeeded.", "**Tell** the audience internal:", "**Restricted**",
            "| `host` | Which host of <service.name>? |".Replace("<", "&lt;", StringComparison.Ordinal), "Try up to 3 times, 2s apart, longer each time.", "**Not before**", "nginx", "& '../scripts/fix.ps1'",
        }) Assert.Contains(words, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_are_one_document_with_contents_and_links_between_them()
    {
        var parent = Book("steps:\n  - { id: go, phase: recover, uses: runbook, with: { name: service-outage, version: 1.0.0 } }\n");
        var text = _engine.Documents.Markdown([parent, _engine.Library.Find("service-outage")], null, Today);
        Reads(text);
        Assert.StartsWith("# Runbooks\n\n- [Book](#book)\n- [Service outage](#service-outage)", text, StringComparison.Ordinal);
        Assert.Contains("Follow the runbook [Service outage](#service-outage), version 1.0.0", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("| a | b |"), InlineData("<script>alert(1)</script>"), InlineData("[x](http://evil)"), InlineData("`code` **bold** _it_"), InlineData("# head\n- item\n\n> quote\n1. one")]
    public void What_a_runbook_says_never_becomes_markup(string words)
    {
        var scalar = System.Text.Json.JsonSerializer.Serialize(words);
        var text = Written($"""
              - id: a
                phase: verify
                title: {scalar}
                purpose: {scalar}
                uses: manual
                with: {"{"} instruction: {scalar}, expected: {scalar}, outcomes: [{scalar}], fields: {"{"} n: {"{"} doc: {scalar} {"}"} {"}"} {"}"}
              - {"{"} id: b, phase: verify, uses: command, impact: none, with: {"{"} program: x, args: [{scalar}] {"}"} {"}"}
              - {"{"} id: c, phase: verify, uses: notify, with: {"{"} audience: internal, subject: {scalar}, body: {scalar} {"}"} {"}"}

            """, $"summary: {scalar}\nsymptoms: [{"{"} id: s, text: {scalar}, words: [{scalar}] {"}"}]\nparameters: {"{"} p: {"{"} doc: {scalar}, default: {scalar} {"}"} {"}"}\n");
        Reads(text);
        var parsed = Markdown.Parse(text, new MarkdownPipelineBuilder().UsePipeTables().Build());
        Assert.DoesNotContain(parsed.Descendants<LinkInline>(), link => link.Url!.Contains("evil", StringComparison.Ordinal));
        Assert.DoesNotContain(parsed.Descendants<HeadingBlock>(), heading => heading.Inline?.FirstChild is LiteralInline literal && literal.ToString() == "head");
        Assert.Empty(parsed.Descendants<QuoteBlock>());
    }

    [Fact]
    public void An_effect_says_who_approves_and_a_secret_is_only_its_name()
    {
        var text = Written("  - { id: a, phase: resolve, uses: script, with: { text: 'param($Key) $Key', parameters: { Key: 'secret:shop' } }, onFailure: goto b }\n  - { id: b, phase: resolve, uses: command, impact: low, with: { program: mv, args: ['a b', c] }, attempts: 2, idempotent: true, timeout: 5s }\n  - { id: c, phase: verify, uses: end }\n");
        Reads(text);
        Assert.Contains("**Needs approval** (high impact):", text, StringComparison.Ordinal);
        Assert.Contains("-Key 'secret:shop'", text, StringComparison.Ordinal);
        Assert.Contains("mv 'a b' c", text, StringComparison.Ordinal);
        Assert.Contains("**If it fails**, go to [1.2 b](#book-b).", text, StringComparison.Ordinal);
        Assert.Contains("### 2. Verify", text, StringComparison.Ordinal);
        Assert.Contains("**It cannot be taken back.**", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("<a id=\"([a-z0-9_-]+)\"></a>")] private static partial Regex Anchor();
}
