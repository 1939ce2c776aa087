using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>What people say to runs: answers, approvals, skips, cancels. Recorded whether or not a runner lives; nothing runs here.</summary>
internal sealed class RunPeople(RunParts parts, Func<RunState, RunBooks> booksOf)
{
    /// <param name="step">An id, the path of a visit, or null when only one waits.</param>
    /// <returns>Path of the visit that was answered.</returns>
    public string Answer(RunRow row, string? step, AnswerKind kind, StepAnswer answer)
    {
        var path = "";
        parts.Journal.Update(row.Stream, _ =>
        {
            var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
            var (visit, wait) = Meant(state, row, step, answer.Wait);
            path = visit.Path;
            var (word, value) = Words(booksOf(state).StepOf(state, visit), visit, wait, kind, answer);
            return [new EntryDraft(RunAnswers.Decide(state, wait.Opened.Wait, word, value, answer.Note, answer.SoleReason, Me(state), parts.Time.GetUtcNow()))];
        });
        return path;
    }

    /// <summary>The visit an answer is for. One that was answered a moment ago is found, too, so that a second answer hears that.</summary>
    private (StepInstance Visit, WaitState Wait) Meant(RunState state, RunRow row, string? step, string? wait)
    {
        var asked = state.Ended is null ? state.Visits.Where(visit => visit.Wait is not null && (step is null || visit.Step == step || visit.Path == step)).ToList() : [];
        var open = asked.Where(visit => !visit.Wait!.IsSettled).ToList();
        var found = wait is not null && asked.Find(visit => visit.Wait!.Opened.Wait == wait) is { } named ? [named] : open.Count > 0 ? open : asked;
        if (found.Count > 1 && found.Exists(visit => visit.Wait!.Opened.Kind != "Timer")) found = found.FindAll(visit => visit.Wait!.Opened.Kind != "Timer");
        if (found is [var visit])
        {
            if (wait is not null && wait != visit.Wait!.Opened.Wait) throw Errors.WaitNotOpen(wait, "the step waits for something else by now");
            return (visit, visit.Wait!);
        }
        if (found.Count > 1) throw Errors.StepAmbiguous(step ?? found[0].Step, string.Join(", ", found.Select(item => item.Path)));
        var last = state.Visits.LastOrDefault(item => item.Step == step || item.Path == step);
        if (step is not null && last is null && booksOf(state).Root.Step(step) is null) throw Errors.StepUnknown(row.Runbook, step);
        throw Errors.StepNotWaiting(row.Run, step, last?.State ?? (state.Ended is { } ended ? ended.Result : step is null ? state.State : "Pending"));
    }

    public void Skip(RunRow row, string step, string reason) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        var book = booksOf(state).Root;
        if (book.Step(step) is not { } definition) throw Errors.StepUnknown(row.Runbook, step);
        if (state.Ended is { } ended) throw Errors.SkipRefused(step, $"the run ended {ended.Result}");
        var last = state.Visits.LastOrDefault(visit => visit.Step == step);
        if (last is { IsFinished: false, Open: not null }) throw Errors.SkipRefused(step, "an attempt of it is under way or in doubt");
        if (last is { IsFinished: false, Members: not null }) throw Errors.SkipRefused(step, "what it runs is under way: skip the steps within it");
        if (IsOver(book, definition, last)) throw Errors.SkipRefused(step, $"it is over: {last!.State}");
        return [new EntryDraft(new StepSkipRequested(row.Run, step, reason))];
    });

    /// <summary>Whether a step of the run's own list had all the visits it can have. Steps within others may come with the next item or visit.</summary>
    private static bool IsOver(BookIndex book, StepDefinition step, StepInstance? last) =>
        last is { IsFinished: true, Frame: FramePath.Root } && (step.MaxVisits is { } most ? last.Visit >= most : !book.Main.Returns(step.Id));

    /// <summary>Somebody did by hand what a step would do, or, when the runbook has no such step, something besides it.</summary>
    /// <exception cref="IncidentToolsException">StepDoneRefused.</exception>
    public void ByHand(RunRow row, string step, StepAnswer answer) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        if (state.Ended is { } ended) throw Errors.StepDoneRefused(step, $"the run ended {ended.Result}");
        if (string.IsNullOrWhiteSpace(answer.Note)) throw Errors.StepDoneRefused(step, "what was done is owed as a note");
        var book = booksOf(state).Root;
        if (book.Step(step) is not { } definition) throw Errors.StepUnknown(row.Runbook, step);
        if (StepGroup.Is(definition)) throw Errors.StepDoneRefused(step, "it runs other steps: say it of those");
        var last = state.Visits.LastOrDefault(visit => visit.Step == step);
        if (last is { IsFinished: false, Open: not null }) throw Errors.StepDoneRefused(step, "an attempt of it is under way or in doubt: Resolve-RunbookStep settles it");
        if (IsOver(book, definition, last)) throw Errors.StepDoneRefused(step, $"it is over: {last!.State}");
        return [new EntryDraft(new StepDoneByHand(row.Run, step, answer.Values, answer.Note))];
    });

    /// <summary>Something was done that no step foresees.</summary>
    public void AdHoc(RunRow row, string title, StepPhase phase, StepAnswer answer) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        if (state.Ended is { } ended) throw Errors.StepDoneRefused(title, $"the run ended {ended.Result}");
        return [new EntryDraft(new AdHocDone(row.Run, state.AdHoc.Count + 1, title, phase.ToString().ToLowerInvariant(), answer.Note ?? "", answer.Values))];
    });

    public void Cancel(RunRow row, string? reason, bool rollback) => parts.Journal.Update(row.Stream, _ =>
    {
        var state = RunWriter.Fold(parts.Journal, row.Stream, row.Run);
        return state.Ended is not null || state.Cancel is not null ? [] : [new EntryDraft(new RunCancelRequested(row.Run, reason, rollback))];
    });

    /// <summary>The answer in the words of the wait, its values typed.</summary>
    private static (string Word, object? Value) Words(StepDefinition step, StepInstance visit, WaitState wait, AnswerKind kind, StepAnswer answer)
    {
        var fits = (wait.Opened.Kind, kind) is ("Answer", AnswerKind.Complete) or ("Approval", AnswerKind.Approve or AnswerKind.Deny) or ("InDoubt", AnswerKind.Settle);
        if (!fits) throw Errors.AnswerMismatch(step.Id, wait.Opened.Kind switch { "Answer" => "an answer", "Approval" => "an approval", "InDoubt" => "somebody to say what became of it", _ => "time to pass" }, Hint(step.Id, wait.Opened.Kind));
        if (kind is AnswerKind.Approve or AnswerKind.Deny) return (kind.ToString(), null);
        if (kind == AnswerKind.Settle) return (answer.Answer ?? "", null);
        // the instruction of an undo asks for nothing but its outcome
        if (visit.IsFinished) return (answer.Answer ?? wait.Opened.Choices[0], null);
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
