using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Services;

/// <param name="Timeout">Of each command.</param>
/// <param name="WaitFor">How long until the state must be the wanted one.</param>
internal sealed record ServiceOperation(ServiceManager Manager, string Operation, TimeSpan Timeout, TimeSpan WaitFor)
{
    /// <summary>One that dies at once is running for a moment: it must be seen running twice.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1), Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>What stands against it now; null when nothing does.</summary>
    public async Task<string?> WhyNotAsync(ActionContext context, CancellationToken cancellation)
    {
        if (Manager.WhyNot(Operation) is { } wrong) return wrong;
        foreach (var command in Manager.Commands(Operation))
            if (CommandLine.WhyNot(command.Line, context.Processes) is { } why) return why;
        var state = await Manager.StateAsync(context, cancellation).ConfigureAwait(false);
        if (state.Phase == ServicePhase.Unknown && Manager is not CommandManager) return $"its state cannot be told: {state.Detail}";
        return ServiceManager.WhyProtected(state, context);
    }

    public async Task<ActionResult> RunAsync(ActionContext context, CancellationToken cancellation)
    {
        var before = await Manager.StateAsync(context, cancellation).ConfigureAwait(false);
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        // what protects it may have changed since the precondition
        if (ServiceManager.WhyProtected(before, context) is { } why) return new ActionResult(ActionOutcome.Failed, why) { Error = "Refused" };
        if (Operation == "start" && before.Phase == ServicePhase.Running) return Result($"it ran already: {before}", before, changed: false);
        var (output, begun) = ("", false);
        foreach (var command in Manager.Commands(Operation))
        {
            var done = await CommandRun.RunAsync(command.Line, Timeout, context, cancellation, command.Expected).ConfigureAwait(false);
            output += done.Output;
            if (done.Outcome != ActionOutcome.Succeeded) return begun ? HalfDone(done) with { Output = output } : done;
            begun = true;
            if (command.ThenStopped && Operation == "restart" && await ReachAsync("stop", context, cancellation).ConfigureAwait(false) is { Result: { } stuck }) return stuck with { Output = output };
        }
        var (result, state) = await ReachAsync(Operation, context, cancellation).ConfigureAwait(false);
        if (result is not null) return result with { Output = output };
        var message = state.Phase == ServicePhase.Unknown ? $"{Operation} ended well, but whether the service runs was not confirmed: {state.Detail}" : $"{Operation} done: {state}";
        return Result(message, state, changed: before.Phase != state.Phase || before.Phase == ServicePhase.Unknown) with { Output = output };
    }

    /// <summary>Waits for the wanted state. A result only when it did not come; the state otherwise, unknown where nothing was given to ask with.</summary>
    private async Task<(ActionResult? Result, ServiceState State)> ReachAsync(string operation, ActionContext context, CancellationToken cancellation)
    {
        var (began, seen) = (context.Time.GetTimestamp(), false);
        ServiceState state;
        while (true)
        {
            state = await Manager.StateAsync(context, cancellation).ConfigureAwait(false);
            var reached = ServiceRules.IsReached(operation, state, context.IntendedAt);
            if (reached && (seen || operation == "stop")) return (null, state);
            if (Manager is CommandManager { CanTell: false }) return (null, state);
            if (context.Time.GetElapsedTime(began) >= WaitFor && !reached) break;
            seen = reached;
            try { await Task.Delay(reached ? Settle : Poll, context.Time, cancellation).ConfigureAwait(false); }
            catch (OperationCanceledException) { return (InDoubt("Cancelled", $"cancelled while waiting for it: {state}"), state); }
        }
        if (cancellation.IsCancellationRequested) return (InDoubt("Cancelled", $"cancelled while waiting for it: {state}"), state);
        var wait = Duration.Format(WaitFor);
        if (state.Phase == ServicePhase.Unknown) return (InDoubt("StateUnknown", $"{operation} ended well, but for {wait} its state could not be told: {state.Detail}"), state);
        if (state.IsChanging) return (InDoubt("TimedOut", $"after {wait} it is still on its way: {state}"), state);
        return (new ActionResult(ActionOutcome.Failed, $"{operation} ended well, but after {wait}: {state}") { Error = operation == "stop" ? "NotStopped" : state.Phase == ServicePhase.Running ? "NotRestarted" : "NotRunning" }, state);
    }

    /// <summary>The first command took effect, the second did not end well: cancelled between them is not "nothing happened".</summary>
    private static ActionResult HalfDone(ActionResult second) =>
        second with { Outcome = second.Error == "Cancelled" ? ActionOutcome.InDoubt : second.Outcome, Message = $"the service was stopped, then {second.Message}" };

    private static ActionResult InDoubt(string error, string message) => new(ActionOutcome.InDoubt, message) { Error = error };

    private static ActionResult Result(string message, ServiceState state, bool changed) => new(ActionOutcome.Succeeded, message)
    {
        Value = new Dictionary<string, object?> { ["state"] = state.Phase.ToString(), ["pid"] = (long?)state.Pid, ["startedAt"] = state.StartedAt },
        UndoData = new Dictionary<string, object?> { ["changed"] = changed },
    };
}
