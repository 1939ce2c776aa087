using System.Globalization;

namespace IncidentTools;

/// <summary>Times as text: ISO 8601 in UTC with exactly six fractional digits and Z, so that text order is time order.</summary>
public static class UtcStamp
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Writes the time; digits beyond the microsecond are cut.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <summary>Reads a time written by <see cref="Format"/>.</summary>
    /// <exception cref="FormatException">Any other form.</exception>
    public static DateTimeOffset Parse(string text) =>
        DateTimeOffset.ParseExact(text, Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    /// <summary>The time cut to whole microseconds, as the journal keeps it.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % 10), TimeSpan.Zero);
}
