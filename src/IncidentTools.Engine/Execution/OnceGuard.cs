using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// Keeps a <c>once</c> step from having its effect a second time at another visit: whether an earlier visit in the same place had it is asked of
/// its check, else of a person.
/// </summary>
internal sealed class OnceGuard(RunSession session, StepDefinition step, IAction effect)
{
    /// <summary>Null when the effect may be had.</summary>
    public async Task<StepProgress?> HoldAsync(StepInstance instance, CancellationToken cancellation)
    {
        if (!step.Once || instance.Attempt > 0 || Earlier(instance) is not { } earlier) return null;
        if (instance.Wait is { Opened.Kind: "InDoubt" } asked)
        {
            if (asked.Answers is not [var (actor, answer), ..]) return StepProgress.Parked;
            if (answer.Answer == "NotDone") return null;
            if (answer.Answer == "Done") session.Finish(instance, "Succeeded", message: answer.Note ?? $"done at {earlier.Path}", by: actor);
            else session.Finish(instance, "InDoubt", error: "InDoubt", message: answer.Note ?? "left in doubt", by: actor);
            return StepProgress.Moved;
        }
        var check = await EffectCheck.AskAsync(session, step, effect, earlier, earlier.Intended!.With, cancellation).ConfigureAwait(false);
        if (check.State == CheckState.NotDone) return null;
        if (check.State == CheckState.Done)
        {
            session.Finish(instance, "Succeeded", message: $"done at {earlier.Path}: {check.Message}", by: "check");
            return StepProgress.Moved;
        }
        session.Open(instance, "InDoubt", $"{step.Title} is to be done once, and {earlier.Path} may have done it: {check.Message}", ["Done", "NotDone", "Stop"], null);
        return StepProgress.Parked;
    }

    /// <summary>The last earlier visit in the same frame, visits of what is around it not counted, that may have had the effect.</summary>
    private StepInstance? Earlier(StepInstance instance)
    {
        var place = WithoutVisits(instance.Path);
        return session.State.Visits.LastOrDefault(visit => visit.Step == instance.Step && visit.Path != instance.Path && visit.Intended is not null && visit.Used > 0 && visit.State != "Undone" && WithoutVisits(visit.Path) == place);
    }

    private static string WithoutVisits(string path) => string.Join('/', path.Split('/').Select(part => part.IndexOf('#', StringComparison.Ordinal) is >= 0 and var at ? part[..at] : part));
}
