using IncidentTools.Engine.Incidents;

namespace IncidentTools.Engine.Tests.Incidents;

public sealed class ClockTests : IDisposable
{
    private readonly IncidentFixture _fixture = new();
    private IncidentService Incidents => _fixture.Incidents;
    public void Dispose() => _fixture.Dispose();

    private string State(string id, string clock) => Incidents.Clocks(Incidents.Get(id)).Single(item => item.Name == clock).State;

    [Fact]
    public void Acknowledging_in_time_is_met_and_late_is_said()
    {
        var quick = _fixture.Declare();
        _fixture.Pass(15);
        Incidents.Acknowledge(quick, null, default);
        var slow = _fixture.Declare();
        Assert.Equal("Running", State(slow, "Acknowledge"));
        _fixture.Pass(16);
        Assert.Equal("Missed", State(slow, "Acknowledge"));
        Incidents.Acknowledge(slow, null, default);
        Assert.Equal(("Met", "MetLate"), (State(quick, "Acknowledge"), State(slow, "Acknowledge")));
    }

    [Fact]
    public void The_update_clock_rolls_from_update_to_update()
    {
        var id = _fixture.Declare();
        _fixture.Pass(31);
        Assert.Equal("Missed", State(id, "Update"));
        _fixture.Store.Append(new(id, [new(new UpdatePosted("customers", null, "s", "b", true))]));
        Assert.Equal(("Running", "Met"), (State(id, "Update"), State(id, "ClientNotice")));
        _fixture.Pass(29);
        Assert.Equal("Running", State(id, "Update"));
        Incidents.Resolve(id, "Fixed", null, null, false, null, default);
        Assert.DoesNotContain(Incidents.Clocks(Incidents.Get(id)), clock => clock.Name == "Update");
    }

    [Fact]
    public void The_review_is_due_by_the_worst_level_and_business_days_count()
    {
        var id = _fixture.Declare(2, 1); // P1, Monday 03:00 UTC
        Incidents.Resolve(id, "Fixed", null, null, false, null, default);
        var review = Incidents.Clocks(Incidents.Get(id)).Single(clock => clock.Name == "Review");
        Assert.Equal(new DateTimeOffset(2026, 11, 27, 16, 0, 0, TimeSpan.Zero), review.DueAt); // Friday 17:00 in Berlin
    }

    [Fact]
    public void A_false_alarm_owes_no_review()
    {
        var id = _fixture.Declare();
        Incidents.Resolve(id, "FalseAlarm", null, null, false, null, default);
        Assert.DoesNotContain(Incidents.Clocks(Incidents.Get(id)), clock => clock.Name == "Review");
        Assert.Equal("Closed", Incidents.Close(id, null, false, null, default).State);
    }

    [Fact]
    public void The_next_step_is_the_most_urgent_and_each_has_a_command()
    {
        var id = _fixture.Declare();
        IReadOnlyList<IncidentNextStep> Steps() => NextSteps.Of(Incidents.Get(id), TestPolicy.Default, _fixture.Time.GetUtcNow(), "ana", []);
        Assert.Equal($"Confirm-Incident {id}", Steps()[0].Command);
        Assert.Contains(Steps(), step => step.Command.Contains("-Role incident-commander", StringComparison.Ordinal));
        Incidents.Acknowledge(id, null, default);
        _fixture.Pass(31);
        Assert.StartsWith("Post an update (overdue)", Steps()[0].What, StringComparison.Ordinal);
        Incidents.Resolve(id, "Fixed", null, null, false, null, default);
        Assert.Contains("-Review", Steps()[0].Command, StringComparison.Ordinal);
        Incidents.Close(id, "learned", false, null, default);
        Assert.Empty(Steps());
    }
}
