using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Learning;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IncidentTools.Engine.Tests.Runbooks.Authoring;

/// <summary>What users typed stays text: held against a Markdown reader that is not ours.</summary>
public class MarkdownTests
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    private static readonly string[] Parts =
    [
        "#", "# ", "*", "**", "_", "`", "```", "~~~", "~", "[", "](x)", "![a](b)", "<b>", "<script>", "</", "&amp;", "&lt;", "|", "\\", "-", "- ", "+ ", "= ", "===", "---", "> ", "1. ", "2) ", "    ", "\t", "http://x.y", "<a@b.c>", ":", "!", "word", " ", "$x", "{", "}", "(", ")", "\"", "'",
    ];

    private static readonly Gen<string> Texts = Gen.Elements(Parts).ListOf().Select(list => string.Concat(list));

    [Fact]
    public void A_line_in_a_paragraph_is_the_text() => Holds(text => Assert.Equal(Squeeze(text), Squeeze(Shown("x " + MarkdownText.Inline(text)))[1..]));

    [Fact]
    public void A_block_is_paragraphs_of_text_and_nothing_else() => Holds(text =>
    {
        var parsed = Markdown.Parse(MarkdownText.Block(text), Pipeline);
        Assert.All(parsed, block => Assert.IsType<ParagraphBlock>(block));
        Assert.DoesNotContain(parsed.Descendants(), item => item is HtmlInline or EmphasisInline or LinkInline or CodeInline);
        Assert.Equal(Squeeze(text), Squeeze(Shown(MarkdownText.Block(text))));
    });

    [Fact]
    public void Code_is_the_text_whatever_is_in_it() => Holds(text =>
    {
        if (text.Trim().Length == 0) return;
        var code = Assert.Single(Markdown.Parse("x " + MarkdownText.Code(text) + " y", Pipeline).Descendants<CodeInline>());
        Assert.Equal(Squeeze(text), Squeeze(code.Content));
        var fenced = Assert.IsType<FencedCodeBlock>(Assert.Single(Markdown.Parse(MarkdownText.Fence(text), Pipeline)));
        Assert.Equal(text.TrimEnd('\n'), fenced.Lines.ToString());
    });

    [Fact]
    public void A_cell_of_a_table_is_one_cell() => Holds(text =>
    {
        var table = Assert.IsType<Markdig.Extensions.Tables.Table>(Assert.Single(Markdown.Parse(MarkdownText.Table(["a", "b"], [[MarkdownText.Inline(text) + "x", MarkdownText.CodeCell(text + "|y")]]), Pipeline)));
        Assert.All(table.Cast<Markdig.Extensions.Tables.TableRow>(), row => Assert.Equal(2, row.Count));
    });

    [Fact]
    public void What_turns_the_order_of_letters_is_written_out()
    {
        Assert.Equal("a(U+202E)b", MarkdownText.Inline("a\u202Eb"));
        Assert.Equal("`a\\u202eb`", MarkdownText.Code("a\u202Eb"));
        Assert.Equal("ab", MarkdownText.Inline("a\0\u001bb"));
    }

    private static void Holds(Action<string> property) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Texts.ToArbitrary(), property));
    private static string Shown(string markdown) => string.Concat(Markdown.Parse(markdown, Pipeline).Descendants().Select(item => item switch { LiteralInline literal => literal.Content.ToString(), HtmlEntityInline entity => entity.Transcoded.ToString(), LineBreakInline => " ", _ => "" }));
    private static string Squeeze(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
}
