using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Incidents;

public sealed class LifecycleTests : IDisposable
{
    private readonly IncidentFixture _fixture = new();
    private IncidentService Incidents => _fixture.Incidents;
    public void Dispose() => _fixture.Dispose();

    private static string Refused(Action action) => Assert.Throws<IncidentToolsException>(action).ErrorId;

    /// <summary>Every state × every command: the state it leads to, or "-" where it is refused.</summary>
    [Theory]
    [InlineData("Open", "Acknowledged", "Resolved", "-", "-", "Open", "Open")]
    [InlineData("Acknowledged", "-", "Resolved", "-", "-", "Acknowledged", "Acknowledged")]
    [InlineData("Resolved", "-", "-", "Acknowledged", "Closed", "-", "-")]
    [InlineData("Closed", "-", "-", "Acknowledged", "-", "-", "-")]
    public void The_state_machine(string state, string acknowledge, string resolve, string reopen, string close, string change, string grade)
    {
        string Try(Func<string, IncidentRow> command)
        {
            var id = _fixture.Declare(3, 3);
            if (state != "Open") Incidents.Acknowledge(id, null, default);
            if (state is "Resolved" or "Closed") Incidents.Resolve(id, "Fixed", null, null, false, null, default);
            if (state == "Closed") Incidents.Close(id, null, false, null, default);
            Assert.Equal(state, Incidents.Get(id).State);
            try { return command(id).State; }
            catch (IncidentToolsException error) when (error.ErrorId == "TransitionRefused")
            {
                Assert.False(string.IsNullOrEmpty(error.RecommendedAction));
                Assert.Equal(state, Incidents.Get(id).State);
                return "-";
            }
        }
        Assert.Equal(acknowledge, Try(id => Incidents.Acknowledge(id, null, default)));
        Assert.Equal(resolve, Try(id => Incidents.Resolve(id, "Fixed", null, null, false, null, default)));
        Assert.Equal(reopen, Try(id => Incidents.Reopen(id, "back", default)));
        Assert.Equal(close, Try(id => Incidents.Close(id, null, false, null, default)));
        Assert.Equal(change, Try(id => Incidents.Correct(id, new IncidentChanged("t", null, null, null, null, null), default)));
        Assert.Equal(grade, Try(id => Incidents.Grade(id, 2, null, null, null, null, false, default)));
    }

    [Fact]
    public void Ids_count_up_and_unknown_ones_are_named()
    {
        Assert.Equal(["INC-1", "INC-2"], new[] { _fixture.Declare(), _fixture.Declare() });
        Assert.Equal("INC-2", Incidents.Get("2").Id);
        Assert.Equal("INC-2", Incidents.Get("inc-2").Id);
        Assert.Equal("IncidentNotFound", Refused(() => Incidents.Get("INC-3")));
        Assert.Equal("IncidentIdInvalid", Refused(() => Incidents.Get("the database is down")));
        Assert.Equal("IncidentIdInvalid", Refused(() => Incidents.Get("INC-0")));
    }

    [Fact]
    public void Two_sessions_that_declare_at_once_get_two_numbers()
    {
        var sessions = new[] { Incidents, _fixture.Open("bo") };
        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 2, session =>
        {
            for (var index = 0; index < 20; index++)
                ids.Add(sessions[session].Declare(new DeclareRequest($"{session}-{index}", "availability", [], 2, 2, [], null, null, null, null, null)).Row.Id);
        });
        Assert.Equal(40, ids.Distinct().Count());
    }

    [Fact]
    public void The_same_key_declares_once()
    {
        var first = _fixture.Declare(key: "alert-7");
        Assert.Equal(first, _fixture.Declare(key: "alert-7"));
        Assert.Equal("IdempotencyKeyReused", Refused(() => _fixture.Declare(key: "alert-7", title: "Something else")));
        Assert.Single(Incidents.Query(new ProjectionQuery()));
    }

    [Fact]
    public void A_downgrade_needs_a_reason_and_stability_and_the_review_follows_the_highest_level()
    {
        var id = _fixture.Declare(1, 1);
        Assert.Equal("DowngradeNeedsReason", Refused(() => Incidents.Grade(id, 3, 3, null, null, null, false, default)));
        Assert.Equal("NotStableYet", Refused(() => Incidents.Grade(id, 3, 3, null, null, "quiet", false, default)));
        _fixture.Pass(31);
        var row = Incidents.Grade(id, 3, 3, null, null, "quiet for half an hour", false, default);
        Assert.Equal(("P4", "P0"), (row.Severity.Level, row.Highest));
        Incidents.Resolve(id, "Fixed", "restarted", null, false, null, default);
        Assert.Equal("ReviewOwed", Refused(() => Incidents.Close(id, null, false, null, default)));
        Assert.Equal("ForceNeedsReason", Refused(() => Incidents.Close(id, null, true, null, default)));
        Assert.Equal("Closed", Incidents.Close(id, "We had no alert on the pool size.", false, null, default).State);
        Assert.NotNull(Incidents.Get(id).ReviewedAt);
    }

    [Fact]
    public void A_level_by_hand_needs_a_reason_and_keeps_what_the_policy_said()
    {
        var id = _fixture.Declare(2, 2);
        Assert.Equal("OverrideNeedsReason", Refused(() => Incidents.Grade(id, null, null, null, "P0", null, false, default)));
        var row = Incidents.Grade(id, null, null, null, "P0", "the board is watching", false, default);
        Assert.Equal(("P0", "P2"), (row.Severity.Level, row.Severity.Matrix));
        Assert.Contains(row.Severity.Reasons, reason => reason.Contains("the board", StringComparison.Ordinal));
    }

    [Fact]
    public void Resolving_waits_until_the_mitigation_has_held()
    {
        var id = _fixture.Declare();
        _fixture.Pass(10);
        Incidents.Correct(id, new IncidentChanged(null, null, null, null, null, _fixture.Time.GetUtcNow()), default);
        _fixture.Pass(5);
        Assert.Equal("NotStableYet", Refused(() => Incidents.Resolve(id, "Fixed", null, null, false, null, default)));
        Assert.Equal("ForceNeedsReason", Refused(() => Incidents.Resolve(id, "Fixed", null, null, true, null, default)));
        Assert.Equal("Resolved", Incidents.Resolve(id, "Fixed", null, null, true, "drill", default).State);
    }

    [Fact]
    public void Roles_are_assigned_handed_over_and_given_up()
    {
        var id = _fixture.Declare();
        Assert.Equal("RoleUnknown", Refused(() => Incidents.Assign(id, "incident-comander", "ana", null, default)));
        Incidents.Assign(id, "incident-commander", "ana", null, default);
        Incidents.Assign(id, "incident-commander", "bo", "two tasks open", default);
        Assert.Equal("bo", Incidents.Get(id).Roles["incident-commander"]);
        Incidents.Assign(id, "incident-commander", null, null, default);
        Assert.Empty(Incidents.Get(id).Roles);
        Assert.Contains(Incidents.Timeline(id, all: true), line => line.Text == "incident-commander handed over from ana to bo: two tasks open");
    }

    [Fact]
    public void Nothing_happens_in_the_future_and_what_is_told_late_says_so()
    {
        var id = _fixture.Declare();
        var now = _fixture.Time.GetUtcNow();
        Assert.Equal("TimeInFuture", Refused(() => Incidents.Note(id, "note", "x", new EntryTags(now.AddHours(1)))));
        Incidents.Note(id, "finding", "pool full", new EntryTags(now.AddMinutes(-20)));
        var line = Incidents.Timeline(id, all: true).Last();
        Assert.Equal((true, "Finding: pool full", now.AddMinutes(-20)), (line.Recorded, line.Text, line.OccurredAt));
    }

    [Fact]
    public void A_command_repeated_with_its_key_is_done_once()
    {
        var id = _fixture.Declare();
        Incidents.Acknowledge(id, null, new EntryTags(Key: "k"));
        Incidents.Acknowledge(id, null, new EntryTags(Key: "k"));
        Assert.Equal(2, _fixture.Store.Read(id).Count());
    }

    [Fact]
    public void An_incident_is_not_its_own_duplicate()
    {
        var id = _fixture.Declare();
        Assert.Equal("IncidentIsItself", Refused(() => Incidents.Resolve(id, "Duplicate", null, id, false, null, default)));
        Assert.Equal("IncidentNotFound", Refused(() => Incidents.Resolve(id, "Duplicate", null, "INC-9", false, null, default)));
        var other = _fixture.Declare();
        Assert.Equal(id, Incidents.Resolve(other, "Duplicate", null, id, false, null, default).Parent);
    }

    [Fact]
    public void A_new_grade_and_a_correction_are_written_together_or_not_at_all()
    {
        var id = _fixture.Declare(2, 2);
        var worse = new GradeRequest(1, 1, null, null, null, false);
        var later = new IncidentChanged("Shop and till are down", null, null, null, _fixture.Time.GetUtcNow().AddHours(1), null);
        Assert.Equal("TimeInFuture", Refused(() => Incidents.Set(id, worse, later, default)));
        Assert.Equal(1, _fixture.Store.Head(id).Seq);
        var row = Incidents.Set(id, worse, later with { OnsetAt = null }, new EntryTags(Key: "once"));
        Assert.Equal(("Shop and till are down", 1, 1), (row.Title, row.Severity.Impact, row.Severity.Urgency));
        Incidents.Set(id, worse, later with { OnsetAt = null }, new EntryTags(Key: "once"));
        Assert.Equal(["incident.declared", "severity.changed", "incident.changed"], _fixture.Store.Read(id).Select(entry => entry.Type));
        Assert.Single(_fixture.Store.Read(id, 2).Select(entry => entry.RecordedAt).Distinct());
    }

    [Fact]
    public void Rebuilt_is_stored()
    {
        var id = _fixture.Declare();
        Incidents.Acknowledge(id, "mine", default);
        Incidents.Assign(id, "scribe", "bo", null, default);
        Incidents.Grade(id, 2, 1, null, null, "only half the users", true, default);
        Incidents.Resolve(id, "Fixed", "done", null, false, null, default);
        Incidents.Reopen(id, "back", default);
        Assert.Empty(_fixture.Store.ProjectionDifferences());
    }

    [Fact]
    public void What_comes_back_after_the_window_is_another_incident_unless_somebody_says_why_not()
    {
        var id = _fixture.Declare();
        Incidents.Resolve(id, "Fixed", "restarted", null, true, "now", default);
        _fixture.Pass(24 * 60 + 1);
        var refused = Assert.Throws<IncidentToolsException>(() => Incidents.Reopen(id, "back", default));
        Assert.Equal("ReopenWindowPassed", refused.ErrorId);
        Assert.Equal("ForceNeedsReason", Assert.Throws<IncidentToolsException>(() => Incidents.Reopen(id, null, default, force: true)).ErrorId);
        // it came back in time and is only recorded late
        Assert.Equal("Open", Incidents.Reopen(id, "back", new EntryTags(_fixture.Time.GetUtcNow().AddHours(-2))).State);
        Incidents.Resolve(id, "Fixed", "restarted", null, true, "now", default);
        _fixture.Pass(24 * 60 + 1);
        Assert.Equal("Open", Incidents.Reopen(id, "the same pool", default, force: true).State);
    }
}
