using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Tests.Incidents;

/// <summary>Deadlines of laws and contracts: how they are counted, what brings them into view, and that none is forgotten.</summary>
public class StatutoryClockTests
{
    private static readonly LoadedWorkspace Workspace = WorkspaceLoader.Load(new WorkspaceLocation(Path.Combine(RepoRoot.Require(), "runbooks"), "shipped", true));
    private static readonly ClockTable Shipped = Workspace.Clocks!;

    [Theory]
    // 72 hours over a weekend in which Europe sets its clocks back, and over one in which it sets them forward: elapsed time knows neither
    [InlineData("gdpr-authority", "2026-10-23T22:30Z", "2026-10-26T22:30Z")]
    [InlineData("gdpr-authority", "2027-03-26T10:00+01:00", "2027-03-29T11:00+02:00")]
    [InlineData("tenant-notice", "2026-11-28T01:15Z", "2026-11-29T01:15Z")]
    [InlineData("california", "2027-01-31T09:00Z", "2027-03-02T09:00Z")]
    [InlineData("tennessee", "2026-11-24T12:00Z", "2027-01-08T12:00Z")]
    // Friday, then Mon Tue Wed, Thanksgiving, Fri 17:30 in New York
    [InlineData("sec-8k", "2026-11-20T15:00-05:00", "2026-11-27T22:30Z")]
    // late on the Friday there is Saturday in UTC already: the day of the event is the Friday
    [InlineData("sec-8k", "2026-11-21T04:59Z", "2026-11-27T22:30Z")]
    [InlineData("sec-8k", "2026-12-23T20:00Z", "2026-12-30T22:30Z")]
    // the clocks go forward on the Sunday between: 17:30 there is an hour earlier in UTC
    [InlineData("sec-8k", "2027-03-11T12:00Z", "2027-03-17T21:30Z")]
    public void A_deadline_is_counted_as_its_rule_says(string clock, string from, string due) =>
        Assert.Equal(Time(due), StatutoryClocks.Due(Shipped.Rules.First(rule => rule.Id == clock).Limit, Time(from)));

    [Fact]
    public void Every_rule_that_ships_says_where_it_comes_from_and_only_few_are_on()
    {
        Assert.All(Shipped.Rules, rule => Assert.True(rule.Law.Length > 0 && rule.Source.Length > 0 && rule.Recipient.Length > 0, rule.Id));
        Assert.Equal(["tenant-notice", "insurer", "gdpr-authority", "gdpr-controller", "gdpr-individuals", "tennessee"], Shipped.Rules.Where(rule => rule.Enabled).Select(rule => rule.Id));
    }

    [Fact]
    public void A_suspicion_brings_clocks_into_view_certainty_starts_them_and_nothing_takes_them_back()
    {
        using var fixture = new Fixture();
        var id = fixture.Declare("security");
        Assert.Equal("Watch", fixture.Clock(id, "gdpr-authority").State);
        Assert.Null(fixture.Clock(id, "gdpr-authority").DueAt);
        fixture.Time.Advance(TimeSpan.FromHours(5));
        var aware = fixture.Time.GetUtcNow();
        fixture.Incidents.Set(id, new GradeRequest(null, null, ["personal-data-exposed"], null, null, false), null, default);
        Assert.Equal(("Running", aware.AddHours(72)), (fixture.Clock(id, "gdpr-authority").State, fixture.Clock(id, "gdpr-authority").DueAt));
        Assert.Equal("Watch", fixture.Clock(id, "gdpr-individuals").State);
        // what is found to be wrong later takes nothing back: somebody must say so
        fixture.Incidents.Set(id, new GradeRequest(null, null, [], null, "it was test data", true), new IncidentChanged(null, "availability", null, null, null, null), default);
        Assert.Equal(("Running", "Watch"), (fixture.Clock(id, "gdpr-authority").State, fixture.Clock(id, "gdpr-individuals").State));
        Assert.Equal("ClockWaiverIncomplete", Assert.Throws<IncidentToolsException>(() => fixture.Incidents.WaiveClock(id, "gdpr-authority", "test data", null, default)).ErrorId);
        fixture.Incidents.WaiveClock(id, "gdpr-authority", "test data", "pia", default);
        Assert.Equal(("NotRequired", null), (fixture.Clock(id, "gdpr-authority").State, fixture.Clock(id, "gdpr-authority").Left));
        Assert.Contains(fixture.Store.Read(id), entry => entry.Data is ClockWaived { Approver: "pia" });
    }

    [Theory]
    [InlineData(35, false, null)]
    [InlineData(37, true, "(50 % of the time is used)")]
    [InlineData(55, true, "(75 % of the time is used)")]
    [InlineData(66, true, "(90 % of the time is used)")]
    [InlineData(80, false, "(overdue)")]
    public void Half_three_quarters_and_nine_tenths_of_its_time_are_told(int hours, bool urgent, string? said)
    {
        using var fixture = new Fixture();
        var id = fixture.Declare("security", "personal-data-exposed");
        fixture.Time.Advance(TimeSpan.FromHours(hours));
        Assert.Equal(urgent || hours > 72, fixture.Clock(id, "gdpr-authority").Urgent);
        var step = NextSteps.Of(fixture.Incidents.Get(id), Workspace.Policy, fixture.Time.GetUtcNow(), "ana", []).Single(item => item.Command.Contains("-ClockMet gdpr-authority", StringComparison.Ordinal));
        Assert.Equal("Notify the supervisory authority, or record why there is no risk" + (said is null ? "" : " " + said), step.What);
    }

    [Fact]
    public void By_hand_a_clock_starts_at_the_moment_of_its_event_once_and_anew_only_for_another_moment()
    {
        using var fixture = new Fixture();
        var id = fixture.Declare("availability");
        var at = fixture.Time.GetUtcNow().AddHours(-2);
        fixture.Incidents.StartClock(id, "sec-8k", "found material", new EntryTags(at));
        fixture.Incidents.StartClock(id, "sec-8k", "found material", new EntryTags(at));
        fixture.Incidents.StartClock(id, "sec-8k", null, default);
        Assert.Single(fixture.Store.Read(id), entry => entry.Data is ClockStarted);
        fixture.Incidents.StartClock(id, "sec-8k", "it was earlier", new EntryTags(at.AddDays(-1)));
        Assert.Equal(at.AddDays(-1), fixture.Clock(id, "sec-8k").StartedAt);
        fixture.Incidents.MeetClock(id, "sec-8k", "filed", "0001193125-26-1", default);
        Assert.Equal("Met", fixture.Clock(id, "sec-8k").State);
        Assert.Contains("'sec-8k'", Assert.Throws<IncidentToolsException>(() => fixture.Incidents.StartClock(id, "sec-8", null, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_incident_is_not_closed_over_a_clock_that_runs()
    {
        using var fixture = new Fixture();
        var id = fixture.Declare("security", "personal-data-exposed");
        fixture.Incidents.Resolve(id, "Fixed", "done", null, true, "now", default);
        Assert.Equal("ClockStillRuns", Assert.Throws<IncidentToolsException>(() => fixture.Incidents.Close(id, "learned", false, null, default)).ErrorId);
        foreach (var clock in fixture.Incidents.Get(id).Clocks.Where(clock => clock.Runs)) fixture.Incidents.MeetClock(id, clock.Name, null, "MSG-1", default);
        Assert.Equal("Closed", fixture.Incidents.Close(id, "learned", false, null, default).State);
    }

    [Fact]
    public void A_table_that_nobody_reviewed_or_whose_holidays_end_is_a_finding_and_so_is_what_does_not_fit()
    {
        using var folder = new TempFolder();
        var shipped = Path.Combine(RepoRoot.Require(), "runbooks");
        foreach (var file in new[] { "incidenttools.yaml", "policy.yaml", "clocks.yaml" }) File.Copy(Path.Combine(shipped, file), Path.Combine(folder.Path, file));
        IReadOnlyList<Diagnostic> Findings(string day) => WorkspaceLoader.Inspect(new WorkspaceLocation(folder.Path, "parameter", true), DateOnly.Parse(day, CultureInfo.InvariantCulture)).Findings;
        Assert.Empty(Findings("2027-05-01"));
        Assert.All(Findings("2027-05-24"), finding => Assert.Equal(("IT4030", DiagnosticSeverity.Warning), (finding.Code, finding.Severity)));
        Assert.Equal(6, Findings("2027-05-24").Count);
        Assert.Contains(Findings("2027-12-01"), finding => finding.Code == "IT4031");
        var path = Path.Combine(folder.Path, "clocks.yaml");
        File.WriteAllText(path, File.ReadAllText(path).Replace("calendar: us-federal", "calendar: us-federl", StringComparison.Ordinal).Replace("within: 45d", "within: 45d\n    businessDays: 3", StringComparison.Ordinal)
            .Replace("watch: { conditions: [personal-data-exposed] }\n    event: the risk", "watch: { conditions: [personal-data-expose] }\n    event: the risk", StringComparison.Ordinal));
        Assert.Equal(["IT2041", "IT2042", "IT3061", "IT3062"], Findings("2026-12-01").Select(finding => finding.Code).Order(StringComparer.Ordinal));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Fixture : IDisposable
    {
        private readonly IncidentFixture _inner = new();
        public Fixture() => Incidents = new IncidentService(new IncidentJournal(_inner.Store), () => Workspace.Policy, _inner.Time, () => Shipped);
        public IncidentService Incidents { get; }
        public Microsoft.Extensions.Time.Testing.FakeTimeProvider Time => _inner.Time;
        public Engine.Journal.Sqlite.SqliteStore Store => _inner.Store;
        public IncidentClock Clock(string id, string name) => Incidents.Clocks(Incidents.Get(id)).Single(clock => clock.Name == name);
        public string Declare(string @class, params string[] conditions) => Incidents.Declare(new DeclareRequest("Data is out", @class, ["shop"], 1, 1, conditions, null, null, null, null, null)).Row.Id;
        public void Dispose() => _inner.Dispose();
    }
}
