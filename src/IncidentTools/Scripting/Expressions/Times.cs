namespace IncidentTools.Scripting.Expressions;

/// <summary>Calculating with times, dates and durations. A text such as '30s' or '1h30m' stands for a duration wherever a duration is needed.</summary>
internal static class Times
{
    public static TimeSpan Duration(object? value, Site site) => value switch
    {
        TimeSpan duration => duration,
        string text when IncidentTools.Duration.TryParse(text, out var duration) => duration,
        null => throw site.Fail("there is no duration to calculate with; say with ?? what counts instead"),
        _ => throw site.Fail($"{Values.Describe(value)} is not a duration; write one like '30s', '5m' or '1h30m'"),
    };

    /// <summary>Whether the right side is a moment like the left one (a text is, when it reads as one).</summary>
    public static bool TryMoment(object? left, object? right, out object moment)
    {
        moment = right!;
        if (left is DateTimeOffset && right is string text && Values.TryTime(text, out var time)) moment = time;
        else if (left is DateOnly && right is string word && TryDate(word, out var date)) moment = date;
        return moment is DateTimeOffset or DateOnly;
    }

    public static bool TryDate(string text, out DateOnly date) => DateOnly.TryParseExact(text, "yyyy-MM-dd", null, System.Globalization.DateTimeStyles.None, out date);

    public static object Between(object? left, object right, Site site) => (left, right) switch
    {
        (DateTimeOffset from, DateTimeOffset until) => from - until,
        (DateOnly from, DateOnly until) => TimeSpan.FromDays(from.DayNumber - until.DayNumber),
        _ => throw site.Fail($"{Values.Describe(left)} and {Values.Describe(right)} do not fit: one is a day, the other a moment"),
    };

    public static object Add(object? moment, TimeSpan duration, int sign, Site site) => Checked<object>(() => moment switch
    {
        DateTimeOffset time => sign > 0 ? time + duration : time - duration,
        DateOnly date when duration.Ticks % TimeSpan.TicksPerDay == 0 => date.AddDays(sign * duration.Days),
        _ => throw site.Fail($"{Values.Describe(moment)} is a whole day: add or subtract whole days"),
    }, site);

    public static object Scale(TimeSpan duration, object factor, Site site) => Checked<object>(() => factor switch
    {
        long whole => new TimeSpan(checked(duration.Ticks * whole)),
        _ => duration * Arithmetic.ToDouble(factor),
    }, site);

    public static T Checked<T>(Func<T> calculate, Site site)
    {
        try { return calculate(); }
        catch (Exception error) when (error is OverflowException or ArgumentException) { throw site.Fail("the result is out of range"); }
    }
}
