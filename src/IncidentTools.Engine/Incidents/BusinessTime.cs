using IncidentTools.Engine.Workspace;
using NodaTime;

namespace IncidentTools.Engine.Incidents;

/// <summary>Time that counts only while the calendar is open. A business day is the time from opening to closing.</summary>
public sealed class BusinessTime(BusinessCalendar calendar)
{
    // four years without an open hour is a calendar that never opens
    private const int MaxDays = 1500;
    private readonly DateTimeZone _zone = DateTimeZoneProviders.Tzdb[calendar.TimeZone];

    /// <summary>When <paramref name="target"/> is used up, counted from <paramref name="start"/> (UTC).</summary>
    public DateTimeOffset Due(DateTimeOffset start, Target target) =>
        !target.Business ? start + target.Amount : Add(start, target.BusinessDays is { } days ? days * DayLength : target.Amount);

    private TimeSpan DayLength => Length(calendar.Opens, calendar.Closes);

    /// <summary>The moment at which <paramref name="amount"/> of open time has passed.</summary>
    public DateTimeOffset Add(DateTimeOffset start, TimeSpan amount)
    {
        var left = amount;
        var day = Instant.FromDateTimeOffset(start).InZone(_zone).Date;
        for (var index = 0; index < MaxDays; index++, day = day.PlusDays(1))
        {
            if (Open(day) is not { } hours) continue;
            var from = start > hours.From ? start : hours.From;
            if (from >= hours.To) continue;
            if (hours.To - from >= left) return from + left;
            left -= hours.To - from;
        }
        return DateTimeOffset.MaxValue;
    }

    /// <summary>The end of the <paramref name="count"/>-th open day after the day of <paramref name="start"/>.</summary>
    public DateTimeOffset EndOfDay(DateTimeOffset start, int count)
    {
        var day = Instant.FromDateTimeOffset(start).InZone(_zone).Date;
        for (var (index, left) = (0, count); index < MaxDays; index++)
        {
            day = day.PlusDays(1);
            if (Open(day) is { } hours && --left == 0) return hours.To;
        }
        return DateTimeOffset.MaxValue;
    }

    /// <summary>The day's open hours as instants; null on a day that does not count. On the day the clocks change they are an hour longer or shorter if the change falls in them.</summary>
    private (DateTimeOffset From, DateTimeOffset To)? Open(LocalDate day)
    {
        if (!calendar.Days.Contains((int)day.DayOfWeek) || calendar.Holidays.Contains(day.ToDateOnly())) return null;
        var from = _zone.AtLeniently(day + LocalTime.FromTicksSinceMidnight(calendar.Opens.Ticks)).ToDateTimeOffset().ToUniversalTime();
        var to = calendar.Closes == TimeOnly.MaxValue ? _zone.AtStartOfDay(day.PlusDays(1)) : _zone.AtLeniently(day + LocalTime.FromTicksSinceMidnight(calendar.Closes.Ticks));
        return (from, to.ToDateTimeOffset().ToUniversalTime());
    }

    private static TimeSpan Length(TimeOnly opens, TimeOnly closes) => (closes == TimeOnly.MaxValue ? TimeSpan.FromDays(1) : closes.ToTimeSpan()) - opens.ToTimeSpan();
}
