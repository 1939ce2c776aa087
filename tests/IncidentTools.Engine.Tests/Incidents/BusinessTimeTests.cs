using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Workspace;
using NodaTime;

namespace IncidentTools.Engine.Tests.Incidents;

public class BusinessTimeTests
{
    private static readonly BusinessCalendar Calendar = TestPolicy.Default.Calendar;
    private static readonly BusinessTime Time = new(Calendar);
    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("2026-11-23T08:00", 60, "2026-11-23T09:00")] // Monday 9:00 Berlin
    [InlineData("2026-11-23T05:00", 60, "2026-11-23T09:00")] // before opening
    [InlineData("2026-11-23T15:30", 60, "2026-11-24T08:30")] // over the night
    [InlineData("2026-11-27T15:30", 60, "2026-11-30T08:30")] // over the weekend
    [InlineData("2026-11-28T12:00", 480, "2026-11-30T16:00")] // from Saturday, a whole day
    [InlineData("2026-12-24T15:30", 60, "2026-12-28T08:30")] // over a holiday and a weekend
    [InlineData("2026-03-27T15:30", 60, "2026-03-30T07:30")] // over the change to summer time
    [InlineData("2026-10-23T14:30", 60, "2026-10-26T08:30")] // and back
    [InlineData("2028-02-28T15:30", 60, "2028-02-29T08:30")] // a leap day
    public void Only_open_time_counts(string start, int minutes, string due) => Assert.Equal(Utc(due), Time.Add(Utc(start), TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void A_business_day_is_the_time_from_opening_to_closing() =>
        Assert.Equal(Utc("2026-11-24T14:00"), Time.Due(Utc("2026-11-23T14:00"), new Target(TimeSpan.Zero, true, 1)));

    [Fact]
    public void A_calendar_that_never_opens_is_never_due() =>
        Assert.Equal(DateTimeOffset.MaxValue, new BusinessTime(Calendar with { Days = [] }).Add(Utc("2026-11-23T14:00"), TimeSpan.FromMinutes(1)));

    /// <summary>The oracle counts minute by minute whether the calendar is open.</summary>
    [Fact]
    public void It_agrees_with_counting_minutes() => Prop.ForAll<int, int>((at, length) =>
    {
        var start = Utc("2026-03-20T00:00").AddMinutes(Math.Abs(at % 20000));
        var minutes = 1 + Math.Abs(length % 1500);
        var zone = DateTimeZoneProviders.Tzdb[Calendar.TimeZone];
        var moment = start;
        for (var left = minutes; left > 0; moment = moment.AddMinutes(1))
        {
            var local = Instant.FromDateTimeOffset(moment).InZone(zone).LocalDateTime;
            if (Calendar.Days.Contains((int)local.DayOfWeek) && local.Hour is >= 9 and < 17 && !Calendar.Holidays.Contains(local.Date.ToDateOnly())) left--;
        }
        return Time.Add(start, TimeSpan.FromMinutes(minutes)) == moment;
    }).QuickCheckThrowOnFailure();
}
