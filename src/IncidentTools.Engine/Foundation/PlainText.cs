using System.Globalization;
using System.Text;

namespace IncidentTools.Engine.Foundation;

/// <summary>
/// Plain data as text, the same on every machine: what stands in a text for an expression. Numbers invariant, True and False, times in UTC (ISO 8601),
/// durations as <c>1h30m</c>, items of a list with a blank between them.
/// </summary>
public static class PlainText
{
    /// <summary>The text; null when there is none: for nothing, for a map, and for a list that holds either or is longer than <paramref name="limit"/> characters.</summary>
    public static string? Format(object? value, int limit = int.MaxValue) => value switch
    {
        string text => text,
        bool flag => flag ? "True" : "False",
        DateTimeOffset time => UtcStamp.Format(time),
        TimeSpan duration => Duration.Format(duration),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm", CultureInfo.InvariantCulture),
        double number => number.ToString("G15", CultureInfo.InvariantCulture), // as PowerShell: 0.1 + 0.2 is 0.3 to a reader
        IReadOnlyList<object?> list => Join(list, " ", limit),
        IReadOnlyDictionary<string, object?> => null,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The items' texts with a separator between them; null when an item has none, or it would be longer than the limit.</summary>
    public static string? Join(IReadOnlyList<object?> list, string separator, int limit)
    {
        var text = new StringBuilder();
        for (var index = 0; index < list.Count; index++)
        {
            if (index > 0) text.Append(separator);
            if (Format(list[index], limit - text.Length) is not { } item || (long)text.Length + item.Length > limit) return null;
            text.Append(item);
        }
        return text.Length > limit ? null : text.ToString();
    }
}
