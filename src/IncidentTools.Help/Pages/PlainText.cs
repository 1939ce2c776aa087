using System.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace IncidentTools.Help.Pages;

/// <summary>One piece of text for a terminal.</summary>
/// <param name="Text">Flowing text without line ends, or fixed lines.</param>
/// <param name="Lead">What stands before its first line: empty, or the mark of a list item.</param>
/// <param name="IsFixed">Lines that must stay as they are: code and tables.</param>
internal sealed record TextBlock(string Text, string Lead = "", bool IsFixed = false)
{
    public override string ToString() => Lead + Text;
}

/// <summary>From Markdown to text for a terminal: marks go, what they meant stays.</summary>
internal static class PlainText
{
    public static IReadOnlyList<TextBlock> Of(IEnumerable<Block> blocks) => [.. blocks.SelectMany(block => Of(block, ""))];

    public static string Of(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines ?? Enumerable.Empty<Inline>()) Append(text, inline);
        return text.ToString().Trim();
    }

    private static void Append(StringBuilder text, Inline inline)
    {
        switch (inline)
        {
            case CodeInline code: text.Append(code.Content); break;
            case LiteralInline literal: text.Append(literal.Content); break;
            case LineBreakInline: text.Append(' '); break;
            case HtmlEntityInline entity: text.Append(entity.Transcoded); break;
            case AutolinkInline link: text.Append(link.Url); break;
            case LinkInline link:
                foreach (var part in link) Append(text, part);
                // a page of ours is found by its name; only the web needs an address
                if (link.Url is { } url && url.StartsWith("http", StringComparison.Ordinal) && PlainUrl(link) != url) text.Append(" (").Append(url).Append(')');
                break;
            case ContainerInline container:
                foreach (var part in container) Append(text, part);
                break;
        }
    }

    private static string PlainUrl(LinkInline link) => string.Concat(link.OfType<LiteralInline>().Select(part => part.Content.ToString()));

    private static IEnumerable<TextBlock> Of(Block block, string indent) => block switch
    {
        ParagraphBlock paragraph => [new TextBlock(Of(paragraph.Inline), indent)],
        Table table => [new TextBlock(Columns(table), "", true)],
        CodeBlock code => [new TextBlock(string.Join('\n', code.Lines.ToString().Split('\n').Select(line => "    " + line)).TrimEnd(), "", true)],
        ListBlock list => list.Cast<ListItemBlock>().SelectMany((item, index) => Item(item, indent, list.IsOrdered ? $"{index + 1}. " : "- ")),
        QuoteBlock quote => quote.SelectMany(inner => Of(inner, indent)),
        _ => [],
    };

    private static IEnumerable<TextBlock> Item(ListItemBlock item, string indent, string mark)
    {
        var lead = indent + mark;
        foreach (var block in item)
        {
            foreach (var text in Of(block, lead)) yield return text;
            lead = new string(' ', indent.Length + mark.Length);
        }
    }

    private static string Columns(Table table)
    {
        var rows = table.Cast<TableRow>().Select(row => row.Cast<TableCell>().Select(cell => string.Join(' ', Of(cell).Select(text => text.Text))).ToArray()).ToArray();
        var widths = Enumerable.Range(0, rows.Max(row => row.Length)).Select(column => rows.Max(row => column < row.Length ? row[column].Length : 0)).ToArray();
        string Line(string[] row) => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd();
        return string.Join('\n', [Line(rows[0]), Line([.. widths.Select(width => new string('-', width))]), .. rows.Skip(1).Select(Line)]);
    }
}
