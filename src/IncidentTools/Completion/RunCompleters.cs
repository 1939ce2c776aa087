using IncidentTools.Base;
using IncidentTools.Engine;
using IncidentTools.Engine.Incidents;

namespace IncidentTools.Completion;

/// <summary>Open runs, newest first.</summary>
public sealed class RunCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) =>
        engine.Runs.List(null, "Open", null).Select(run => (run.Run, $"{run.State}{(run.WaitReason is null ? "" : $" ({run.WaitReason})")}: {run.Title}{(run.Incident is null ? "" : $", {run.Incident}")}{(run.Step is null ? "" : $", at {run.Step}")}"));
}

/// <summary>Steps of the run that is given, or of the only one that can be meant; the ones that wait first.</summary>
public sealed class StepCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) =>
        Steps(engine, Bound["Run"] as string).OrderByDescending(step => step.WaitReason is not null).ThenBy(step => step.Number).DistinctBy(step => step.Step).Select(step => (step.Step, $"{step.State}: {step.Title}"));

    internal static IReadOnlyList<RunbookStep> Steps(IncidentEngine engine, string? run)
    {
        var meant = run ?? (engine.Runs.List(ModuleSession.Current.CurrentIncident is { } current ? IncidentId.Parse(current) : null, "Open", null) is [var only] ? only.Run : null);
        return meant is null ? [] : engine.Runs.Steps(meant);
    }
}

/// <summary>The words that answer the step that waits.</summary>
public sealed class OutcomeCompleter : Completer
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Text, string Tip)> Candidates(IncidentEngine engine) =>
        StepCompleter.Steps(engine, Bound["Run"] as string).Where(step => step.WaitReason is not null && (Bound["Step"] is not string id || id == step.Step)).SelectMany(step => step.Choice.Select(word => (word, step.Prompt)));
}
