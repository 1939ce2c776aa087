using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Where a run goes from a finished step: pure, from the definition and the last visits alone.</summary>
/// <param name="Step">The step to enter; null when the run ends.</param>
public readonly record struct RunRoute(StepDefinition? Step, string? Result, string Message)
{
    public const int MaxInstances = 10_000;

    public static RunRoute After(RunState state, BookIndex book)
    {
        if (state.Current is not { } last) return Enter(state, book, book.First);
        var handler = book.Handler(last.Step);
        var step = handler ?? book.Step(last.Step) ?? throw Errors.StepUnknown(book.Id, last.Step);
        if (state.Cancel is { } cancel)
        {
            if (book.OnCancel is { } cleanup && !state.Steps.ContainsKey(cleanup)) return Enter(state, book, cleanup);
            return (last.Goto ?? handler?.Next) is { } more && handler is not null && IsGood(last) ? Enter(state, book, more) : End("Cancelled", cancel.Reason ?? "");
        }
        if (step.Use.Uses == "end" && last.State == "Succeeded") return End(step.Result ?? Outcome(state, book), last.Message);
        if (handler is not null) return IsGood(last) && (last.Goto ?? handler.Next) is { } next ? Enter(state, book, next) : End("Failed", Failure(state, book));
        if (IsGood(last)) return Enter(state, book, last.Goto ?? step.Next ?? book.After(step.Id));
        if (!step.OnFailure.Written && book.OnError is { } onError) return Enter(state, book, onError);
        return step.OnFailure.Mode switch
        {
            FailureMode.Continue => Enter(state, book, step.Next ?? book.After(step.Id)),
            FailureMode.Goto => Enter(state, book, step.OnFailure.Target),
            // a denial and a time that ran out end the run by their own names
            _ => End(last.State == "TimedOut" ? "TimedOut" : last.Error == "Rejected" ? "Rejected" : "Failed", $"step {step.Id} {last.State}{(last.Error is null ? "" : $" ({last.Error})")}{(last.Message.Length == 0 ? "" : $": {last.Message}")}"),
        };
    }

    private static bool IsGood(StepInstance instance) => instance.State is "Succeeded" or "Skipped" or "Waived" or "Undone";

    private static RunRoute Enter(RunState state, BookIndex book, string? id)
    {
        if (id is null) return End(Outcome(state, book), "");
        var step = book.Step(id) ?? throw Errors.StepUnknown(book.Id, id);
        var visits = state.Steps.TryGetValue(id, out var earlier) ? earlier.Visit : 0;
        // every loop has a step with maxVisits where it closes: the steps within come as often as it does
        if (visits >= step.MaxVisits) return End("Failed", $"LoopLimit: step {id} was visited {visits} times");
        return state.Instances >= MaxInstances ? End("Failed", $"LoopLimit: {MaxInstances} steps") : new RunRoute(step, null, "");
    }

    private static RunRoute End(string result, string message) => new(null, result, message);

    private static string Outcome(RunState state, BookIndex book)
    {
        var failed = book.Steps.Where(step => state.Steps.TryGetValue(step.Id, out var last) && !IsGood(last)).ToList();
        return failed.Count == 0 ? "Succeeded" : failed.Exists(step => step.IsCritical) ? "Failed" : "SucceededWithFailures";
    }

    /// <summary>The failure that led to the handlers: the last one outside them.</summary>
    private static string Failure(RunState state, BookIndex book) =>
        state.Visits.LastOrDefault(visit => book.Handler(visit.Step) is null && !IsGood(visit)) is { } failed ? $"step {failed.Step} {failed.State}{(failed.Error is null ? "" : $" ({failed.Error})")}" : "a handler failed";
}
