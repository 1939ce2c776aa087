using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>One case, driven by the same runner as every run, over a store of its own: answers are given, waits pass at once, effects are what the case says.</summary>
internal sealed class CaseRun(RunParts parts, RunbookDefinition book, RehearsalCase item, string folder) : IDisposable
{
    private const int MostWaits = 200, PatientWaits = 50;
    private static readonly string[] People = [.. Enumerable.Range(1, 10).Select(number => $"rehearsal-{number}")];
    private readonly Dictionary<string, SqliteStore> _stores = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly SimulatedClock _clock = new(item.At);
    private readonly List<RehearsalDifference> _found = [];
    private int _timers;
    private Simulator _simulator = new((_, _) => Task.FromResult<SimulatedResult?>(null));

    public async Task<(CaseOutcome? Outcome, IReadOnlyList<RehearsalDifference> Differences)> RunAsync(CancellationToken cancellation)
    {
        SimulatedResult? Given(string step) => Next(item.Mocks, step) is { } written ? SimulatedResult.Read(written) : null;
        _simulator = new Simulator((step, _) => Task.FromResult(Given(step))) { Passed = _clock.Advance, Told = Given };
        var runs = As("rehearsal");
        RunbookRun run;
        try { run = await runs.StartAsync(new RunRequest(book.Id, item.Incident is null ? null : (string)item.Incident["id"]!, item.Service, item.Parameters, null), Hasty, cancellation).ConfigureAwait(false); }
        catch (IncidentToolsException error)
        {
            Found("start", "a run", $"{error.ErrorId}: {error.Message}");
            return (null, _found);
        }
        for (var waits = 0; run.EndedAt is null && IsWhole(); waits++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (waits >= MostWaits) Found("end", "an end", $"after {MostWaits} waits it still waits at {run.Step}");
            else if (!GoOn(runs, run.Run)) break;
            else run = await runs.ContinueAsync(run.Run, Hasty, cancellation).ConfigureAwait(false);
        }
        IsWhole();
        return (Outcome(runs, run), _found);
    }

    private static RunOptions Hasty { get; } = new() { Patience = TimeSpan.Zero };

    private CaseOutcome Outcome(RunService runs, RunbookRun run)
    {
        var state = Fold(run.Run);
        var steps = runs.Steps(run.Run);
        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var outputs in steps.Select(step => step.Detail.GetValueOrDefault("outputs")).OfType<IReadOnlyDictionary<string, object?>>().Append(state.Variables))
            foreach (var (name, value) in outputs) given[name] = value;
        var books = new RunReader(PartsOf("rehearsal")).BooksOf(state);
        return new CaseOutcome(run.State, steps, given, RunRoots.Of(state, state.Root, books, null, _ => item.Incident!, _clock.GetUtcNow(), parts.Evidence), _simulator.Messages.Count) { Walked = WalkedBranches.Of(state, books, book).ToHashSet() };
    }

    /// <summary>Answers what is asked, else lets the next time come; false when neither can be.</summary>
    private bool GoOn(RunService runs, string run)
    {
        var waiting = runs.Steps(run).Where(step => step.WaitReason is not null).ToArray();
        var moved = false;
        foreach (var step in waiting.Where(step => step.WaitReason != "Timer"))
        {
            if (Next(item.Answers, step.Step) is not { } written)
            {
                Found($"answer of {step.Step}", $"an answer to '{step.Prompt}'", "(none)");
                return false;
            }
            var given = written as IReadOnlyDictionary<string, object?>;
            if (given?.GetValueOrDefault("cancel") is true) runs.RequestCancel(run, given.GetValueOrDefault("note") as string, rollback: false);
            else if (given?.GetValueOrDefault("expires") is true)
            {
                if (step.DueAt is { } end) _clock.AdvanceTo(end);
                else Found($"answer of {step.Step}", "a wait that expires", "this one has no time limit");
            }
            else Say(run, step, given?.GetValueOrDefault("answer") as string ?? written as string, given);
            moved = true;
        }
        if (moved || waiting.Length == 0) return _found.Count == 0;
        _clock.AdvanceTo(new[] { waiting.Min(step => step.DueAt)!.Value, NextRound(run) }.Min());
        // what is asked again and again reaches its deadline in longer and longer strides
        if (++_timers > PatientWaits) _clock.Advance(TimeSpan.FromMinutes(_timers - PatientWaits));
        return true;
    }

    /// <summary>When the next round beside a main line is due; never when there is none.</summary>
    private DateTimeOffset NextRound(string run)
    {
        var state = Fold(run);
        var books = new RunReader(PartsOf("rehearsal")).BooksOf(state);
        var due = state.Frames.Where(frame => frame is { IsBook: true, Ended: null, Current: not null }).SelectMany(frame => books.Of(frame).Book.Every.Select(every =>
            LaneDriver.Due(state.FindFrame(FramePath.Lane(frame.Path, every.Id)), every, state.Visits.First(visit => visit.Frame == frame.Path).EnteredAt)));
        return due.Where(time => time > _clock.GetUtcNow()).Min() ?? DateTimeOffset.MaxValue;
    }

    private RunState Fold(string run) => RunWriter.Fold(new IncidentJournal(Store("rehearsal")), item.Incident is { } incident ? (string)incident["id"]! : "$run-" + run, run);

    private void Say(string run, RunbookStep step, string? answer, IReadOnlyDictionary<string, object?>? given)
    {
        var said = new StepAnswer(answer, given?.GetValueOrDefault("values") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>(), given?.GetValueOrDefault("note") as string) { Wait = step.Wait };
        try
        {
            if (step.WaitReason != "Approval") As("rehearsal-1").Answer(run, step.Step, step.WaitReason == "InDoubt" ? AnswerKind.Settle : AnswerKind.Complete, said);
            else if (answer is "Approve" or "Deny")
                foreach (var person in Voices(run, step, answer == "Deny", given)) As(person).Answer(run, step.Step, answer == "Deny" ? AnswerKind.Deny : AnswerKind.Approve, said with { Answer = null });
            else Found($"answer of {step.Step}", "Approve or Deny", answer ?? "(none)");
        }
        catch (IncidentToolsException error) { Found($"answer of {step.Step}", "an answer that is taken", $"{error.ErrorId}: {error.Message}"); }
    }

    /// <summary>Who approves: whom the case names, else as many as the rule asks for, each with what it asks for.</summary>
    private IReadOnlyList<string> Voices(string run, RunbookStep step, bool denies, IReadOnlyDictionary<string, object?>? given)
    {
        if (given?.GetValueOrDefault("by") is IReadOnlyList<object?> { Count: > 0 } named) return [.. named.OfType<string>()];
        var rule = Fold(run).Visits.Last(visit => visit.Wait?.Opened.Wait == step.Wait).Wait!.Opened.Rule!;
        var known = parts.Workspace().Contacts.People;
        var people = rule.By.Where(known.ContainsKey).Concat(rule.By.Count == 0 || rule.By.Any(name => !known.ContainsKey(name)) ? People : []).Take(denies ? 1 : rule.Min);
        return [.. people];
    }

    /// <summary>Whether nothing stands against going on: a step that had no result would make all that follows worthless.</summary>
    private bool IsWhole()
    {
        foreach (var step in _simulator.Missing.Distinct()) Found($"mock of {step}", "a result", "(none): the step was reached");
        _simulator.Missing.Clear();
        return _found.Count == 0;
    }

    private void Found(string what, string expected, string actual) => _found.Add(Expectation.Of(what, expected, actual, item.Span));

    private object? Next(IReadOnlyDictionary<string, PlainList> lists, string key)
    {
        var slot = (ReferenceEquals(lists, item.Mocks) ? "mock " : "answer ") + key;
        var call = _calls.GetValueOrDefault(slot);
        _calls[slot] = call + 1;
        return RehearsalCase.Nth(lists, key, call);
    }

    private SqliteStore Store(string actor) => _stores.TryGetValue(actor, out var known) ? known
        : _stores[actor] = new SqliteStore(new SqliteStoreOptions(Path.Combine(folder, "rehearsal.db"), EntryTypes, [RunProjection.Instance], new Actor(actor, "rehearsal", "token"), parts.Host, _clock));

    private static EntryCatalog EntryTypes { get; } = new([JournalEntries.All, RunEntries.All, NotificationEntries.All]);

    private RunService As(string actor) => new(PartsOf(actor));

    private RunParts PartsOf(string actor) => _simulator.Around(parts) with
    {
        Journal = new IncidentJournal(Store(actor)), Time = _clock, Actor = new Actor(actor, "rehearsal", "token"), Mask = new SecretMask(), Workspace = Workspace,
        Find = id => id == book.Id ? book : parts.Find(id), Incident = _ => item.Incident ?? throw Errors.IncidentNotFound("INC-1"),
    };

    /// <summary>The workspace in use, with the case's service, and people who can take every role.</summary>
    private LoadedWorkspace Workspace()
    {
        var own = parts.Workspace();
        var services = item.Own is { } service ? new Dictionary<string, ServiceDefinition>(own.Services, StringComparer.Ordinal) { [service.Id] = service } : own.Services;
        var people = new Dictionary<string, Person>(own.Contacts.People, StringComparer.Ordinal);
        var roles = own.Policy.Roles.Select(role => role.Id).Concat(book.AllSteps.SelectMany(step => step.Approval?.By ?? [])).Distinct().ToArray();
        foreach (var id in People) people[id] = new Person { Id = id, Name = id, Roles = roles };
        return own with { Trusted = true, Services = services, Contacts = own.Contacts with { People = people } };
    }

    public void Dispose()
    {
        foreach (var store in _stores.Values) store.Dispose();
    }
}
