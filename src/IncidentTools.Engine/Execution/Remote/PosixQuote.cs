using System.Text;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>
/// Words for the login shell of another machine, which reads every command as text. Single quotes, in which nothing means anything; the quote itself
/// stands outside of them, and so do the backslash and the exclamation mark, which fish and csh would read even inside.
/// </summary>
internal static class PosixQuote
{
    public static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    public static string Word(string word)
    {
        if (word.Length > 0 && word.All(IsPlain)) return word;
        var text = new StringBuilder(word.Length + 8);
        var quoted = false;
        foreach (var letter in word)
        {
            var outside = letter is '\'' or '\\' or '!';
            if (outside == quoted)
            {
                text.Append('\'');
                quoted = !quoted;
            }
            if (outside) text.Append('\\');
            text.Append(letter);
        }
        if (quoted) text.Append('\'');
        return text.Length == 0 ? "''" : text.ToString();
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "-_./:,@%+".Contains(c, StringComparison.Ordinal);
}
