using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Where a step list goes from a finished step: pure, from the definition and the last visits alone.</summary>
/// <param name="Step">The step to enter; null when the list ends.</param>
public readonly record struct RunRoute(StepDefinition? Step, string? Result, string Message)
{
    public const int MaxInstances = 10_000;
    /// <summary>Result of a list whose failure asks that everything be taken back.</summary>
    public const string Rollback = "Rollback";

    /// <summary>Of the run's own list.</summary>
    public static RunRoute After(RunState state, BookIndex book) => After(state, state.Root, book, book.Main, state.Cancel is null ? null : state.Cancel.Reason ?? "");

    /// <param name="line">The list that the frame runs; handlers and cleanup are its runbook's and stand only in a frame that runs a whole one.</param>
    /// <param name="cancel">Why it is cancelled; null while it is not.</param>
    public static RunRoute After(RunState state, FrameState frame, BookIndex book, StepLine line, string? cancel)
    {
        var way = new Way(state, frame, book, line);
        if (frame.Current is not { } last) return cancel is null ? way.Enter(line.First) : End("Cancelled", cancel);
        var handler = book.Handler(last.Step);
        var step = handler ?? line.Step(last.Step) ?? throw Errors.StepUnknown(book.Id, last.Step);
        if (cancel is not null)
        {
            if (frame.IsBook && book.OnCancel is { } cleanup && !frame.Steps.ContainsKey(cleanup)) return way.Enter(cleanup);
            return (last.Goto ?? handler?.Next) is { } more && handler is not null && IsGood(last) ? way.Enter(more) : End("Cancelled", cancel);
        }
        if (step.Use.Uses == "end" && last.State == "Succeeded") return End(step.Result ?? way.Outcome(), last.Message);
        if (handler is not null && !IsGood(last)) return End("Failed", way.Failure());
        if (handler is not null) return (last.Goto ?? handler.Next) is { } next ? way.Enter(next) : End(way.Outcome(), way.Failure());
        if (IsGood(last)) return way.Enter(last.Goto ?? step.Next ?? line.After(step.Id));
        if (!step.OnFailure.Written && frame.IsBook && book.OnError is { } onError) return way.Enter(onError);
        return step.OnFailure.Mode switch
        {
            FailureMode.Continue => way.Enter(step.Next ?? line.After(step.Id)),
            FailureMode.Goto => way.Enter(step.OnFailure.Target),
            FailureMode.Rollback => End(Rollback, Say(last)),
            _ when last.Error == Rollback => End(Rollback, Say(last)),
            _ when !step.IsCritical => End(way.Outcome(), Say(last)),
            // a denial and a time that ran out end the run by their own names
            _ => End(last.State == "TimedOut" ? "TimedOut" : last.Error == "Rejected" ? "Rejected" : "Failed", Say(last)),
        };
    }

    public static bool IsGood(StepInstance instance) => instance.State is "Succeeded" or "Skipped" or "Waived" or "Undone";

    private static string Say(StepInstance last) => $"step {last.Step} {last.State}{(last.Error is null ? "" : $" ({last.Error})")}{(last.Message.Length == 0 ? "" : $": {last.Message}")}";

    private static RunRoute End(string result, string message) => new(null, result, message);

    private readonly record struct Way(RunState State, FrameState Frame, BookIndex Book, StepLine Line)
    {
        public RunRoute Enter(string? id)
        {
            if (id is null) return End(Outcome(), "");
            var step = Line.Step(id) ?? Book.Handler(id) ?? throw Errors.StepUnknown(Book.Id, id);
            var visits = Frame.Steps.TryGetValue(id, out var earlier) ? earlier.Visit : 0;
            // every loop has a step with maxVisits where it closes: the steps within come as often as it does
            if (visits >= step.MaxVisits) return End("Failed", $"LoopLimit: step {id} was visited {visits} times");
            return State.Instances >= MaxInstances ? End("Failed", $"LoopLimit: {MaxInstances} steps") : new RunRoute(step, null, "");
        }

        public string Outcome()
        {
            var frame = Frame;
            var failed = Line.Steps.Where(step => frame.Steps.TryGetValue(step.Id, out var last) && !IsGood(last)).ToList();
            return failed.Count == 0 ? "Succeeded" : failed.Exists(step => step.IsCritical) ? "Failed" : "SucceededWithFailures";
        }

        /// <summary>The failure that led to the handlers: the last one outside them.</summary>
        public string Failure()
        {
            var (book, frame) = (Book, Frame);
            return State.Visits.LastOrDefault(visit => visit.Frame == frame.Path && book.Handler(visit.Step) is null && !IsGood(visit)) is { } failed
                ? $"step {failed.Step} {failed.State}{(failed.Error is null ? "" : $" ({failed.Error})")}" : "a handler failed";
        }
    }
}
