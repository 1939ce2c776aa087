using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class AttemptRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 3, 0, 0, TimeSpan.Zero);
    private static readonly StepDefinition Step = RunFixture.Step("a") with { Attempts = 3, Retry = new(TimeSpan.FromSeconds(2), 2, TimeSpan.FromSeconds(30), 0) };

    private static StepInstance Instance(int used) => new("/a#1", "a", 1, Now) { Attempt = used, Used = used };

    private static string Attempt(StepDefinition step, int used, ActionOutcome outcome, string? error = null) =>
        AttemptRules.AfterAttempt("r1", step, Instance(used), new ActionResult(outcome, "") { Error = error }, 0.5, Now) switch
        {
            StepFinished finished => finished.State,
            StepAttempted { RetryAt: { } at } => $"again in {(at - Now).TotalSeconds}",
            StepAttempted attempted => attempted.Outcome,
            var other => other.GetType().Name,
        };

    private static string Check(StepDefinition step, int used, CheckState state, int minutesLater = 0) =>
        AttemptRules.AfterCheck("r1", step, Instance(used), new CheckResult(state, ""), "check", "w1", Now.AddMinutes(minutesLater)) switch
        {
            StepFinished finished => $"{finished.State} by {finished.SettledBy}",
            StepAttempted attempted => attempted.Outcome,
            WaitOpened wait => wait.Kind,
            var other => other.GetType().Name,
        };

    [Fact]
    public void A_failed_attempt_is_tried_again_until_all_are_used()
    {
        Assert.Equal(["again in 2", "again in 4", "Failed"], Enumerable.Range(1, 3).Select(used => Attempt(Step, used, ActionOutcome.Failed)));
        Assert.Equal("Succeeded", Attempt(Step, 3, ActionOutcome.Succeeded));
    }

    [Theory]
    [InlineData("Rejected"), InlineData("Cancelled"), InlineData("ExpressionFailed"), InlineData("ArgumentInvalid")]
    public void What_another_attempt_would_only_repeat_is_final(string error) => Assert.Equal("Failed", Attempt(Step, 1, ActionOutcome.Failed, error));

    [Fact]
    public void No_retry_for_once_nor_past_the_deadline()
    {
        Assert.Equal("Failed", Attempt(Step with { Once = true }, 1, ActionOutcome.Failed));
        Assert.Equal("Failed", Attempt(Step with { Deadline = TimeSpan.FromSeconds(2) }, 1, ActionOutcome.Failed));
        Assert.Equal("again in 2", Attempt(Step with { Deadline = TimeSpan.FromSeconds(3) }, 1, ActionOutcome.Failed));
    }

    [Fact]
    public void An_attempt_in_doubt_is_never_simply_failed() => Assert.Equal("InDoubt", Attempt(Step, 3, ActionOutcome.InDoubt));

    [Theory]
    [InlineData(CheckState.Done, "Succeeded by check"), InlineData(CheckState.NotDone, "NotDone"), InlineData(CheckState.InProgress, "Timer"), InlineData(CheckState.Unknown, "InDoubt")]
    public void A_check_settles_or_asks(CheckState state, string outcome) => Assert.Equal(outcome, Check(Step, 1, state));

    [Theory]
    [InlineData(true, false, 1, "Failed"), InlineData(true, false, 3, "InDoubt"), InlineData(true, true, 1, "InDoubt"), InlineData(false, false, 1, "InDoubt")]
    public void Only_an_idempotent_step_with_attempts_left_is_repeated_unchecked(bool idempotent, bool once, int used, string outcome) =>
        Assert.Equal(outcome, Check(Step with { Idempotent = idempotent, Once = once }, used, CheckState.Unknown));

    [Fact]
    public void Past_the_deadline_a_person_is_asked() => Assert.Equal("InDoubt", Check(Step with { Deadline = TimeSpan.FromMinutes(1), Idempotent = true }, 1, CheckState.InProgress, minutesLater: 1));

    [Fact]
    public void A_delay_stays_within_its_bounds() => Prop.ForAll(Gen.Choose(0, 5000).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (used, percent) =>
    {
        var delay = AttemptRules.Delay(Step.Retry with { Jitter = 0.2 }, used, percent / 100.0).TotalSeconds;
        return delay >= 2 * 0.8 - 1e-6 && delay <= 30 * 1.2 + 1e-6;
    }).QuickCheckThrowOnFailure();
}
