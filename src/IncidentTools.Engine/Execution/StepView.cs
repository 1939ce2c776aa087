using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Steps as people see them.</summary>
internal static class StepView
{
    public static RunbookStep Of(RunSession session, StepInstance instance) => Of(session.State, session.Books.Of(session.State.Frame(instance.Frame)), session.Books.StepOf(session.State, instance), instance);

    /// <param name="instance">Null for a step not reached.</param>
    public static RunbookStep Of(RunState state, BookIndex book, StepDefinition step, StepInstance? instance)
    {
        var started = state.Started!;
        var view = Plain(book, step) with { Run = state.Run, Incident = started.Incident };
        if (instance is null) return view with { State = "Pending" };
        // a finished visit waits only while it is taken back
        var (wait, back) = (instance.Wait, instance.IsFinished);
        return view with
        {
            Visit = instance.Visit, Path = instance.Path, Attempt = instance.Attempt, Status = instance.Status, Value = instance.Value, Error = instance.Error, Message = instance.Message, Detail = instance.Detail,
            StartedAt = instance.EnteredAt, EndedAt = instance.EndedAt, State = wait is { Opened.Kind: "InDoubt" } ? "InDoubt" : wait is not null && back ? "Waiting" : instance.State,
            WaitReason = wait?.Opened.Kind, Wait = wait?.Opened.Wait, Prompt = wait?.Opened.Prompt ?? "", Choice = wait?.Opened.Choices ?? [], DueAt = wait?.Opened.DueAt,
            Field = wait is { Opened.Kind: "Answer" } && !back ? StepFields.Describe(step.Use.With) : view.Field,
            Approval = wait?.Opened.Rule is { } rule ? ApprovalGate.Describe(rule) : view.Approval,
            Command = wait is null ? null : Command(state.Run, step, instance, wait),
        };
    }

    /// <summary>What was done besides the runbook.</summary>
    public static RunbookStep Of(RunState state, BookIndex book, DateTimeOffset at, string actor, AdHocDone done) => new()
    {
        Run = state.Run, Incident = state.Started!.Incident, Runbook = book.Id, Step = $"ad_hoc_{done.Number}", Path = $"/ad_hoc_{done.Number}#1", Visit = 1, Number = 0, Phase = done.Phase, Title = done.Title, Purpose = "",
        Uses = "ad hoc", Impact = "none", State = "Succeeded", Message = $"{done.Note}{(done.Note.Length == 0 ? "" : " ")}({actor})", Value = done.Value.Count == 0 ? null : done.Value, StartedAt = at, EndedAt = at,
    };

    public static RunbookStep Plain(BookIndex book, StepDefinition step) => new()
    {
        Runbook = book.Id, Step = step.Id, Number = book.Number(step.Id), Phase = step.Phase.ToString().ToLowerInvariant(), Title = step.Title, Purpose = step.Purpose, Uses = step.Use.Uses,
        Impact = step.Impact.ToString().ToLowerInvariant(), State = "Planned",
    };

    private static string Command(string run, StepDefinition step, StepInstance visit, WaitState wait) => wait.Opened.Kind switch
    {
        _ when wait.IsSettled => $"Resume-RunbookRun {run}",
        "Approval" => $"Approve-RunbookStep -Run {run} -Step {Name(visit)}",
        "InDoubt" => $"Resolve-RunbookStep -Run {run} -Step {Name(visit)} -Outcome {wait.Opened.Choices[0]}",
        "Answer" => $"Complete-RunbookStep -Run {run} -Step {Name(visit)}{Outcome(wait)}{(visit.IsFinished ? "" : Values(step))}",
        _ => $"Resume-RunbookRun {run}",
    };

    /// <summary>In branches and for items several visits of one step may wait: there the path says which.</summary>
    private static string Name(StepInstance visit) => visit.Frame.Length == 0 ? visit.Step : PasteText.Word(visit.Path);

    private static string Outcome(WaitState wait) => wait.Opened.Choices is [var first, ..] ? $" -Outcome {PasteText.Word(first)}" : "";

    private static string Values(StepDefinition step) => StepFields.Describe(step.Use.With) is { Count: > 0 } fields && !step.Use.With.ContainsKey("allowed") ? $" -Value @{{ {string.Join("; ", fields.Keys.Select(name => $"{name} = '…'"))} }}" : "";
}
