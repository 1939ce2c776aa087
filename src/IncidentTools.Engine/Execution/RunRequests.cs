namespace IncidentTools.Engine.Execution;

/// <param name="Runbook">Id of the runbook, or the path of its file.</param>
/// <param name="Incident">The incident it belongs to; null = a run on its own.</param>
/// <param name="Service">Fills the parameter of type service; null = the incident's main one.</param>
/// <param name="Parameters">As given: text, numbers or plain data; converted and checked against the runbook's parameters.</param>
/// <param name="Key">The caller's idempotency key: the same key gives the run that it started first.</param>
public sealed record RunRequest(string Runbook, string? Incident, string? Service, IReadOnlyDictionary<string, object?> Parameters, string? Key)
{
    /// <summary>Not null: nothing is executed, results are simulated, and the run belongs to no incident.</summary>
    public Simulation.ExerciseRequest? Exercise { get; init; }
}

/// <summary>How a session drives a run.</summary>
public sealed record RunOptions
{
    /// <summary>Timers and retries due within this time are awaited here; later ones park the run.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);
    /// <summary>Asks the person at this session (-Interactive); null = park. A null answer parks too.</summary>
    public Func<RunbookStep, CancellationToken, Task<StepAnswer?>>? Ask { get; init; }
    /// <summary>Told why an answer was not taken; then <see cref="Ask"/> is called again. Null = the refusal ends the drive.</summary>
    public Action<RunbookStep, IncidentToolsException>? Refused { get; init; }
    /// <summary>Told when a step begins, waits and ends; on any thread.</summary>
    public Action<RunbookStep>? Progress { get; init; }
    /// <summary>Stop after this many steps have ended; null = go on to the end or to a wait.</summary>
    public int? StepLimit { get; init; }
    /// <summary>Follow the runbook as it is now when only steps not visited yet were changed.</summary>
    public bool AcceptChange { get; init; }
    /// <summary>Try again the items that failed of the foreach at which the run failed.</summary>
    public bool RetryFailed { get; init; }
}

public enum AnswerKind
{
    /// <summary>Completes a manual step or an ask.</summary>
    Complete,
    Approve,
    Deny,
    /// <summary>Says what became of an attempt in doubt: Done, NotDone or Stop.</summary>
    Settle,
}

/// <param name="Answer">One of the wait's choices; null = the only one, or the usual one (Done, Approve, Deny).</param>
/// <param name="Values">Fields of a manual step or answers to questions, by name.</param>
/// <param name="SoleReason">Why somebody approves what they asked for themselves.</param>
public sealed record StepAnswer(string? Answer, IReadOnlyDictionary<string, object?> Values, string? Note, string? SoleReason = null)
{
    /// <summary>The wait it is meant for; null = whatever the step waits for now.</summary>
    public string? Wait { get; init; }
}
