using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Tests.Incidents;

/// <summary>A policy made by hand, so that these tests need no files.</summary>
internal static class TestPolicy
{
    private static SeverityTargets Level(string level, string duty, Target? ack, Target? update, Target? client, Target? resolve, Target? review) => new(level, level, level, ack, null, update, client, resolve, review, duty);
    private static Target Minutes(int minutes) => new(TimeSpan.FromMinutes(minutes));
    private static Target Days(int days) => new(TimeSpan.Zero, true, days);

    public static Policy Default { get; } = new()
    {
        Name = "Test policy", Hash = "hash",
        Matrix = (from impact in new[] { 1, 2, 3 } from urgency in new[] { 1, 2, 3 } select (impact, urgency)).ToDictionary(cell => $"{cell.impact},{cell.urgency}", cell => $"P{cell.impact + cell.urgency - 2}"),
        Floors =
        [
            new("isolation", "floor", "P0", "Isolation broken", ""), new("corruption", "floor", "P1", "Corruption", ""), new("redundancy", "floor", "P2", "Redundancy lost", ""),
            new("active", "raise", "P1", "Actor active", ""), new("staging", "cap", "P2", "Non-production", ""),
        ],
        Targets = new[]
        {
            Level("P0", "mandatory", Minutes(15), Minutes(30), Minutes(60), Minutes(240), new Target(TimeSpan.FromHours(48))), Level("P1", "mandatory", Minutes(30), Minutes(60), Minutes(60), Minutes(480), Days(5)),
            Level("P2", "recommended", Minutes(120), Minutes(240), null, Minutes(2880), Days(10)), Level("P3", "optional", Days(1), null, null, null, null), Level("P4", "optional", Days(3), null, null, null, null),
        }.ToDictionary(targets => targets.Level),
        Calendar = new BusinessCalendar("Europe/Berlin", [1, 2, 3, 4, 5], new TimeOnly(9, 0), new TimeOnly(17, 0), [new DateOnly(2026, 12, 25)]),
        Roles = [new("incident-commander", "Incident commander", "", ["P0", "P1"]), new("scribe", "Scribe", "", ["P0"])],
        Approval = new ApprovalPolicy(new Dictionary<string, ApprovalRule>(), new SoleOperatorRule(true, true)),
        Channels = new Dictionary<string, ChannelDefinition>(), Audiences = new Dictionary<string, IReadOnlyList<string>>(),
        StabilityWindow = TimeSpan.FromMinutes(30), ReopenWindow = TimeSpan.FromHours(24),
    };
}
