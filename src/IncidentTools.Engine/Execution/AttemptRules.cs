using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What an attempt's result, or a check of one in doubt, means for its step. Pure; the entry returned is what is to be recorded.</summary>
public static class AttemptRules
{
    /// <summary>Errors that another attempt would only repeat.</summary>
    private static readonly HashSet<string> Final = new(["Rejected", "Cancelled", "ExpressionFailed", "ArgumentInvalid"], StringComparer.Ordinal);

    /// <param name="random">0 … 1, for the jitter of the next delay.</param>
    public static IRunEntry AfterAttempt(string run, StepDefinition step, StepInstance instance, ActionResult result, double random, DateTimeOffset now)
    {
        if (result.Outcome == ActionOutcome.Succeeded) return new StepFinished(run, instance.Path, "Succeeded", result.Value, null, result.Message, null, null);
        if (result.Outcome == ActionOutcome.InDoubt) return new StepAttempted(run, instance.Path, instance.Attempt, "InDoubt", result.Error, result.Message, null);
        var retryAt = now + Delay(step.Retry, instance.Used, random);
        // a failed attempt may have had part of its effect, so a once step is not tried again
        var over = step.Once || instance.Used >= step.Attempts || (result.Error is { } error && Final.Contains(error)) || retryAt >= Deadline(step, instance);
        return over
            ? new StepFinished(run, instance.Path, "Failed", result.Value, result.Error, result.Message, null, null)
            : new StepAttempted(run, instance.Path, instance.Attempt, "Failed", result.Error, result.Message, retryAt);
    }

    /// <param name="by">check, or who said so.</param>
    /// <param name="wait">Id for the wait this may open.</param>
    public static IRunEntry AfterCheck(string run, StepDefinition step, StepInstance instance, CheckResult check, string by, string wait, DateTimeOffset now)
    {
        var deadline = Deadline(step, instance);
        return check.State switch
        {
            CheckState.Done => new StepFinished(run, instance.Path, "Succeeded", null, null, check.Message, null, by),
            CheckState.NotDone => new StepAttempted(run, instance.Path, instance.Attempt, "NotDone", null, check.Message, null),
            CheckState.InProgress when now < deadline => new WaitOpened(run, instance.Path, wait, "Timer", check.Message, [], Earlier(now + step.Poll, deadline), null, null),
            CheckState.Unknown when step is { Idempotent: true, Once: false } && instance.Used < step.Attempts && now < deadline =>
                new StepAttempted(run, instance.Path, instance.Attempt, "Failed", "InDoubt", check.Message, now),
            // no due time: an effect that may have happened stays a question until somebody answers it
            _ => new WaitOpened(run, instance.Path, wait, "InDoubt", check.Message, ["Done", "NotDone", "Stop"], null, null, null),
        };
    }

    /// <summary>The pause after the given number of attempts.</summary>
    public static TimeSpan Delay(RetryDefinition retry, int used, double random)
    {
        var seconds = Math.Min(retry.Delay.TotalSeconds * Math.Pow(retry.Backoff, Math.Max(0, used - 1)), retry.MaxDelay.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 + (retry.Jitter * ((2 * random) - 1))));
    }

    private static DateTimeOffset Deadline(StepDefinition step, StepInstance instance) => step.Deadline is { } limit ? instance.EnteredAt + limit : DateTimeOffset.MaxValue;
    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
