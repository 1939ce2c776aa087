using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>One drive of a run: what the kinds of step work with.</summary>
internal sealed record RunSession(RunParts Parts, string Stream, RunWriter Writer, BookIndex Book, RunOptions Options, StepEffects Effects)
{
    /// <summary>Until when timers and retries are awaited in this drive.</summary>
    public DateTimeOffset PatientUntil { get; set; }
    /// <summary>A pause that is slept here and needs no entry: the run is looked at again after it.</summary>
    public DateTimeOffset? Nap { get; set; }

    public RunState State => Writer.State;
    public DateTimeOffset Now => Parts.Time.GetUtcNow();
    public IExpressionEvaluator Evaluator => Parts.Expressions();

    public RunRoots Roots(StepInstance? instance) => RunRoots.Of(State, Book, instance, Parts.Incident, Now, Parts.Evidence);
    public Arguments Resolve(UseDefinition use, StepInstance instance) => StepArguments.Resolve(use, Parts.Uses, Evaluator, Roots(instance));
    public bool IsTrue(Expression expression, StepInstance instance) => StepArguments.Condition(expression, Evaluator, Roots(instance));

    /// <summary>The instance as it stands after what was emitted.</summary>
    public StepInstance Current => State.Current!;
    public string NewWait() => Uuid7.New(Now);

    public void Finish(StepInstance instance, string state, object? value = null, string? error = null, string message = "", string? go = null, string? by = null, bool sets = false) =>
        Writer.Emit(new StepFinished(State.Run, instance.Path, state, value, error, Parts.Mask.Apply(message), go, by, sets));

    /// <summary>Parks the step on a wait.</summary>
    public void Open(StepInstance instance, string kind, string prompt, IReadOnlyList<string> choices, DateTimeOffset? due, string? plan = null, RunApproval? rule = null) =>
        Writer.Emit(new WaitOpened(State.Run, instance.Path, NewWait(), kind, Parts.Mask.Apply(prompt), choices, due, plan, rule));

    public ActionContext Context(StepDefinition step, DateTimeOffset intendedAt, Action<int, DateTimeOffset>? started = null) =>
        new(Parts.Time, Parts.Processes, Parts.Secrets, Parts.Mask, Parts.Scripts, intendedAt) { OnProcessStarted = started, MaxLines = step.Capture.MaxLines, MaxBytes = step.Capture.MaxBytes };
}

/// <summary>What came of looking at a step.</summary>
internal enum StepProgress
{
    /// <summary>The journal moved on: look again.</summary>
    Moved,
    /// <summary>It waits; <see cref="WaitState"/> says for what.</summary>
    Parked,
}
