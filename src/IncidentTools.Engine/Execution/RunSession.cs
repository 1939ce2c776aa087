using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>One drive of a run: what the kinds of step work with.</summary>
internal sealed record RunSession(RunParts Parts, string Stream, RunWriter Writer, RunBooks Books, RunOptions Options, StepEffects Effects) : IDisposable
{
    /// <summary>Until when timers and retries are awaited in this drive.</summary>
    public DateTimeOffset PatientUntil { get; set; }
    public RunPen Pen { get; } = new();

    public RunState State => Writer.State;
    public BookIndex Book => Books.Root;
    public DateTimeOffset Now => Parts.Time.GetUtcNow();
    public IExpressionEvaluator Evaluator => Parts.Expressions();

    public RunRoots Roots(FrameState frame, StepInstance? instance) => RunRoots.Of(State, frame, Books, instance, Parts.Incident, Now, Parts.Evidence);
    public RunRoots Roots(StepInstance instance) => Roots(State.Frame(instance.Frame), instance);
    public Arguments Resolve(UseDefinition use, StepInstance instance) => StepArguments.Resolve(use, Parts.Uses, Evaluator, Roots(instance));
    public bool IsTrue(Expression expression, StepInstance instance) => StepArguments.Condition(expression, Evaluator, Roots(instance));

    /// <summary>Whether what a step finds is not for everybody: its own word, else its runbook's.</summary>
    public bool IsRestricted(FrameState frame, StepDefinition step) => (step.Visibility ?? Books.Of(frame).Book.Visibility) == "restricted";

    /// <summary>The instance as it stands after what was emitted.</summary>
    public StepInstance Again(StepInstance instance) => State.Instance(instance.Path);
    public string NewWait() => Uuid7.New(Now);

    /// <summary>Writes what became of a step; one that succeeded gives its outputs and starts its clocks, or fails because it cannot.</summary>
    public void Emit(IRunEntry entry)
    {
        if (entry is StepFinished { State: "Succeeded" } finished) entry = StepEnd.Of(finished, this);
        Writer.Emit(entry);
    }

    public void Finish(StepInstance instance, string state, object? value = null, string? error = null, string message = "", string? go = null, string? by = null, bool sets = false) =>
        Emit(new StepFinished(State.Run, instance.Path, state, value, error, Parts.Mask.Apply(message), go, by, sets));

    /// <summary>Parks the step on a wait.</summary>
    public void Open(StepInstance instance, string kind, string prompt, IReadOnlyList<string> choices, DateTimeOffset? due, string? plan = null, RunApproval? rule = null) =>
        Writer.Emit(new WaitOpened(State.Run, instance.Path, NewWait(), kind, Parts.Mask.Apply(prompt), choices, due, plan, rule));

    /// <summary>Durable at once: whoever takes over after a crash must find the program. Called without the pen.</summary>
    public void Started(StepInstance instance, int pid, DateTimeOffset at) => Pen.Inside(() =>
    {
        Writer.Emit(new StepStarted(State.Run, instance.Path, instance.Attempt, pid, at, Parts.Host));
        Writer.Flush();
    });

    public ActionContext Context(StepDefinition step, DateTimeOffset intendedAt, Action<int, DateTimeOffset>? started = null) =>
        new(Parts.Time, Parts.Processes, Parts.Secrets, Parts.Mask, Parts.Scripts, intendedAt) { Step = step.Id, OnProcessStarted = started, MaxLines = step.Capture.MaxLines, MaxBytes = step.Capture.MaxBytes };

    /// <param name="why">check or until.</param>
    public ProbeContext Looking(StepDefinition step, string why) => new(Parts.Time, Parts.Processes, Parts.Secrets, Parts.Mask) { Step = $"{step.Id}.{why}" };

    public void Dispose() => Pen.Dispose();
}

/// <summary>What came of looking at a step.</summary>
/// <param name="IsParked">It waits; <see cref="WaitState"/> says for what. False: the journal moved on, look again.</param>
/// <param name="Nap">A pause that is slept here and needs no entry.</param>
/// <param name="AtRest">Everything within it waits: nothing more is to be waited for here.</param>
internal readonly record struct StepProgress(bool IsParked, DateTimeOffset? Nap = null, bool AtRest = false)
{
    public static StepProgress Moved => default;
    public static StepProgress Parked => new(true);
    public static StepProgress Napping(DateTimeOffset until) => new(true, until);
}
