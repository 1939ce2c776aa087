using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Detection;

/// <summary>What a tick came to: what was done, what was left aside, and what is wrong.</summary>
/// <param name="Open">Incidents of faults that were there before: what of them is written and was never sent, because a tick was killed, is sent now.</param>
internal sealed record DetectionDecision(IReadOnlyList<FaultStep> Steps, int Suppressed, IReadOnlyList<Cause> Causes, IReadOnlyList<string> Open);

/// <summary>A tick as people and scheduled tasks see it.</summary>
internal static class DetectionResult
{
    public static IncidentDetection Of(IReadOnlyList<CheckOutcome> outcomes, DetectionDecision decision)
    {
        int Count(ProbeStatus status) => outcomes.Count(outcome => outcome.Result.Status == status);
        int Did(params FaultStepKind[] kinds) => decision.Steps.Count(step => kinds.Contains(step.Kind));
        var (fail, error) = (Count(ProbeStatus.Fail), Count(ProbeStatus.Error));
        return new IncidentDetection
        {
            Checked = outcomes.Count, Pass = Count(ProbeStatus.Pass), Warn = Count(ProbeStatus.Warn), Fail = fail, Error = error, Skipped = Count(ProbeStatus.Skipped),
            Opened = Did(FaultStepKind.Open), Updated = Did(FaultStepKind.Join, FaultStepKind.Update, FaultStepKind.Again, FaultStepKind.Reopen), Recovered = Did(FaultStepKind.Recover, FaultStepKind.Quiet), Suppressed = decision.Suppressed,
            ExitCode = fail > 0 || decision.Causes.Any(cause => cause.Fault != CauseFinder.Blind) ? 1 : error > 0 ? 2 : 0,
            Change = [.. decision.Steps.Select(step => View(step, decision.Steps)), .. decision.Causes.Where(cause => cause.Held is not null).Select(cause => new IncidentDetectionChange("Held", cause.Fault, null, null, cause.Services, null, $"{cause.Title} ({cause.Held})"))],
            Problem = [.. outcomes.Where(outcome => outcome.Result.Status is not ProbeStatus.Pass).Select(outcome => ServiceTests.View(outcome.Check.Services[0], outcome))],
        };
    }

    private static IncidentDetectionChange View(FaultStep step, IReadOnlyList<FaultStep> steps) => new(
        step.Kind switch { FaultStepKind.Open => "Opened", FaultStepKind.Join => "Joined", FaultStepKind.Again => "Back", FaultStepKind.Reopen => "Reopened", FaultStepKind.Recover or FaultStepKind.Quiet => "Recovered", _ => "Updated" },
        step.Row.Fault, step.Row.Incident.Length > 0 ? step.Row.Incident : steps.FirstOrDefault(other => other.Row.Fault == step.With)?.Row.Incident is { Length: > 0 } with ? with : null,
        step.Row.Level, step.Row.Services, step.Cause?.Runbook, step.Cause?.Title ?? step.Text.Split('\n')[0]);
}
