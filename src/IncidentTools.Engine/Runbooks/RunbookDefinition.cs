using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Runbooks;

/// <summary>A runbook as loaded and checked. Immutable; bound to a run by the hash of its source.</summary>
public sealed record RunbookDefinition
{
    public required string Id { get; init; }
    /// <summary>Semantic version, the scalar's own text.</summary>
    public required string Version { get; init; }
    public required string Title { get; init; }
    public string Summary { get; init; } = "";
    public string? Owner { get; init; }
    public IReadOnlyList<string> Reviewers { get; init; } = [];
    public DateOnly? LastReviewed { get; init; }
    public TimeSpan? ReviewEvery { get; init; }
    /// <summary>When its next review is due; null when none is demanded or there was none yet.</summary>
    public DateOnly? ReviewDue => ReviewEvery is { } every && LastReviewed?.ToDateTime(TimeOnly.MinValue) is { } last && every < DateTime.MaxValue - last ? DateOnly.FromDateTime(last + every) : null;
    /// <summary>Whether its review is overdue, a first one included.</summary>
    public bool IsStale(DateOnly today) => ReviewEvery is not null && (LastReviewed is null || ReviewDue < today);
    public IReadOnlyList<RunbookRevision> Revisions { get; init; } = [];
    public IReadOnlyList<string> Classes { get; init; } = [];
    public IReadOnlyList<string> Severities { get; init; } = [];
    public IReadOnlyList<RunbookSymptom> Symptoms { get; init; } = [];
    public IReadOnlyList<RunbookParameterDefinition> Parameters { get; init; } = [];
    public RunbookRequirements Requires { get; init; } = new([], [], []);
    /// <summary>forbid, queue or allow: several runs of this runbook for one service.</summary>
    public string Concurrency { get; init; } = "forbid";
    public string? OnError { get; init; }
    public string? OnCancel { get; init; }
    /// <summary>wait (for Retry, Skip or Stop) or continue, for steps that say nothing else.</summary>
    public string OnUndoFailure { get; init; } = "wait";
    /// <summary>normal or restricted.</summary>
    public string Visibility { get; init; } = "normal";
    /// <summary>Where steps run that name no target of their own.</summary>
    public IReadOnlyList<object?> Target { get; init; } = [];
    public IReadOnlyList<OutputDefinition> Outputs { get; init; } = [];
    public IReadOnlyList<ClockDefinition> Clocks { get; init; } = [];
    public IReadOnlyList<EveryDefinition> Every { get; init; } = [];
    public IReadOnlyList<StepDefinition> Steps { get; init; } = [];
    public IReadOnlyList<StepDefinition> Handlers { get; init; } = [];
    /// <summary>Every step there is, in the order of the file: a step, then those inside it; the main line, then the handlers, then what is done every so often.</summary>
    public IEnumerable<StepDefinition> AllSteps => Steps.Concat(Handlers).Concat(Every.SelectMany(every => every.Steps)).SelectMany(step => step.WithInner);
    /// <summary>The file as read; what a run stores.</summary>
    public required string Source { get; init; }
    /// <summary>SHA-256 of the source's bytes, lower-case hex.</summary>
    public required string Hash { get; init; }
    public string Path { get; init; } = "";
}

public sealed record RunbookRevision(string Version, DateOnly Date, string Author, string Change, string? Source);
public sealed record RunbookSymptom(string Id, string Text, IReadOnlyList<string> Words, UseDefinition? Probe);
public sealed record RunbookRequirements(IReadOnlyList<string> Os, IReadOnlyList<string> Commands, IReadOnlyList<string> Modules, SourceSpan Span = default);

/// <param name="Type">string int number bool duration datetime path service contact secret list map</param>
public sealed record RunbookParameterDefinition(
    string Name, string Type, bool Required, object? Default, object? Min, object? Max, IReadOnlyList<string>? Allowed, string? Pattern, string Doc, SourceSpan Span);

/// <summary>Something that is done: a kind, probe or action with its arguments. Used by steps, checks, undo, guards and symptoms.</summary>
/// <param name="With">Plain data; a text with ${{ }} is a <see cref="Template"/>.</param>
public sealed record UseDefinition(string Uses, IReadOnlyDictionary<string, object?> With, SourceSpan Span);

public enum StepPhase { Detect, Triage, Investigate, Resolve, Verify, Communicate, Recover, Review }
public enum StepImpact { None, Low, Medium, High }
public enum FailureMode { Stop, Continue, Goto, Rollback }

/// <summary>Where a failure leads. <c>Written</c>: by the step itself, else inherited (onError, stop).</summary>
public sealed record FailurePolicy(FailureMode Mode, string? Target, bool Written);

/// <summary>One step. YAML keys are these names in camelCase; kind-specific keys stand at the step (cases, default, until …) or in <c>with</c>.</summary>
public sealed record StepDefinition
{
    public required string Id { get; init; }
    public required StepPhase Phase { get; init; }
    public required string Title { get; init; }
    public string Purpose { get; init; } = "";
    public required UseDefinition Use { get; init; }
    public Expression? When { get; init; }
    public IReadOnlyList<string> Needs { get; init; } = [];
    /// <summary>Total number of attempts, not of repetitions.</summary>
    public int Attempts { get; init; } = 1;
    public RetryDefinition Retry { get; init; } = new(TimeSpan.FromSeconds(1), 1, TimeSpan.FromSeconds(30), 0);
    /// <summary>Per attempt.</summary>
    public TimeSpan? Timeout { get; init; }
    /// <summary>From step.entered, with approvals, retries and waits.</summary>
    public TimeSpan? Deadline { get; init; }
    public FailurePolicy OnFailure { get; init; } = new(FailureMode.Stop, null, false);
    /// <summary>Whether its failure fails the run; null = not written.</summary>
    public bool? Critical { get; init; }
    public bool IsCritical => Critical ?? OnFailure.Mode is not (FailureMode.Continue or FailureMode.Goto);
    public string? Next { get; init; }
    public int? MaxVisits { get; init; }
    public StepImpact Impact { get; init; }
    /// <summary>Null = the policy's rule for the impact.</summary>
    public ApprovalDefinition? Approval { get; init; }
    public UseDefinition? Check { get; init; }
    /// <summary>How often an InProgress check is asked again.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);
    public UseDefinition? Undo { get; init; }
    /// <summary>wait or continue; null = as the runbook says.</summary>
    public string? OnUndoFailure { get; init; }
    public bool Once { get; init; }
    public bool Idempotent { get; init; }
    /// <summary>Whether its effect goes on after the call, on a handle that check asks about.</summary>
    public bool Detached { get; init; }
    /// <summary>Hosts: texts (local, ssh://…, psrp://…) and templates that give one or a list of them; empty = as the runbook says.</summary>
    public IReadOnlyList<object?> Target { get; init; } = [];
    /// <summary>On how many hosts at once, and how many of them may fail.</summary>
    public int Concurrency { get; init; } = 1;
    public ErrorThreshold Threshold { get; init; }
    public IReadOnlyList<GuardDefinition> Guards { get; init; } = [];
    /// <summary>Clocks that its success starts.</summary>
    public IReadOnlyList<ClockDefinition> Clocks { get; init; } = [];
    /// <summary>normal or restricted; null = as the runbook says.</summary>
    public string? Visibility { get; init; }
    public IReadOnlyList<OutputDefinition> Outputs { get; init; } = [];
    public CaptureDefinition Capture { get; init; } = new(2000, 256 * 1024);
    /// <summary>Kind switch.</summary>
    public IReadOnlyList<SwitchCase> Cases { get; init; } = [];
    public string? Default { get; init; }
    /// <summary>Kind wait: a condition, a probe, a duration or a time.</summary>
    public Expression? Until { get; init; }
    public UseDefinition? UntilProbe { get; init; }
    /// <summary>Kind assert.</summary>
    public Expression? Assert { get; init; }
    /// <summary>Kind set: variable → plain data, templates allowed.</summary>
    public IReadOnlyDictionary<string, object?> Set { get; init; } = EmptyMap;
    /// <summary>Kind end: Succeeded, SucceededWithFailures, Failed, RolledBack or Cancelled.</summary>
    public string? Result { get; init; }
    public ParallelDefinition? Parallel { get; init; }
    public ForeachDefinition? Foreach { get; init; }
    /// <summary>Kind runbook.</summary>
    public ChildDefinition? Child { get; init; }
    public SourceSpan Span { get; init; }
    /// <summary>The lists of steps inside it: one for each branch, one of a foreach.</summary>
    public IEnumerable<IReadOnlyList<StepDefinition>> Inner => Parallel?.Branches.Select(branch => branch.Steps) ?? (Foreach is { } each ? [each.Steps] : []);
    /// <summary>It and all steps inside it.</summary>
    public IEnumerable<StepDefinition> WithInner => Inner.SelectMany(list => list).SelectMany(step => step.WithInner).Prepend(this);
    /// <summary>Everything it may use: its own, check, undo, what it waits for, what guards it.</summary>
    public IEnumerable<UseDefinition> AllUses => new[] { Use, Check, Undo, UntilProbe }.OfType<UseDefinition>().Concat(Guards.Select(guard => guard.Probe));
    private static readonly Dictionary<string, object?> EmptyMap = [];
}

/// <param name="Backoff">Factor from one delay to the next; 1 = constant.</param>
/// <param name="Jitter">0 … 1: each delay is multiplied by a random factor of 1 ± jitter.</param>
public sealed record RetryDefinition(TimeSpan Delay, double Backoff, TimeSpan MaxDelay, double Jitter);
public sealed record ApprovalDefinition(IReadOnlyList<string> By, int Min, bool NotRequester, TimeSpan? Expires, string? Assurance);
public sealed record OutputDefinition(string Name, Expression Value, string Type, bool Optional);
public sealed record CaptureDefinition(int MaxLines, int MaxBytes);
public sealed record SwitchCase(Expression When, string Goto);

/// <summary>An expression: the whole value, without ${{ }}.</summary>
public sealed record Expression(string Text, SourceSpan Span);

/// <summary>Text with expressions in it. A template that is one expression and nothing else keeps the value's type.</summary>
public sealed record Template(IReadOnlyList<TemplatePart> Parts, SourceSpan Span)
{
    public bool IsSingleExpression => Parts is [{ IsExpression: true }];
}

public sealed record TemplatePart(bool IsExpression, string Text);
