using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>Deadlines that laws and contracts set. Data, reviewed by somebody who may give legal advice; the engine only counts.</summary>
public sealed record ClockTable(DateOnly LastReviewed, TimeSpan ReviewEvery, IReadOnlyList<ClockRule> Rules);

/// <param name="Watch">Where it may come to apply: it stands in view from the suspicion on.</param>
/// <param name="Start">Where it begins by itself; none = somebody starts it, at the event's own time.</param>
/// <param name="Event">What its time is counted from, in words.</param>
public sealed record ClockRule(
    string Id, string Title, string Law, string Recipient, bool Enabled, IReadOnlyList<AppliesWhen> Watch, IReadOnlyList<AppliesWhen> Start, string Event, ClockLimit Limit, string Source, DateOnly LastReviewed);

/// <param name="Within">Elapsed time, weekends and nights included; null = <paramref name="BusinessDays"/> of <paramref name="Calendar"/>.</param>
public sealed record ClockLimit(TimeSpan? Within, int BusinessDays, BusinessCalendar? Calendar);

/// <summary>clocks.yaml: its shape, and its plain data as a <see cref="ClockTable"/>.</summary>
internal static class ClocksFile
{
    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public static readonly ObjectShape Shape = new("clocks.yaml",
        Required("schema", OneOf("incidenttools/clocks/v1"), "the format"),
        Required("lastReviewed", Shapes.Date, "when somebody last held it against the law and the contracts"),
        Optional("reviewEvery", Shapes.Duration with { Min = 1 }, "how long that holds", TimeSpan.FromDays(180)),
        Optional("calendars", new MapShape(new ObjectShape("a calendar",
            Required("timeZone", new ScalarShape(ScalarKind.TimeZone), "IANA zone in which its days begin and end"),
            Optional("days", ListOf(OneOf(Days)) with { MinItems = 1 }, "working days; else Monday to Friday"),
            Required("closes", new ScalarShape(ScalarKind.TimeOfDay), "until when a day counts as kept"),
            Required("until", Shapes.Date, "the last day for which its holidays are written down"),
            Optional("holidays", ListOf(Shapes.Date), "days that do not count"))) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "business days of a jurisdiction"),
        Required("clocks", new MapShape(new ObjectShape("a clock",
            Required("title", Text with { Min = 1 }, "what is owed, as a task"),
            Required("law", Text with { Min = 1 }, "the rule it comes from"),
            Required("recipient", Text with { Min = 1 }, "who is told"),
            Optional("enabled", Bool, "whether it can apply to this organisation", true),
            Required("watch", ListOf(ChecklistFile.Applies, allowSingle: true) with { MinItems = 1 }, "where it may come to apply, any of them"),
            Optional("start", ListOf(ChecklistFile.Applies, allowSingle: true) with { MinItems = 1 }, "where it begins by itself, any of them; else somebody starts it"),
            Required("event", Text with { Min = 1 }, "what its time is counted from"),
            Optional("within", Shapes.Duration with { Min = 1 }, "how long, weekends and nights included"),
            Optional("businessDays", Int with { Min = 1, Max = 365 }, "or how many business days after the day of the event"),
            Optional("calendar", Slug, "the calendar of those"),
            Required("source", Text with { Min = 1 }, "where that can be read"),
            Optional("lastReviewed", Shapes.Date, "of this one; else that of the file"))) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "deadlines by name"));

    /// <summary>What the shape cannot see.</summary>
    /// <param name="today">Null = dates are not looked at.</param>
    public static void Check(PlainMap file, PlainMap? policy, DateOnly? today, DiagnosticBag bag)
    {
        var calendars = file.Map("calendars");
        foreach (var (id, clock) in file.Map("clocks").Maps())
        {
            if (clock.IsWritten("within") == clock.IsWritten("businessDays")) bag.Error("IT2041", clock.Span, $"clocks.{id}", "give either within or businessDays");
            if (clock.IsWritten("businessDays") && !clock.IsWritten("calendar")) bag.Error("IT2042", clock.At("businessDays"), $"clocks.{id}.businessDays", "business days need a calendar", "Add calendar: with the name of one that stands under calendars.");
            if (clock.TextOrNull("calendar") is { } name && !calendars.ContainsKey(name)) bag.Error("IT3062", clock.At("calendar"), $"clocks.{id}.calendar", $"there is no calendar '{name}'", Nearest.Hint(name, calendars.Keys));
            foreach (var applies in clock.List("watch").Concat(clock.List("start")).OfType<PlainMap>()) ChecklistFile.CheckApplies(applies, policy, $"clocks.{id}", bag);
        }
        if (today is not { } day) return;
        var every = (TimeSpan)file.Get("reviewEvery")!;
        foreach (var (id, clock) in file.Map("clocks").Maps().Where(pair => pair.Value.Flag("enabled")))
            if (Reviewed(file, clock).AddDays((int)Math.Min(every.TotalDays, 36500)) < day)
                bag.Warning("IT4030", clock.At("lastReviewed"), $"clocks.{id}.lastReviewed", $"its review is overdue since {Reviewed(file, clock).AddDays((int)every.TotalDays):yyyy-MM-dd}", "Have it held against the law or the contract as it is now, then write that day into lastReviewed.");
        foreach (var (id, calendar) in calendars.Maps())
            if ((DateOnly)calendar.Get("until")! < day.AddDays(60)) bag.Warning("IT4031", calendar.At("until"), $"calendars.{id}.until", $"its holidays are written down only until {calendar.Get("until"):yyyy-MM-dd}", "Add those of the years after, and move until.");
    }

    public static ClockTable Bind(PlainMap file)
    {
        var calendars = file.Map("calendars").Maps().ToDictionary(pair => pair.Key, pair => Calendar(pair.Value), StringComparer.Ordinal);
        return new ClockTable((DateOnly)file.Get("lastReviewed")!, (TimeSpan)file.Get("reviewEvery")!, [.. file.Map("clocks").Maps().Select(pair => new ClockRule(
            pair.Key, pair.Value.Text("title"), pair.Value.Text("law"), pair.Value.Text("recipient"), pair.Value.Flag("enabled"), ChecklistFile.AppliesOf(pair.Value.List("watch")), ChecklistFile.AppliesOf(pair.Value.List("start")), pair.Value.Text("event"),
            new ClockLimit(pair.Value.Get("within") as TimeSpan?, (int)(pair.Value.Get("businessDays") as long? ?? 0), pair.Value.TextOrNull("calendar") is { } name ? calendars[name] : null), pair.Value.Text("source"), Reviewed(file, pair.Value)))]);
    }

    private static DateOnly Reviewed(PlainMap file, PlainMap clock) => clock.Get("lastReviewed") as DateOnly? ?? (DateOnly)file.Get("lastReviewed")!;

    private static BusinessCalendar Calendar(PlainMap map) => new(
        map.Text("timeZone"), map.List("days").Count == 0 ? [1, 2, 3, 4, 5] : [.. map.Texts("days").Select(day => Array.IndexOf(Days, day) + 1)], TimeOnly.MinValue, (TimeOnly)map.Get("closes")!, [.. map.List("holidays").OfType<DateOnly>()]);
}
