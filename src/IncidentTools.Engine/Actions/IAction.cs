using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Actions;

/// <summary>Changes something. One file an action, one line in <c>ActionTable</c>. Planning never changes or starts anything.</summary>
public interface IAction
{
    /// <summary>As written after <c>uses</c>: <c>action.service-control</c>.</summary>
    string Name { get; }
    string Summary { get; }
    ObjectShape Parameters { get; }
    /// <summary>The least impact a step with this action and these arguments has; a runbook may raise, never lower it.</summary>
    StepImpact Impact(Arguments with);
    /// <summary>Why it has that impact, where that does not go without saying; one line each.</summary>
    IReadOnlyList<string> ImpactReasons(Arguments with) => [];
    /// <summary>Exactly what would be done: the dry run, the text an approver reads, and (hashed) what an approval binds to. Pure.</summary>
    ActionPlan Plan(Arguments with);
    /// <summary>Null when it may go ahead; else what stands against it.</summary>
    Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation);
    Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation);
    /// <summary>Whether an attempt whose result is not known took effect. <c>Unknown</c> where the action cannot tell.</summary>
    Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation);
    /// <summary>Takes the effect back; null when there is no way.</summary>
    Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation);
    bool CanUndo(Arguments with);
}

/// <param name="IntendedAt">When the intent was recorded (UTC); for checks, that of the attempt in doubt.</param>
public sealed record ActionContext(TimeProvider Time, IProcessRunner Processes, ISecretSource Secrets, SecretMask Mask, IScriptRunner? Scripts, DateTimeOffset IntendedAt)
{
    /// <summary>The step it is done for; <c>.undo</c> after it when that is taken back.</summary>
    public string Step { get; init; } = "";
    public ProbeContext ForProbe() => new(Time, Processes, Secrets, Mask) { Step = Step, Remote = Remote?.Name };
    public Action<int, DateTimeOffset>? OnProcessStarted { get; init; }
    /// <summary>The machine it works on through <see cref="Processes"/>; null = this one.</summary>
    public RemotePlace? Remote { get; init; }
    /// <summary>What is known of each host of a step that works on several, from earlier attempts.</summary>
    public IReadOnlyDictionary<string, HostResult> Hosts { get; init; } = NoHosts;
    public Action<HostResult>? OnHostFinished { get; init; }
    /// <summary>How much of an output is kept.</summary>
    public int MaxLines { get; init; } = 2000;
    public int MaxBytes { get; init; } = 256 * 1024;
    /// <summary>Processes on this machine that no action may stop, and what each is: the server that holds the journal.</summary>
    public IReadOnlyDictionary<int, string> ProtectedProcesses { get; init; } = Nobody;
    private static readonly Dictionary<int, string> Nobody = [];
    private static readonly Dictionary<string, HostResult> NoHosts = [];
}

/// <param name="Commands">The exact command lines, one argument list each, shown as an admin would type them.</param>
/// <param name="Undo">What taking it back would do; null when it cannot be undone.</param>
public sealed record ActionPlan(string Target, string Summary, IReadOnlyList<string> Commands, string? Undo);

/// <summary>Known to have worked, known to have failed, or unknown: a time-out, a kill, a lost connection is InDoubt.</summary>
public enum ActionOutcome { Succeeded, Failed, InDoubt }

/// <param name="UndoData">What <see cref="IAction.UndoAsync"/> will need; plain data, journaled.</param>
public sealed record ActionResult(ActionOutcome Outcome, string Message)
{
    public object? Value { get; init; }
    public string? Error { get; init; }
    public string Output { get; init; } = "";
    public bool Truncated { get; init; }
    public IReadOnlyDictionary<string, object?> UndoData { get; init; } = Nothing;
    /// <summary>Of a probe: Pass, Warn, Fail, Error or Skipped.</summary>
    public string? Status { get; init; }
    /// <summary>What stands behind the value; plain data, journaled.</summary>
    public IReadOnlyDictionary<string, object?> Detail { get; init; } = Nothing;
    private static readonly Dictionary<string, object?> Nothing = [];
}

public enum CheckState { Done, NotDone, InProgress, Unknown }
public sealed record CheckResult(CheckState State, string Message);
