using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IncidentTools.Help.Pages;

/// <summary>Reads the page of a command and collects everything that is wrong with it.</summary>
internal sealed class PageReader(string file, List<PageError> errors)
{
    private const int FewestExamples = 3;
    private static readonly string[] Titles = ["SYNOPSIS", "DESCRIPTION", "EXAMPLES", "PARAMETERS", "INPUTS", "OUTPUTS", "NOTES", "RELATED LINKS"];

    public CommandPage? Read(string text)
    {
        var root = Section.Read(text);
        if (root.Sections is not [var page])
        {
            Add(1, "a page has one heading of the first level: the command's name");
            return null;
        }
        CheckTitles(page);
        Section? Of(string title) => page.Find(title);
        return new CommandPage(
            file, page.Title, Synopsis(page), PlainText.Of(Of("DESCRIPTION")?.Blocks ?? []), new ExampleReader(file, errors).Setup(Of("EXAMPLES")?.Blocks ?? []), Examples(Of("EXAMPLES")),
            Parameters(Of("PARAMETERS")?.Sections ?? []), Types(Of("INPUTS")), Types(Of("OUTPUTS")), PlainText.Of(Of("NOTES")?.Blocks ?? []), Links(Of("RELATED LINKS")));
    }

    /// <summary>The page of parameters that many commands share: a section of the second level each.</summary>
    public IReadOnlyList<ParameterText> ReadShared(string text) => Parameters([.. Section.Read(text).Sections.SelectMany(page => page.Sections)]);

    private void CheckTitles(Section page)
    {
        var found = page.Sections.Select(section => section.Title).ToArray();
        foreach (var section in page.Sections.Where(section => !Titles.Contains(section.Title))) Add(section.Line, $"'{section.Title}' is not a heading of a page; those are {string.Join(", ", Titles)}");
        foreach (var section in page.Sections.GroupBy(section => section.Title).SelectMany(group => group.Skip(1))) Add(section.Line, $"'{section.Title}' is there twice");
        foreach (var title in Titles.Where(title => !found.Contains(title))) Add(page.Line, $"the heading '## {title}' is missing");
        if (!found.Where(Titles.Contains).Distinct().SequenceEqual(Titles.Where(found.Contains))) Add(page.Line, $"the headings stand in this order: {string.Join(", ", Titles)}");
        foreach (var title in Titles.Except(["EXAMPLES", "PARAMETERS"]))
            if (page.Find(title) is { } section && !section.AllBlocks.Any()) Add(section.Line, $"'{title}' is empty");
    }

    private string Synopsis(Section page)
    {
        if (page.Find("SYNOPSIS") is not { Blocks.Count: > 0 } section) return "";
        if (section.Blocks is not [ParagraphBlock only]) Add(section.Line, "the synopsis is one paragraph");
        return PlainText.Of(section.Blocks)[0].Text;
    }

    private List<Example> Examples(Section? section)
    {
        if (section is null) return [];
        var reader = new ExampleReader(file, errors);
        var examples = section.Sections.Select(reader.Read).OfType<Example>().ToList();
        if (section.Sections.Count < FewestExamples) Add(section.Line, $"{section.Sections.Count} example(s); at least {FewestExamples} are wanted");
        return examples;
    }

    private List<ParameterText> Parameters(IReadOnlyList<Section> sections)
    {
        var all = new List<ParameterText>();
        foreach (var section in sections)
        {
            if (!section.Title.StartsWith('-')) Add(section.Line, $"'{section.Title}': a parameter's heading is its name with the dash");
            var name = section.Title.TrimStart('-');
            if (all.Exists(known => known.Name == name)) Add(section.Line, $"-{name} is there twice");
            var facts = section.Blocks.OfType<FencedCodeBlock>().Where(block => block.Info == "yaml").ToArray();
            var text = PlainText.Of(section.Blocks.Except(facts));
            if (text.Count == 0) Add(section.Line, $"-{name} says nothing");
            if (facts.Length > 1) Add(facts[1].Line + 1, $"-{name} has two blocks of facts");
            all.Add(new ParameterText(file, name, section.Line, text, facts.Length == 0 ? new Dictionary<string, string>() : Facts(name, facts[0])));
        }
        return all;
    }

    private Dictionary<string, string> Facts(string parameter, FencedCodeBlock block)
    {
        var facts = new Dictionary<string, string>();
        foreach (var (line, index) in block.Lines.ToString().Split('\n').Select((line, index) => (line, index)))
        {
            var at = block.Line + 2 + index;
            if (line.Split(": ", 2) is not [var name, var value] || !ParameterText.FactNames.Contains(name)) Add(at, $"-{parameter}: '{line}' is not one of {string.Join(", ", ParameterText.FactNames.Select(known => known + ": …"))}");
            else if (!facts.TryAdd(name, value.Trim())) Add(at, $"-{parameter}: '{name}' is there twice");
        }
        return facts;
    }

    private List<TypeText> Types(Section? section)
    {
        if (section is null) return [];
        if (section.Sections.Count == 0) Add(section.Line, $"'{section.Title}' has a heading of the third level for each type, or 'None'");
        return [.. section.Sections.Select(type => new TypeText(type.Title, type.Line, PlainText.Of(type.Blocks)))];
    }

    private List<PageLink> Links(Section? section)
    {
        if (section is null) return [];
        foreach (var item in section.Blocks.OfType<ListBlock>().SelectMany(list => list).Cast<ListItemBlock>())
            if (item is not [ParagraphBlock { Inline: { FirstChild: LinkInline } }]) Add(item.Line + 1, "a related link begins with the link");
        return [.. section.Blocks.SelectMany(block => block.Descendants<LinkInline>()).Select(link => new PageLink(PlainText.Of(link), link.Url ?? "", link.Line + 1))];
    }

    private void Add(int line, string message) => errors.Add(new PageError(file, line, message));
}
