using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Asks whether an effect took place: by the step's own check, else by its action's. Not knowing is an answer.</summary>
internal static class EffectCheck
{
    /// <param name="with">The arguments that its intent recorded.</param>
    public static async Task<CheckResult> AskAsync(RunSession session, StepDefinition step, IAction effect, StepInstance instance, IReadOnlyDictionary<string, object?> with, CancellationToken cancellation)
    {
        try
        {
            if (step.Check is not { } use) return await session.Pen.Outside(() => effect.CheckAsync(new Arguments(with), session.Context(step, instance.IntendedAt!.Value) with { Hosts = instance.Hosts }, cancellation)).ConfigureAwait(false);
            var arguments = session.Resolve(use, instance);
            // whether it took effect there is asked there, of what can be asked there
            if (effect is TargetedEffect targeted && StepTarget.Can(use.Uses)) return await session.Pen.Outside(() => targeted.AskAsync(session.Parts.Probes[use.Uses], arguments, with, session.Context(step, instance.IntendedAt!.Value) with { Hosts = instance.Hosts }, cancellation)).ConfigureAwait(false);
            var result = await session.Pen.Outside(() => session.Parts.Probes[use.Uses].CheckAsync(arguments, session.Looking(step, "check"), cancellation)).ConfigureAwait(false);
            return Read(result);
        }
        catch (OperationCanceledException) { throw; }
        catch (Exception error) when (error is not OutOfMemoryException) { return new CheckResult(CheckState.Unknown, $"the check itself failed: {error.Message}"); }
    }

    public static CheckResult Read(ProbeResult result) => new(
        result.Status switch { ProbeStatus.Pass or ProbeStatus.Warn => CheckState.Done, ProbeStatus.Fail when result.Error is "Starting" or "Stopping" => CheckState.InProgress, ProbeStatus.Fail => CheckState.NotDone, _ => CheckState.Unknown }, result.Message);
}
