using Markdig;
using Markdig.Syntax;

namespace IncidentTools.Help.Pages;

/// <summary>A heading and everything below it up to the next heading of its level.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Blocks">What stands before the first heading inside.</param>
internal sealed record Section(string Title, int Level, int Line, IReadOnlyList<Block> Blocks, IReadOnlyList<Section> Sections)
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().Build();

    /// <summary>The whole text as a section of level 0.</summary>
    public static Section Read(string text)
    {
        var blocks = new Queue<Block>(Markdown.Parse(text, Pipeline));
        return Take("", 0, 1, blocks);
    }

    public Section? Find(string title) => Sections.FirstOrDefault(section => section.Title == title);

    /// <summary>All blocks, those of inner sections included.</summary>
    public IEnumerable<Block> AllBlocks => Blocks.Concat(Sections.SelectMany(section => section.AllBlocks));

    private static Section Take(string title, int level, int line, Queue<Block> rest)
    {
        var blocks = new List<Block>();
        while (rest.TryPeek(out var next) && next is not HeadingBlock) blocks.Add(rest.Dequeue());
        var sections = new List<Section>();
        while (rest.TryPeek(out var next) && next is HeadingBlock heading && heading.Level > level)
        {
            rest.Dequeue();
            sections.Add(Take(PlainText.Of(heading.Inline), heading.Level, heading.Line + 1, rest));
        }
        return new Section(title, level, line, blocks, sections);
    }
}
