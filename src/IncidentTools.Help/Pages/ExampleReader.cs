using Markdig.Syntax;

namespace IncidentTools.Help.Pages;

/// <summary>
/// Reads an example: a sentence, a <c>powershell</c> block, perhaps a <c>text</c> block with what it prints. What only the tests need is a
/// comment: <c>setup: …</c> is run before it, <c>error: Id</c> is what it is there to show, <c>needs: …</c> is what the bare engine lacks.
/// </summary>
internal sealed class ExampleReader(string file, List<PageError> errors)
{
    public Example? Read(Section section)
    {
        var code = Fenced(section, "powershell");
        var output = Fenced(section, "text");
        var purpose = PlainText.Of(section.Blocks.OfType<ParagraphBlock>());
        var before = errors.Count;
        foreach (var block in section.Blocks.OfType<FencedCodeBlock>().Where(block => block.Info is not ("powershell" or "text"))) Add(block.Line + 1, $"'{block.Info}': an example has blocks of powershell and text");
        if (purpose.Count == 0) Add(section.Line, $"the example '{section.Title}' does not say in a sentence what it is for");
        if (code is null) Add(section.Line, $"the example '{section.Title}' has no block of powershell");
        if (section.Sections.Count > 0) Add(section.Sections[0].Line, "an example has no headings inside");
        var comments = Comments(section.Blocks);
        return errors.Count > before ? null : new Example(
            section.Title, section.Line, string.Join(' ', purpose.Select(text => text.Text)), code!, output, comments.GetValueOrDefault("setup"), comments.GetValueOrDefault("error"), comments.GetValueOrDefault("needs"));
    }

    /// <summary>The preparation that stands before the first example.</summary>
    public string? Setup(IEnumerable<Block> blocks) => Comments(blocks).GetValueOrDefault("setup");

    private Dictionary<string, string> Comments(IEnumerable<Block> blocks)
    {
        var comments = new Dictionary<string, string>();
        foreach (var block in blocks.OfType<HtmlBlock>())
        {
            var text = block.Lines.ToString().Trim();
            if (!text.StartsWith("<!--", StringComparison.Ordinal) || text[4..^3].Trim().Split(':', 2) is not [("setup" or "error" or "needs") and var name, var value])
                Add(block.Line + 1, "a comment of an example is '<!-- setup: … -->', '<!-- error: Id -->' or '<!-- needs: … -->'");
            else if (!comments.TryAdd(name, value.Trim())) Add(block.Line + 1, $"'{name}' is there twice");
        }
        return comments;
    }

    private static string? Fenced(Section section, string language)
    {
        var blocks = section.Blocks.OfType<FencedCodeBlock>().Where(block => block.Info == language).ToArray();
        return blocks.Length == 0 ? null : string.Join('\n', blocks.Select(block => block.Lines.ToString()));
    }

    private void Add(int line, string message) => errors.Add(new PageError(file, line, message));
}
