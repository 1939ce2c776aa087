using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IncidentTools.Help.Pages;

/// <summary>A folder of pages: one a command, topics, and the parameters that many commands share.</summary>
internal sealed record PageFolder(IReadOnlyList<CommandPage> Commands, IReadOnlyList<AboutPage> Topics, IReadOnlyList<ParameterText> Shared)
{
    public const string SharedFile = "shared-parameters.md";

    public static PageFolder Read(string folder, List<PageError> errors)
    {
        var commands = new List<CommandPage>();
        var topics = new List<AboutPage>();
        IReadOnlyList<ParameterText> shared = [];
        foreach (var file in Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal))
        {
            var (name, text) = (Path.GetFileNameWithoutExtension(file), File.ReadAllText(file).ReplaceLineEndings("\n"));
            CheckLinks(file, text, errors);
            if (name.StartsWith("about_", StringComparison.Ordinal)) { if (AboutPage.Read(file, text, errors) is { } topic) topics.Add(topic); }
            else if (Path.GetFileName(file) == SharedFile) shared = new PageReader(file, errors).ReadShared(text);
            else if (new PageReader(file, errors).Read(text) is { } page)
            {
                if (page.Name != name) errors.Add(new PageError(file, 1, $"the heading is '{page.Name}', the file '{name}'"));
                commands.Add(page);
            }
        }
        return new PageFolder(commands, topics, shared);
    }

    private static void CheckLinks(string file, string text, List<PageError> errors)
    {
        foreach (var link in Section.Read(text).AllBlocks.SelectMany(block => block.Descendants<LinkInline>()))
        {
            var target = (link.Url ?? "").Split('#')[0];
            if (target.Length == 0 || target.StartsWith("https://", StringComparison.Ordinal)) continue;
            if (!File.Exists(Path.Combine(Path.GetDirectoryName(file)!, target))) errors.Add(new PageError(file, link.Line + 1, $"the link leads nowhere: {link.Url}"));
        }
    }
}
