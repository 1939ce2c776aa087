using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Incidents;

/// <summary>Which deadlines of clocks.yaml an incident brings into view, and which it starts. Pure. None is ever taken back by what becomes known later: somebody says that it is not required.</summary>
public static class StatutoryClocks
{
    /// <summary>Shares of the time after which somebody is reminded.</summary>
    private static readonly double[] Warnings = [0.5, 0.75, 0.9];

    /// <param name="known">Clocks that the incident has already.</param>
    /// <param name="at">When what brings them became known.</param>
    public static IEnumerable<IEntryData> Of(ClockTable table, IReadOnlyList<OwnClock> known, string @class, IReadOnlyList<string> conditions, string level, DateTimeOffset at)
    {
        foreach (var rule in table.Rules.Where(rule => rule.Enabled))
        {
            var own = known.FirstOrDefault(clock => clock.Name == rule.Id);
            bool Fits(IReadOnlyList<AppliesWhen> applies) => applies.Any(one => one.Fits(@class, conditions, level));
            if (own is null or { From: null, IsSettled: false } && Fits(rule.Start)) yield return Start(rule, at, null);
            else if (own is null && Fits(rule.Watch)) yield return new ClockWatched(rule.Id, rule.Title, rule.Law, rule.Recipient);
        }
    }

    public static ClockStarted Start(ClockRule rule, DateTimeOffset from, string? note)
    {
        var due = Due(rule.Limit, from);
        return new ClockStarted(rule.Id, rule.Title, from, due, [.. Warnings.Select(share => (due - from) * (1 - share))]) { Law = rule.Law, Recipient = rule.Recipient, Note = note };
    }

    /// <summary>Elapsed time counts nights, weekends and the hour that a clock change adds or takes: instants do not know them. Business days begin with the day after the event.</summary>
    public static DateTimeOffset Due(ClockLimit limit, DateTimeOffset from) => limit.Within is { } within ? from + within : new BusinessTime(limit.Calendar!).EndOfDay(from, limit.BusinessDays);
}
