using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Foundation;

/// <summary>Words as one would type them at a PowerShell prompt: whatever a word holds, pasting it gives that word and nothing else.</summary>
internal static class PasteText
{
    // what PowerShell takes for a quote
    private const string SingleQuotes = "'\u2018\u2019\u201a\u201b", DoubleQuotes = "\"\u201c\u201d\u201e";

    public static string Word(string text)
    {
        if (text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') && text[0] != '-') return text;
        return text.EnumerateRunes().Any(IsHidden) ? Escaped(text) : "'" + string.Concat(text.Select(letter => SingleQuotes.Contains(letter, StringComparison.Ordinal) ? $"{letter}{letter}" : $"{letter}")) + "'";
    }

    // a line break would end a pasted line, and what cannot be seen must not be pasted unseen
    private static string Escaped(string text)
    {
        var word = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            var isAscii = rune.IsAscii && !IsHidden(rune);
            if (isAscii && (char)rune.Value is '`' or '$' or '"') word.Append('`').Append(rune.ToString());
            else if (IsHidden(rune) || (rune.IsBmp && DoubleQuotes.Contains((char)rune.Value, StringComparison.Ordinal))) word.Append(CultureInfo.InvariantCulture, $"`u{{{rune.Value:x}}}");
            else word.Append(rune.ToString());
        }
        return word.Append('"').ToString();
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
