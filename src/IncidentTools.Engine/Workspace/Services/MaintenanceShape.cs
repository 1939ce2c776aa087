using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary>When something is expected to be down: once, or every week by the clock on the wall.</summary>
/// <param name="Days">ISO weekdays on which it begins, Monday = 1; empty = once, from <paramref name="From"/> to <paramref name="To"/>.</param>
/// <param name="Begins">Time of day; <paramref name="Ends"/> at or before it is on the next day.</param>
/// <param name="Zone">IANA zone of the wall clock; null = the policy's.</param>
public sealed record MaintenanceWindow(DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<int> Days, TimeOnly Begins, TimeOnly Ends, string? Zone, string Reason);

/// <summary><c>maintenance:</c> of a service, and of the policy for all services.</summary>
internal static class MaintenanceShape
{
    private static readonly string[] Weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    // a text, because a run stores the whole record of its service
    private static readonly ScalarShape Clock = Text with { Pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", Expected = "a time of day like 02:00" };

    public static readonly ListShape Shape = ListOf(new ObjectShape("a maintenance window",
        Optional("from", Shapes.DateTime, "when it begins, once"),
        Optional("to", Shapes.DateTime, "when it ends"),
        Optional("weekly", new ObjectShape("weekly",
            Required("days", ListOf(OneOf(Weekdays), allowSingle: true) with { MinItems = 1 }, "days on which it begins"),
            Required("from", Clock, "time of day at which it begins"),
            Required("to", Clock, "time of day at which it ends; not after from = on the next day")), "every week, by the clock on the wall"),
        Optional("zone", new ScalarShape(ScalarKind.TimeZone), "IANA zone of the wall clock; default that of the policy's calendar"),
        Required("reason", Text, "why")));

    /// <summary>Once or weekly, and not backwards.</summary>
    public static void Check(PlainList windows, string path, DiagnosticBag bag)
    {
        foreach (var (window, index) in windows.OfType<PlainMap>().Select((window, index) => (window, index)))
        {
            var (once, weekly) = (window.IsWritten("from") || window.IsWritten("to"), window.IsWritten("weekly"));
            if (once == weekly || (once && !(window.IsWritten("from") && window.IsWritten("to")))) bag.Error("IT2008", window.Span, $"{path}[{index}]", "give either from and to, or weekly");
            else if (window.Get("from") is DateTimeOffset from && window.Get("to") is DateTimeOffset to && to <= from) bag.Error("IT3043", window.At("to"), $"{path}[{index}].to", "it ends before it begins");
        }
    }

    public static IReadOnlyList<MaintenanceWindow> Bind(IEnumerable<object?> windows) => [.. windows.OfType<PlainMap>().Select(window => window.MapOrNull("weekly") is { } weekly
        ? new MaintenanceWindow(null, null, [.. weekly.Texts("days").Select(day => Array.IndexOf(Weekdays, day) + 1)], Time(weekly.Text("from")), Time(weekly.Text("to")), window.TextOrNull("zone"), window.Text("reason"))
        : new MaintenanceWindow(window.Get("from") as DateTimeOffset?, window.Get("to") as DateTimeOffset?, [], default, default, window.TextOrNull("zone"), window.Text("reason")))];

    private static TimeOnly Time(string text) => TimeOnly.ParseExact(text, "HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
