using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;
using IncidentTools.Engine.Workspace.Services;
using NodaTime;

namespace IncidentTools.Engine.Detection;

/// <summary>Which services may be down at a moment, and why. Weekly windows go by the clock on the wall, through the days on which it is changed. Pure.</summary>
internal static class MaintenanceCalendar
{
    /// <summary>The reason of the window that is open; null when none is.</summary>
    public static string? Of(ServiceDefinition service, Policy policy, DateTimeOffset now) =>
        MaintenanceShape.Bind(service.Record.GetValueOrDefault("maintenance") as IReadOnlyList<object?> ?? []).Concat(policy.Detection.Maintenance).FirstOrDefault(window => IsOpen(window, policy.Calendar.TimeZone, now))?.Reason;

    public static bool IsOpen(MaintenanceWindow window, string usualZone, DateTimeOffset now)
    {
        if (window.Days.Count == 0) return window.From <= now && now < window.To;
        var zone = DateTimeZoneProviders.Tzdb[window.Zone ?? usualZone];
        var today = Instant.FromDateTimeOffset(now).InZone(zone).Date;
        // one that began yesterday may still be open
        return Covers(today) || Covers(today.PlusDays(-1));

        bool Covers(LocalDate day)
        {
            if (!window.Days.Contains((int)day.DayOfWeek)) return false;
            var ends = window.Ends <= window.Begins ? day.PlusDays(1) : day;
            return At(day, window.Begins) <= now && now < At(ends, window.Ends);
        }

        // a time that the change of clocks skips is as much later; one that comes twice is the first
        DateTimeOffset At(LocalDate day, TimeOnly time) => zone.AtLeniently(day + LocalTime.FromTicksSinceMidnight(time.Ticks)).ToDateTimeOffset();
    }
}
