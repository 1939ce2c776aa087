using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What people say to runs: answers, approvals, skips, cancels. Recorded whether or not a runner lives; nothing runs here.</summary>
internal sealed class RunPeople(RunParts parts, Func<RunState, BookIndex> bookOf)
{
    public void Answer(RunRow row, string? step, AnswerKind kind, StepAnswer answer) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        if (state.Ended is null && state.Current is { Wait: { } wait, IsFinished: false } current && (step is null || step == current.Step))
        {
            if (answer.Wait is { } meant && meant != wait.Opened.Wait) throw Errors.WaitNotOpen(meant, "the step waits for something else by now");
            var definition = bookOf(state).Step(current.Step)!;
            var (word, value) = Words(definition, wait, kind, answer);
            return [new EntryDraft(RunAnswers.Decide(state, wait.Opened.Wait, word, value, answer.Note, answer.SoleReason, Me(state), parts.Time.GetUtcNow()))];
        }
        if (step is not null && bookOf(state).Step(step) is null) throw Errors.StepUnknown(row.Runbook, step);
        throw Errors.StepNotWaiting(row.Run, step, step is not null && state.Steps.TryGetValue(step, out var last) ? last.State : state.Ended is { } ended ? ended.Result : step is null ? state.State : "Pending");
    });

    public void Skip(RunRow row, string step, string reason) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        if (bookOf(state).Step(step) is not { } definition) throw Errors.StepUnknown(row.Runbook, step);
        if (state.Ended is { } ended) throw Errors.SkipRefused(step, $"the run ended {ended.Result}");
        if (state.Current is { IsFinished: false } current && current.Step == step && current.Open is not null) throw Errors.SkipRefused(step, "an attempt of it is under way or in doubt");
        if (state.Steps.TryGetValue(step, out var last) && last.IsFinished && last.Visit >= (definition.MaxVisits ?? 1)) throw Errors.SkipRefused(step, $"it is over: {last.State}");
        return [new EntryDraft(new StepSkipRequested(row.Run, step, reason))];
    });

    public void Cancel(RunRow row, string? reason) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        return state.Ended is not null || state.Cancel is not null ? [] : [new EntryDraft(new RunCancelRequested(row.Run, reason))];
    });

    /// <summary>The answer in the words of the wait, its values typed.</summary>
    private static (string Word, object? Value) Words(StepDefinition step, WaitState wait, AnswerKind kind, StepAnswer answer)
    {
        var fits = (wait.Opened.Kind, kind) is ("Answer", AnswerKind.Complete) or ("Approval", AnswerKind.Approve or AnswerKind.Deny) or ("InDoubt", AnswerKind.Settle);
        if (!fits) throw Errors.AnswerMismatch(step.Id, wait.Opened.Kind switch { "Answer" => "an answer", "Approval" => "an approval", "InDoubt" => "somebody to say what became of it", _ => "time to pass" }, Hint(step.Id, wait.Opened.Kind));
        if (kind is AnswerKind.Approve or AnswerKind.Deny) return (kind.ToString(), null);
        if (kind == AnswerKind.Settle) return (answer.Answer ?? "", null);
        var single = step.Use.With.ContainsKey("question");
        var given = single && answer.Values.Count == 0 && answer.Answer is { } said ? new Dictionary<string, object?> { ["answer"] = said } : answer.Values;
        var values = StepFields.Read(step.Id, step.Use.With, given);
        if (step.Use.Uses == "ask") return (single ? Foundation.Shapes.ValueReader.Text(values["answer"]) : "Answered", values);
        return (answer.Answer ?? wait.Opened.Choices[0], values);
    }

    private static string Hint(string step, string kind) => kind switch
    {
        "Answer" => $"Complete-RunbookStep -Step {step} answers it.",
        "Approval" => $"Approve-RunbookStep -Step {step} or Deny-RunbookStep -Step {step}.",
        "InDoubt" => $"Resolve-RunbookStep -Step {step} -Outcome Done, NotDone or Stop.",
        _ => "Resume-RunbookRun when it is due.",
    };

    /// <summary>This session's actor, with every contact that is the same person. Without an incident, a role is had by whoever the contact list says can take it.</summary>
    private Answerer Me(RunState state)
    {
        var id = parts.Actor.Id;
        var people = parts.Workspace().Contacts.People;
        var mine = people.Values.Where(person => person.Id == id || person.Logins.Contains(id, StringComparer.OrdinalIgnoreCase)).ToList();
        var ids = mine.Select(person => person.Id).Append(id).ToHashSet(StringComparer.Ordinal);
        if (state.Started!.Incident is not { } incident)
            return new Answerer(parts.Actor, ids, mine.SelectMany(person => person.Roles).Distinct().ToDictionary(role => role, _ => id, StringComparer.Ordinal)) { Known = people.Values.SelectMany(person => person.Roles).Concat(people.Keys).ToHashSet(StringComparer.Ordinal) };
        var roles = parts.Incident(incident).GetValueOrDefault("roles") is IReadOnlyDictionary<string, object?> held
            ? held.Where(pair => pair.Value is string).ToDictionary(pair => pair.Key, pair => (string)pair.Value!, StringComparer.Ordinal) : [];
        return new Answerer(parts.Actor, ids, roles) { Known = roles.Keys.Concat(people.Keys).ToHashSet(StringComparer.Ordinal) };
    }
}
