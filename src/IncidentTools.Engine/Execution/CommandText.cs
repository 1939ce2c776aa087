using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// A command line as an admin would type it: for plans, approvals and messages, never for running. The same on every machine, because approvals
/// bind to it; characters that cannot be seen, or that turn the order of what is seen, are written out.
/// </summary>
public static class CommandText
{
    public static string Quote(IEnumerable<string> items) => string.Join(' ', items.Select(Quote));

    /// <summary>Plain where no shell would touch it, else in single quotes, else in <c>$'…'</c> with escapes.</summary>
    public static string Quote(string item)
    {
        if (item.Length > 0 && item.All(IsPlain)) return item;
        if (!item.EnumerateRunes().Any(rune => rune.Value == '\'' || IsHidden(rune))) return $"'{item}'";
        var text = new StringBuilder("$'");
        foreach (var rune in item.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\'' => text.Append("\\'"),
                '\\' => text.Append("\\\\"),
                <= 0xFFFF when IsHidden(rune) => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ when IsHidden(rune) => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
                _ => text.Append(rune.ToString()),
            };
        }
        return text.Append('\'').ToString();
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal);

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned || (rune.Value != ' ' && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator);
}
