using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What can be said of a statement by its text. What it cannot do, the session and the server refuse on top.</summary>
internal static partial class StatementText
{
    /// <summary>Without the semicolon at its end.</summary>
    public static string Single(string sql) => sql.Trim().TrimEnd(';').TrimEnd();

    /// <summary>Null when it is one statement. A semicolon within it is never guessed about: text that has one is a parameter's.</summary>
    public static string? WhyNotOne(string sql) => Single(sql) switch
    {
        "" => "there is no statement",
        var text when text.Contains(';', StringComparison.Ordinal) => "it has a ; within: one statement at a time, and text with a semicolon goes into parameters",
        var text when text.Contains("/*!", StringComparison.Ordinal) || text.Contains("/*M!", StringComparison.Ordinal) => "it has a comment that some servers run",
        _ => null,
    };

    public static string First(string sql) => FirstWord().Match(sql).Groups[1].Value.ToUpperInvariant();

    public static string? WhyNotReading(string sql, string[] reading, string[] forbidden)
    {
        if (WhyNotOne(sql) is { } why) return why;
        if (!reading.Contains(First(sql), StringComparer.Ordinal)) return $"it begins with none of {string.Join(", ", reading)}, so it may not only look";
        return Array.Find(forbidden, word => Regex.IsMatch(sql, $@"\b{word}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)) is { } bad ? $"it has the word {bad}, which does more than look" : null;
    }

    /// <summary>As it may be shown and kept: without the values in it, on one line, short.</summary>
    public static string Masked(string sql) => Say.Cut(Spaces().Replace(Literal().Replace(sql, "?"), " ").Trim());

    [GeneratedRegex(@"^\s*\(*\s*([A-Za-z]+)\b")] private static partial Regex FirstWord();
    // texts in quotes, also in dollars and one that was cut off; then numbers that are no part of a name
    [GeneratedRegex("""'(?:[^'\\]|''|\\.)*(?:'|$)|\$(\w*)\$.*?(?:\$\1\$|$)|(?<![\w.$])\d+(?:\.\d+)?(?![\w])""", RegexOptions.Singleline)] private static partial Regex Literal();
    [GeneratedRegex(@"\s+")] private static partial Regex Spaces();
}
