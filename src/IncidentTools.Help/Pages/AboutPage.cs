namespace IncidentTools.Help.Pages;

/// <summary>A topic: about_*.md, shown by Get-Help as wrapped text.</summary>
internal sealed record AboutPage(string File, string Name, IReadOnlyList<Section> Sections)
{
    private const int Width = 78;

    public static AboutPage? Read(string file, string text, List<PageError> errors)
    {
        if (Section.Read(text).Sections is not [var page] || page.Title != Path.GetFileNameWithoutExtension(file))
        {
            errors.Add(new PageError(file, 1, "a topic has one heading of the first level: its file's name"));
            return null;
        }
        // these two are what Get-Help looks for in a topic
        if (page.Sections.Count == 0 || page.Sections[0].Title != "SHORT DESCRIPTION") errors.Add(new PageError(file, page.Line, "a topic begins with '## SHORT DESCRIPTION'"));
        if (page.Find("LONG DESCRIPTION") is null) errors.Add(new PageError(file, page.Line, "the heading '## LONG DESCRIPTION' is missing"));
        return new AboutPage(file, page.Title, page.Sections);
    }

    public string Render() => string.Join('\n', [.. Lines("TOPIC", [new TextBlock(Name)]), .. Sections.SelectMany(Lines)]).TrimEnd() + "\n";

    private static IEnumerable<string> Lines(Section section) => [.. Lines(section.Title, PlainText.Of(section.Blocks)), .. section.Sections.SelectMany(Lines)];

    private static IEnumerable<string> Lines(string title, IReadOnlyList<TextBlock> blocks)
    {
        yield return title;
        for (var index = 0; index < blocks.Count; index++)
        {
            foreach (var line in Wrap(blocks[index])) yield return line;
            // items of a list stand together
            if (blocks[index].Lead.Length == 0 || index + 1 == blocks.Count || blocks[index + 1].Lead.Length == 0) yield return "";
        }
    }

    private static IEnumerable<string> Wrap(TextBlock block)
    {
        const string Indent = "    ";
        if (block.IsFixed) return block.Text.Split('\n').Select(line => (Indent + line).TrimEnd());
        var lines = new List<string>();
        var line = Indent + block.Lead;
        foreach (var word in block.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length + word.Length > Width && line.Trim().Length > 0)
            {
                lines.Add(line.TrimEnd());
                line = Indent + new string(' ', block.Lead.Length);
            }
            line += word + " ";
        }
        return [.. lines, line.TrimEnd()];
    }
}
