namespace IncidentTools.Engine.Execution;

/// <summary>Runs of runbooks: start, drive, answer, cancel, look.</summary>
public sealed class RunService
{
    /// <summary>Starts a run, durably, and drives it until it ends or waits.</summary>
    /// <exception cref="IncidentToolsException">RunbookNotFound, RunbookInvalid, ParameterInvalid, IncidentNotFound, WorkspaceNotTrusted, RunForbidden.</exception>
    public Task<RunbookRun> StartAsync(RunRequest request, RunOptions options, CancellationToken cancellation) => throw new InvalidOperationException();
    /// <summary>Takes a run up where the journal left it. A run that ended or that another session holds is returned as it is.</summary>
    public Task<RunbookRun> ContinueAsync(string run, RunOptions options, CancellationToken cancellation) => throw new InvalidOperationException();
    /// <summary>What a run would do, step by step; starts nothing.</summary>
    public IReadOnlyList<RunbookStep> Plan(RunRequest request) => throw new InvalidOperationException();
    /// <exception cref="IncidentToolsException">RunNotFound.</exception>
    public RunbookRun Get(string run) => throw new InvalidOperationException();
    /// <summary>Newest first. A state is one of the public states; <c>open</c> means not ended.</summary>
    public IReadOnlyList<RunbookRun> List(string? incident, string? state, string? runbook) => throw new InvalidOperationException();
    /// <summary>Every visit in order, then the steps not reached, as Pending.</summary>
    public IReadOnlyList<RunbookStep> Steps(string run) => throw new InvalidOperationException();
    /// <summary>Records an answer to the wait of a step (null = the one that waits). Nothing runs: the run goes on when it is continued.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepNotWaiting, WaitNotOpen, AnswerInvalid, ApproverRefused.</exception>
    public RunbookStep Answer(string run, string? step, AnswerKind kind, StepAnswer answer) => throw new InvalidOperationException();
    /// <summary>Records that a step is left out. Nothing runs.</summary>
    /// <exception cref="IncidentToolsException">RunNotFound, StepUnknown, SkipRefused.</exception>
    public RunbookStep Skip(string run, string step, string reason) => throw new InvalidOperationException();
    /// <summary>Cancels: a live runner is asked to, else this session does it, cleanup included.</summary>
    public Task<RunbookRun> CancelAsync(string run, string? reason, CancellationToken cancellation) => throw new InvalidOperationException();
    /// <summary>Waits until it ends or waits for a person, or the time is up; returns it as it is then.</summary>
    public Task<RunbookRun> WaitAsync(string run, TimeSpan? timeout, CancellationToken cancellation) => throw new InvalidOperationException();
}
