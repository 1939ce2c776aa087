using System.Globalization;

namespace IncidentTools.Base;

/// <summary>Durations as parameters take them: 30s 5m 2h 1d, or a TimeSpan (which arrives as its own text). A bare number is refused.</summary>
internal static class DurationText
{
    /// <exception cref="IncidentToolsException">InvalidDuration.</exception>
    public static TimeSpan Parse(string text) =>
        text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.Zero ? span : Duration.Parse(text);
}
