using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Scripting.Expressions;

/// <summary>Plain data: null, bool, long, double, decimal, text, duration, time, date, lists and maps.</summary>
internal static partial class Values
{
    /// <summary>The value as plain data; false for anything else.</summary>
    public static bool TryPlain(object? value, out object? plain)
    {
        plain = value switch
        {
            null or bool or long or double or decimal or string or TimeSpan or DateTimeOffset or DateOnly or IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => value,
            sbyte or byte or short or ushort or int or uint => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            ulong big => big <= long.MaxValue ? (long)big : (double)big,
            float small => (double)small,
            char or Enum or Guid or Uri or Version => value.ToString(),
            DateTime time => new DateTimeOffset(time),
            TimeOnly time => time.ToString("HH:mm", CultureInfo.InvariantCulture),
            IEnumerable<object?> items => items.ToList(),
            _ => value.GetType(), // never plain
        };
        return plain is not Type;
    }

    public static bool IsNumber(object? value) => value is long or double or decimal;
    public static bool IsList(object? value, out IReadOnlyList<object?> list)
    {
        list = value as IReadOnlyList<object?> ?? [];
        return value is IReadOnlyList<object?>;
    }

    /// <summary>What a value is, for errors: never more than its beginning.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "nothing",
        bool flag => flag ? "true" : "false",
        string text => $"the text '{(text.Length <= 40 ? text : text[..40] + "…")}'",
        TimeSpan duration => $"the duration {Duration.Format(duration)}",
        DateTimeOffset time => $"the time {UtcStamp.Format(time)}",
        DateOnly => $"the date {PlainText.Format(value)}",
        IReadOnlyList<object?> list => $"a list of {list.Count}",
        IReadOnlyDictionary<string, object?> => "a map",
        _ => $"the number {PlainText.Format(value)}",
    };

    /// <summary>The value within a text.</summary>
    public static string Text(object? value, Site site) => PlainText.Format(value, Limits.Text) ?? throw site.Fail(value switch
    {
        null => "there is no value to put into a text; say with ?? what stands there instead",
        IReadOnlyDictionary<string, object?> => "a map has no text: name one of its values",
        _ => "the list has no text: it holds a map or nothing, or is too long",
    });

    /// <summary>Text as a number, as arithmetic converts it; an empty text is none.</summary>
    public static bool TryNumber(string text, out object number)
    {
        number = 0L;
        if (string.IsNullOrWhiteSpace(text)) return false;
        if (long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole)) number = whole;
        else if (LanguagePrimitives.TryConvertTo<double>(text, CultureInfo.InvariantCulture, out var real)) number = real;
        else return false;
        return true;
    }

    public static object Number(object? value, Site site) => value switch
    {
        long or double or decimal => value,
        string text when TryNumber(text, out var number) => number,
        null => throw site.Fail("there is no value to calculate with; say with ?? what counts instead"),
        _ => throw site.Fail($"{Describe(value)} is not a number"),
    };

    /// <summary>A whole number, for counts and indexes.</summary>
    public static long Whole(object? value, string what, Site site) => Number(value, site) switch
    {
        long whole => whole,
        double real when Math.Floor(real) == real && Math.Abs(real) < 9e15 => (long)real,
        decimal exact when decimal.Truncate(exact) == exact && Math.Abs(exact) < 9e15m => (long)exact,
        _ => throw site.Fail($"{what} is a whole number, not {Describe(value)}"),
    };

    public static bool Flag(object? value, string operation, Site site) => value is bool flag ? flag : throw site.Fail($"{operation} takes true or false, not {Describe(value)}: compare it, e.g. … -eq 'yes' or … -ne $null");

    /// <summary>A time with its offset or Z.</summary>
    public static bool TryTime(string text, out DateTimeOffset time)
    {
        time = default;
        return TimePattern().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }

    /// <summary>The result of an expression, bounded in all: a list may hold the same long list a thousand times.</summary>
    public static object? Bounded(object? value, Site site)
    {
        var (items, text) = (0, 0L);
        void Weigh(object? part)
        {
            if (++items > Limits.Items) throw site.Fail($"the result has more than {Limits.Items} items");
            if (part is string word && (text += word.Length) > Limits.AllText) throw site.Fail($"the result is longer than {Limits.AllText} characters");
            if (part is IReadOnlyList<object?> list) foreach (var item in list) Weigh(item);
            else if (part is IReadOnlyDictionary<string, object?> map) foreach (var item in map.Values) Weigh(item);
        }
        Weigh(value);
        return value;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[-+]\d\d:?\d\d)\z")] private static partial Regex TimePattern();
}
