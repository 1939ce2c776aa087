using System.Globalization;
using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Workspace.Services;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>Windows by the clock on the wall, through the nights on which it is changed.</summary>
public sealed class MaintenanceTests
{
    private static DateTimeOffset At(string utc) => DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture);
    private static MaintenanceWindow Weekly(int day, string from, string to, string? zone = "Europe/Berlin") => new(null, null, [day], TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(to, CultureInfo.InvariantCulture), zone, "why");

    [Theory]
    // winter: 02:00 in Berlin is 01:00 UTC
    [InlineData("2026-11-22T00:59:59Z", false)]
    [InlineData("2026-11-22T01:00:00Z", true)]
    [InlineData("2026-11-22T02:59:59Z", true)]
    [InlineData("2026-11-22T03:00:00Z", false)]
    // summer: an hour earlier
    [InlineData("2026-07-05T00:00:00Z", true)]
    [InlineData("2026-07-05T02:00:00Z", false)]
    // the night of 2026-03-29 has no 02:00; it begins when the clock says 03:00
    [InlineData("2026-03-29T00:59:59Z", false)]
    [InlineData("2026-03-29T01:00:00Z", true)]
    [InlineData("2026-03-29T01:59:59Z", true)]
    [InlineData("2026-03-29T02:00:00Z", false)]
    // the night of 2026-10-25 has 02:00 twice; it begins at the first and is an hour longer
    [InlineData("2026-10-25T00:00:00Z", true)]
    [InlineData("2026-10-25T01:30:00Z", true)]
    [InlineData("2026-10-25T02:59:59Z", true)]
    [InlineData("2026-10-25T03:00:00Z", false)]
    // another day
    [InlineData("2026-11-23T01:30:00Z", false)]
    public void Sunday_from_two_to_four_in_Berlin(string utc, bool open) => Assert.Equal(open, MaintenanceCalendar.IsOpen(Weekly(7, "02:00", "04:00"), "Etc/UTC", At(utc)));

    [Theory]
    [InlineData("2026-11-28T21:59:59Z", false)]
    [InlineData("2026-11-28T22:00:00Z", true)]
    [InlineData("2026-11-29T01:59:59Z", true)]
    [InlineData("2026-11-29T02:00:00Z", false)]
    [InlineData("2026-11-27T23:00:00Z", false)]
    public void Saturday_over_midnight_in_the_zone_of_the_policy(string utc, bool open) => Assert.Equal(open, MaintenanceCalendar.IsOpen(Weekly(6, "22:00", "02:00", zone: null), "Etc/UTC", At(utc)));

    [Theory]
    [InlineData("2026-12-01T21:59:59Z", false)]
    [InlineData("2026-12-01T22:00:00Z", true)]
    [InlineData("2026-12-02T01:59:59Z", true)]
    [InlineData("2026-12-02T02:00:00Z", false)]
    public void Once(string utc, bool open) => Assert.Equal(open, MaintenanceCalendar.IsOpen(new MaintenanceWindow(At("2026-12-01T22:00:00Z"), At("2026-12-02T02:00:00Z"), [], default, default, null, "why"), "Etc/UTC", At(utc)));

    [Fact]
    public void Nothing_is_opened_in_a_window_and_what_still_fails_after_it_is()
    {
        using var world = new DetectionWorld("  shop:\n    name: Shop\n    url: http://shop/\n    maintenance: [{ weekly: { days: [tue], from: '04:00', to: '04:05' }, zone: Europe/Berlin, reason: release }]\n");
        world.See("shop", 'F');
        var inside = world.Ticks(5);
        Assert.All(inside, tick => Assert.Equal((1, 0, 1, 1), (tick.Fail, tick.Opened, tick.Suppressed, tick.ExitCode)));
        Assert.Empty(world.Incidents);
        Assert.Equal([0, 1], world.Ticks(2).Select(tick => tick.Opened));
    }

    [Fact]
    public void An_open_incident_does_not_recover_because_a_window_begins()
    {
        using var world = new DetectionWorld("  shop:\n    name: Shop\n    url: http://shop/\n    maintenance: [{ from: 2026-11-24T03:02:00Z, to: 2026-11-24T03:05:00Z, reason: release }]\n");
        world.See("shop", 'F');
        Assert.Equal([0, 1, 0, 0, 0, 0], world.Ticks(6).Select(tick => tick.Opened));
        Assert.Empty(world.Notes("INC-1"));
        world.See("shop", 'P');
        Assert.Equal([0, 0, 1], world.Ticks(3).Select(tick => tick.Recovered));
    }

    [Fact]
    public void A_window_of_the_policy_holds_for_all_and_that_of_a_dependency_for_those_that_need_it()
    {
        using var world = new DetectionWorld("  shop: { name: Shop, url: 'http://shop/', dependencies: [{ name: db, service: db }] }\n  db: { name: Database, url: 'http://db/', maintenance: [{ from: 2026-11-24T03:00:00Z, to: 2026-11-24T03:10:00Z, reason: upgrade }] }\n");
        world.See("shop", 'F');
        world.See("db", 'F');
        Assert.All(world.Ticks(4), tick => Assert.Equal(0, tick.Opened));
        using var all = new DetectionWorld("  shop: { name: Shop, url: 'http://shop/' }\n", "  maintenance: [{ from: 2026-11-24T03:00:00Z, to: 2026-11-24T03:10:00Z, reason: patching }]\n");
        all.See("shop", 'F');
        Assert.All(all.Ticks(4), tick => Assert.Equal((0, 1), (tick.Opened, tick.Suppressed)));
    }
}
