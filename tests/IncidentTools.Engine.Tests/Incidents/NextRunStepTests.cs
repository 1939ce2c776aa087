using IncidentTools.Engine.Incidents;

namespace IncidentTools.Engine.Tests.Incidents;

/// <summary>What runs ask for, among all that is owed.</summary>
public sealed class NextRunStepTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);

    private static RunFact Fact(string state, string? reason = null, DateTimeOffset? due = null, string? command = null, string? holder = null, string run = "R-1") => new(
        new RunbookRun { Run = run, Runbook = "outage", Version = "1.0.0", Title = "Outage", State = state, WaitReason = reason, Step = "restart", DueAt = due, StartedAt = Now, StartedBy = "ana", Holder = holder, ExitCode = 3 },
        new RunbookStep { Run = run, Runbook = "outage", Step = "restart", Number = 1, Phase = "resolve", Title = "Restart", Uses = "manual", State = state, WaitReason = reason, Prompt = "Restart it", Command = command });

    [Fact]
    public void Doubt_comes_before_approvals_and_each_has_its_command()
    {
        var steps = NextSteps.Of([Fact("Waiting", "Answer", command: "Complete-RunbookStep -Run R-1 -Step restart"), Fact("Waiting", "Approval", Now.AddMinutes(5), "Approve-RunbookStep -Run R-2 -Step restart", run: "R-2"), Fact("Waiting", "InDoubt", command: "Resolve-RunbookStep -Run R-3", run: "R-3")], Now);
        Assert.Equal(["Resolve-RunbookStep -Run R-3", "Approve-RunbookStep -Run R-2 -Step restart", "Complete-RunbookStep -Run R-1 -Step restart"], steps.Select(step => step.Command));
        Assert.Equal([1, 2, 3], steps.Select(step => step.Priority));
        Assert.All(steps, step => Assert.Null(step.Incident));
        Assert.Contains("Restart it", steps[0].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Waiting", "Answer", "Resume-RunbookRun R-1", null, "was answered")]      // somebody answered
    [InlineData("Waiting", "Approval", "Approve-RunbookStep", -1, "the time")]             // expired: it has to be looked at
    [InlineData("Waiting", "Timer", "Resume-RunbookRun R-1", -1, "the time")]
    [InlineData("Running", null, null, null, "nobody drives it")]                          // its runner died
    public void A_run_that_could_go_on_is_to_be_resumed(string state, string? reason, string? command, int? due, string what)
    {
        var step = Assert.Single(NextSteps.Of([Fact(state, reason, due is { } minutes ? Now.AddMinutes(minutes) : null, command)], Now));
        Assert.Equal("Resume-RunbookRun R-1", step.Command);
        Assert.Contains(what, step.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_owed_for_a_run_that_is_driven_waits_for_time_or_has_ended() =>
        Assert.Empty(NextSteps.Of([Fact("Running", holder: "ana@host"), Fact("Waiting", "Timer", Now.AddMinutes(1), "Resume-RunbookRun R-1"), Fact("Succeeded"), Fact("Failed")], Now));

    [Fact]
    public void A_run_whose_runbook_cannot_be_read_is_listed_all_the_same()
    {
        var step = Assert.Single(NextSteps.Of([Fact("Waiting", "InDoubt") with { At = null }], Now));
        Assert.Equal("Get-RunbookStep -Run R-1", step.Command);
    }

    [Fact]
    public void An_incident_with_a_runbook_and_no_run_is_told_to_run_it_once()
    {
        using var fixture = new IncidentFixture();
        var id = fixture.Declare();
        var row = fixture.Incidents.Get(id) with { Runbook = "outage" };
        IReadOnlyList<string> Commands(IncidentRow of, params RunFact[] runs) => [.. NextSteps.Of(of, TestPolicy.Default, Now, "ana", runs).Select(step => step.Command)];
        Assert.Contains("Invoke-Runbook -Incident INC-1", Commands(row));
        Assert.DoesNotContain("Invoke-Runbook -Incident INC-1", Commands(row, Fact("Failed")));
        Assert.DoesNotContain("Invoke-Runbook -Incident INC-1", Commands(row with { Runbook = null }));
        Assert.DoesNotContain("Invoke-Runbook -Incident INC-1", Commands(row with { State = "Resolved" }));
        Assert.Equal("Resolve-RunbookStep x", Commands(row, Fact("Waiting", "InDoubt", command: "Resolve-RunbookStep x"))[0]);
    }
}
