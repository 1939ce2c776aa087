using System.Text;

namespace IncidentTools.Engine.Probes.Logs;

/// <summary>
/// Texts of which a match must hold at least one, taken from the pattern itself: bytes are searched for them at the speed of memory, and only lines
/// that have one are read as text. Whatever it is not sure about it leaves to the pattern: null means that every line must be tried.
/// </summary>
internal static class LiteralFinder
{
    private const int Shortest = 2, MostAlternatives = 8;

    public static IReadOnlyList<string>? Of(string pattern)
    {
        var at = 0;
        try { return Alternatives(pattern, ref at, 0) is { } found && at == pattern.Length ? found : null; }
        catch (NotSureException) { return null; }
    }

    /// <summary>What a pattern says that is a text and nothing else; null: it is more.</summary>
    public static string? Whole(string pattern)
    {
        var text = new StringBuilder();
        for (var at = 0; at < pattern.Length; at++)
        {
            var (letter, escaped) = (pattern[at], pattern[at] == '\\');
            if (escaped) letter = ++at < pattern.Length ? pattern[at] : 'x';
            if (!char.IsAscii(letter) || letter is '\r' or '\n' || (escaped ? char.IsAsciiLetterOrDigit(letter) || letter == '_' : ".$^{[(|)*+?".Contains(letter, StringComparison.Ordinal))) return null;
            text.Append(letter);
        }
        return text.Length > 0 ? text.ToString() : null;
    }

    /// <summary>Until the group's end: what stands in each of the alternatives; null when one of them holds nothing.</summary>
    private static List<string>? Alternatives(string pattern, ref int at, int depth)
    {
        List<string>? all = [];
        while (true)
        {
            var one = Sequence(pattern, ref at, depth);
            all = all is null || one is null || all.Count + one.Count > MostAlternatives ? null : [.. all, .. one];
            if (at >= pattern.Length || pattern[at] != '|') return all;
            at++;
        }
    }

    /// <summary>The best of what must stand in it: the one whose shortest text is longest.</summary>
    private static List<string>? Sequence(string pattern, ref int at, int depth)
    {
        if (depth > 16) throw new NotSureException();
        List<string>? best = null;
        var run = new StringBuilder();
        void Offer(List<string>? texts)
        {
            if (texts is { Count: > 0 } && texts.TrueForAll(text => text.Length >= Shortest) && (best is null || texts.Min(text => text.Length) > best.Min(text => text.Length))) best = texts;
        }
        void Break()
        {
            Offer([run.ToString()]);
            run.Clear();
        }
        while (at < pattern.Length && pattern[at] is not ('|' or ')'))
        {
            var letter = pattern[at];
            List<string>? group = null;
            var isLiteral = false;
            if (letter == '(')
            {
                Break();
                group = Group(pattern, ref at, depth);
            }
            else if (letter == '[')
            {
                Break();
                SkipClass(pattern, ref at);
            }
            else if (letter == '\\')
            {
                if (at + 1 >= pattern.Length) throw new NotSureException();
                var escaped = pattern[at + 1];
                at += 2;
                // \p{…}, \x41, \k<name>, \1 …: rare, and more than one letter long
                if (char.IsAsciiDigit(escaped) || "pPxucke".Contains(escaped, StringComparison.Ordinal)) throw new NotSureException();
                if (char.IsAsciiLetter(escaped) || escaped == '_') Break();
                else (letter, isLiteral) = (escaped, true);
            }
            else
            {
                at++;
                if (letter is '.' or '^' or '$') Break();
                else isLiteral = letter is '*' or '+' or '?' or '{' or '}' ? throw new NotSureException() : true;
            }
            var (least, quantified) = Quantifier(pattern, ref at);
            if (group is not null && least > 0) Offer(group);
            if (!isLiteral) continue;
            // beyond ASCII bytes depend on the encoding, and a line has no line end in it
            if (!char.IsAscii(letter) || letter is '\r' or '\n')
            {
                Break();
                continue;
            }
            if (least > 0) run.Append(letter);
            if (quantified) Break();
        }
        Break();
        return best;
    }

    private static List<string>? Group(string pattern, ref int at, int depth)
    {
        at++;
        if (at < pattern.Length && pattern[at] == '?')
        {
            // (?:…), (?<name>…): everything else turns the meaning of what follows
            if (string.CompareOrdinal(pattern, at, "?:", 0, 2) == 0) at += 2;
            else if (pattern.Length > at + 2 && pattern[at + 1] == '<' && char.IsAsciiLetter(pattern[at + 2]) && pattern.IndexOf('>', at) is > 0 and var end && !pattern[at..end].Contains('-', StringComparison.Ordinal)) at = end + 1;
            else throw new NotSureException();
        }
        var inside = Alternatives(pattern, ref at, depth + 1);
        if (at >= pattern.Length || pattern[at] != ')') throw new NotSureException();
        at++;
        return inside;
    }

    private static void SkipClass(string pattern, ref int at)
    {
        at++;
        if (at < pattern.Length && pattern[at] == '^') at++;
        if (at < pattern.Length && pattern[at] == ']') at++;
        for (; at < pattern.Length && pattern[at] != ']'; at++)
        {
            if (pattern[at] == '[') throw new NotSureException(); // a class taken from a class
            if (pattern[at] == '\\') at++;
        }
        at++;
        if (at > pattern.Length) throw new NotSureException();
    }

    /// <summary>How often what stands before must be there at least.</summary>
    private static (int Least, bool Quantified) Quantifier(string pattern, ref int at)
    {
        if (at >= pattern.Length) return (1, false);
        var least = 1;
        switch (pattern[at])
        {
            case '*' or '?': least = 0; at++; break;
            case '+': at++; break;
            case '{':
                var end = pattern.IndexOf('}', at);
                if (end < 0) throw new NotSureException();
                var inside = pattern[(at + 1)..end].Split(',')[0];
                if (!int.TryParse(inside, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out least)) throw new NotSureException();
                at = end + 1;
                break;
            default: return (1, false);
        }
        if (at < pattern.Length && pattern[at] == '?') at++;
        return (least, true);
    }

    private sealed class NotSureException : Exception;
}
