using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Runbooks;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>A run written by hand into a real store and folded from what the store gives back.</summary>
internal sealed class RunFixture : IDisposable
{
    private static readonly Dictionary<string, object?> Nothing = [];
    private readonly TempFolder _folder = new();
    private readonly SqliteStore _store;
    public const string Run = "r1", Stream = "$run-r1";
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero));
    public RunState State { get; } = new(Run);

    public RunFixture(bool soleOperator = false)
    {
        _store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, [], new Actor("ana", "os", "os"), "host", Time));
        Write(new RunStarted(Run, "book", "1.0.0", "Book", "hash", new Dictionary<string, string>(), null, Nothing, Nothing, new Dictionary<string, RunApproval>(), soleOperator));
    }

    public void Write(IEntryData data, string actor = "ana")
    {
        new IncidentJournal(_store).Append(Stream, new EntryDraft(data) { Actor = new Actor(actor, "os", "os") });
        foreach (var entry in _store.Read(Stream, State.Seq + 1)) State.Apply(entry);
    }

    public RunState Again()
    {
        var state = new RunState(Run);
        foreach (var entry in _store.Read(Stream)) state.Apply(entry);
        return state;
    }

    public string Enter(string step, int visit = 1)
    {
        var path = $"/{step}#{visit}";
        Write(new StepEntered(Run, path, step, visit));
        return path;
    }

    public void Finish(string step, string state, int visit = 1, string? go = null) => Write(new StepFinished(Run, Enter(step, visit), state, null, state == "Succeeded" ? null : "Broke", "", go, null));
    public void Intend(string path, int attempt) => Write(new StepIntended(Run, path, attempt, Nothing, "plan"));

    public static StepDefinition Step(string id, string uses = "assert") => new() { Id = id, Phase = StepPhase.Resolve, Title = id, Use = new UseDefinition(uses, Nothing, SourceSpan.None) };
    public static RunbookDefinition Book(params StepDefinition[] steps) => new() { Id = "book", Version = "1.0.0", Title = "Book", Source = "", Hash = "hash", Steps = steps };

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }
}
