using System.Globalization;
using System.Text;

namespace IncidentTools;

/// <summary>Durations as text: <c>500ms 30s 5m 2h 1d 1w</c> and combinations, largest unit first (<c>1h30m</c>).</summary>
public static class Duration
{
    /// <summary>Reads a duration.</summary>
    /// <exception cref="IncidentToolsException">InvalidDuration: not of that form, or a bare number.</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out var value) ? value : throw Errors.InvalidDuration(text);

    /// <summary>Reads a duration; false when the text is not one.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        if (string.IsNullOrWhiteSpace(text)) return false;
        var rest = text.AsSpan().Trim();
        var ticks = 0L;
        var last = long.MaxValue;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
            if (digits == 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && char.IsAsciiLetter(rest[letters])) letters++;
            var unit = Unit(rest[..letters]);
            if (unit == 0 || unit >= last) return false;
            last = unit;
            rest = rest[letters..];
            if (number > TimeSpan.MaxValue.Ticks / unit) return false;
            try { ticks = checked(ticks + (long)(number * unit)); }
            catch (OverflowException) { return false; }
        }
        value = new TimeSpan(ticks);
        return true;
    }

    /// <summary>Writes a duration in the same form, exact to the millisecond: <c>1h30m</c>, <c>0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        var text = new StringBuilder(value < TimeSpan.Zero ? "-" : "");
        var rest = value.Duration();
        if (rest.Days > 0) text.Append(CultureInfo.InvariantCulture, $"{rest.Days}d");
        if (rest.Hours > 0) text.Append(CultureInfo.InvariantCulture, $"{rest.Hours}h");
        if (rest.Minutes > 0) text.Append(CultureInfo.InvariantCulture, $"{rest.Minutes}m");
        if (rest.Seconds > 0) text.Append(CultureInfo.InvariantCulture, $"{rest.Seconds}s");
        if (rest.Milliseconds > 0) text.Append(CultureInfo.InvariantCulture, $"{rest.Milliseconds}ms");
        return text.Length is 0 or 1 && (text.Length == 0 || text[0] == '-') ? "0s" : text.ToString();
    }

    private static long Unit(ReadOnlySpan<char> name) => name switch
    {
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        "d" => TimeSpan.TicksPerDay,
        "w" => 7 * TimeSpan.TicksPerDay,
        _ => 0,
    };
}
