using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Learning;

/// <summary>Text that users typed, in Markdown (CommonMark with tables): text stays text, never markup, and what turns the order of what is seen is written out.</summary>
internal static partial class MarkdownText
{
    /// <summary>Within a line: every ASCII punctuation that CommonMark or HTML gives a meaning is escaped, line ends become spaces.</summary>
    public static string Inline(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
        {
            if (letter is '\r') continue;
            if (letter is '\n' or '\u2028' or '\u2029') escaped.Append(' ');
            else if (letter is '<') escaped.Append("&lt;");
            else if (letter is '&') escaped.Append("&amp;");
            else if (letter is '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '#' or '!' or '~') escaped.Append('\\').Append(letter);
            else if (TurnsOrder(letter)) escaped.Append(CultureInfo.InvariantCulture, $"(U+{(int)letter:X4})");
            else if (!char.IsControl(letter)) escaped.Append(letter);
        }
        return escaped.ToString();
    }

    /// <summary>Lines of their own, blank ones between paragraphs; no line begins a list, a heading, a quotation or a block of code.</summary>
    public static string Block(string text)
    {
        var paragraphs = text.ReplaceLineEndings("\n").Trim('\n', ' ').Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(paragraph => string.Join("\\\n", paragraph.Split('\n').Select(line => Begin(Inline(line.Trim()))).Where(line => line.Length > 0)));
        return string.Join("\n\n", paragraphs);
    }

    private static string Begin(string line) => Numbered().Replace(line is ['+' or '-' or '=' or '>' or ':', ..] ? "\\" + line : line, "$1\\$2");

    /// <summary>Code within a table: there | must be escaped even in code, and nowhere else.</summary>
    public static string CodeCell(string text) => Code(text).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>Code within a line.</summary>
    public static string Code(string text)
    {
        var line = Visible(text).ReplaceLineEndings(" ").Trim();
        if (line.Length == 0) return "";
        var fence = new string('`', Longest(line) + 1);
        var pad = line[0] == '`' || line[^1] == '`' ? " " : "";
        return $"{fence}{pad}{line}{pad}{fence}";
    }

    /// <summary>Code in lines of its own.</summary>
    public static string Fence(string text, string language = "")
    {
        var code = Visible(text).ReplaceLineEndings("\n").TrimEnd('\n');
        var fence = new string('`', Math.Max(3, Longest(code) + 1));
        return $"{fence}{language}\n{code}\n{fence}";
    }

    public static string Table(string[] heads, IEnumerable<string[]> rows) =>
        $"| {string.Join(" | ", heads)} |\n|{string.Concat(heads.Select(_ => "---|"))}\n{string.Concat(rows.Select(row => $"| {string.Join(" | ", row)} |\n"))}";

    private static int Longest(string text) => Ticks().Matches(text).Select(match => match.Length).DefaultIfEmpty(0).Max();
    private static string Visible(string text) => string.Concat(text.Where(letter => !char.IsControl(letter) || letter is '\n' or '\t').Select(letter => TurnsOrder(letter) ? $"\\u{(int)letter:x4}" : letter.ToString()));
    private static bool TurnsOrder(char letter) => letter is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    [GeneratedRegex(@"^(\d{1,9})([.)])")] private static partial Regex Numbered();
    [GeneratedRegex("`+")] private static partial Regex Ticks();
}
