using System.Text.RegularExpressions;

namespace IncidentTools.Module.Tests.Help;

/// <summary>
/// Output as a page shows it, held against what was printed. Words and order must be the same; how far apart columns stand and what the clock
/// said do not matter; … stands for anything, on a line of its own for any number of lines.
/// </summary>
internal static partial class ShownOutput
{
    /// <summary>Null when it matches, else what does not.</summary>
    public static string? Difference(string shown, string printed)
    {
        var (expected, actual) = (Lines(shown), Lines(printed));
        var at = 0;
        for (var index = 0; index < expected.Length; index++)
        {
            if (expected[index] == "…")
            {
                if (index + 1 == expected.Length) return null;
                while (at < actual.Length && !Matches(expected[index + 1], actual[at])) at++;
                continue;
            }
            if (at == actual.Length) return $"'{expected[index]}' was not printed";
            if (!Matches(expected[index], actual[at])) return $"shown:   {expected[index]}\nprinted: {actual[at]}";
            at++;
        }
        return at == actual.Length ? null : $"'{actual[at]}' was printed and is not shown";
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Select(line => Spaces().Replace(line.Trim(), " ")).Where(line => line.Length > 0)];

    private static bool Matches(string expected, string actual)
    {
        var pattern = Regex.Escape(Time().Replace(expected, "\u0001")).Replace("\u0001", Time().ToString(), StringComparison.Ordinal).Replace("…", ".*", StringComparison.Ordinal);
        return Regex.IsMatch(actual, $"^{pattern}$");
    }

    [GeneratedRegex(@"\s+")] private static partial Regex Spaces();
    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?")] private static partial Regex Time();
}
