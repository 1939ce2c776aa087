using System.Text;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Tests.Incidents;
using IncidentTools.Engine.Workspace;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Runs over a real store, with effects that count, a clock that the test moves and, on request, a machine that dies at the n-th append.</summary>
internal sealed class RunWorld : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<IDisposable> _stores = [];
    private readonly Dictionary<string, RunbookDefinition> _books = new(StringComparer.Ordinal);
    private static readonly ObjectShape Anything = new("the test's arguments", Shapes.Optional("text", Shapes.Text, "any text"), Shapes.Optional("n", Shapes.Int, "a number"));

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero));
    public CountingAction Action { get; } = new();
    public CountingProbe Probe { get; } = new();
    public TestExpressions Expressions { get; } = new();
    public List<string> Sent { get; } = [];
    public bool Trusted { get; set; } = true;
    public bool SoleOperator { get; set; }
    public bool SoleReason { get; set; } = true;
    public IProcessRunner Processes { get; init; } = new NoProcesses();

    private readonly List<RunbookDefinition> _ever = [];

    public void Add(RunbookDefinition book)
    {
        _books[book.Id] = book with { Source = book.Source.Length > 0 ? book.Source : $"{book.Id} {_ever.Count}" };
        _ever.Add(_books[book.Id]);
    }

    /// <summary>A session of its own: its own store connection, actor and, maybe, death.</summary>
    public (RunService Runs, MortalStore Store) Open(string actor = "ana", int dieAt = int.MaxValue, bool after = false)
    {
        var store = new MortalStore(new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor(actor, "os", "os"), "host", Time)), dieAt, after);
        _stores.Add(store);
        return (new RunService(Parts(store, actor)), store);
    }

    /// <summary>The run's stream as it is stored.</summary>
    public IReadOnlyList<Entry> Entries(string run) => EntriesOf("$run-" + run);

    public IReadOnlyList<Entry> EntriesOf(string stream)
    {
        using var store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("reader", "os", "os"), "host", Time));
        return [.. store.Read(stream)];
    }

    private RunParts Parts(IJournalStore store, string actor) => new()
    {
        Journal = new IncidentJournal(store), Time = Time, Actor = new Actor(actor, "os", "os"), Host = "host",
        Find = id => _books.TryGetValue(id, out var book) ? book : throw Errors.StepUnknown(id, "?"),
        Read = (_, bytes) => _ever.First(book => book.Source == Encoding.UTF8.GetString(bytes)),
        Uses = new Catalog(), Expressions = () => Expressions,
        Probes = new Dictionary<string, IProbe>(ProbeTable.All) { [Probe.Name] = Probe }, Actions = new Dictionary<string, IAction> { [Action.Name] = Action },
        Processes = Processes, Secrets = new SecretChain([]), Mask = new SecretMask(),
        Post = request => [new EntryDraft(new NotificationIntended(Uuid7.New(Time.GetUtcNow()), request.Purpose, request.Audience, null, "file", null, "P1", request.Subject ?? "", request.Body ?? ""))],
        Clock = clock => new EntryDraft(new Engine.Incidents.ClockStarted(clock.Name, clock.Title, clock.From, clock.Due, clock.Warn)),
        Deliver = (stream, _) => { Sent.Add(stream); return Task.CompletedTask; },
        Workspace = () => new LoadedWorkspace(_folder.Path, "parameter", Trusted, Policy(), new Dictionary<string, ServiceDefinition>(), new ContactList(new Dictionary<string, Person>(), new Dictionary<string, Team>(), new Dictionary<string, EscalationPolicyDefinition>(), ""), []),
        Incident = id => new Dictionary<string, object?> { ["id"] = id, ["services"] = new List<object?>(), ["roles"] = new Dictionary<string, object?> { ["commander"] = "bob" } },
        TemplateFolders = () => [], Watch = TimeSpan.FromMilliseconds(20),
    };

    private Policy Policy() => TestPolicy.Default with
    {
        Approval = new ApprovalPolicy(new Dictionary<string, ApprovalRule> { ["high"] = new(["commander"], 1, true, TimeSpan.FromMinutes(30)) }, new SoleOperatorRule(SoleOperator, SoleReason)),
    };

    public static RunRequest Request(string book, string? key = null, string? incident = null) => new(book, incident, null, new Dictionary<string, object?>(), key);
    public static StepAnswer Say(string? answer = null, string? note = null, string? sole = null) => new(answer, new Dictionary<string, object?>(), note, sole);

    public static StepDefinition Step(string id, string uses, params (string Key, object? Value)[] with) => new()
    {
        Id = id, Phase = StepPhase.Resolve, Title = id, Use = new UseDefinition(uses, with.ToDictionary(item => item.Key, item => item.Value), SourceSpan.None),
    };

    public static RunbookDefinition Book(params StepDefinition[] steps) => new() { Id = "book", Version = "1.0.0", Title = "Book", Source = "", Hash = "hash", Steps = steps };

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        _folder.Dispose();
    }

    private sealed class Catalog : IUseCatalog
    {
        private static readonly Dictionary<string, UseInfo> Table = new[] { new UseInfo("action.count", "counts", Anything, UseRole.Action), new UseInfo("probe.count", "looks", Anything, UseRole.Probe) }.ToDictionary(use => use.Name);
        public UseInfo? Find(string uses) => Table.GetValueOrDefault(uses);
        public IReadOnlyCollection<UseInfo> All => Table.Values;
    }

    private sealed class NoProcesses : IProcessRunner
    {
        public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation) => throw new InvalidOperationException("no program is started here");
        public string? Find(string program) => null;
    }
}

/// <summary>An action whose effect is a count, and which can say how the count stood when its attempt was intended.</summary>
internal sealed class CountingAction : IAction
{
    private readonly object _gate = new();
    public int Count { get; private set; }
    public List<string> Log { get; } = [];
    public Func<string?, CancellationToken, Task<ActionResult>>? By { get; set; }
    public CheckState? Checks { get; set; }
    public Func<string?, CheckState>? ChecksBy { get; set; }
    public Func<CancellationToken, Task<ActionResult>>? Does { get; set; }
    public StepImpact Least { get; set; } = StepImpact.Low;
    public string? Against { get; set; }

    public string Name => "action.count";
    public string Summary => "Counts";
    public ObjectShape Parameters { get; } = new("the test's arguments", Shapes.Optional("text", Shapes.Text, "any text"), Shapes.Optional("n", Shapes.Int, "a number"));
    public StepImpact Impact(Arguments with) => Least;
    public ActionPlan Plan(Arguments with) => new("the counter", "counts", [$"count {with.TextOrNull("text")}"], with.TextOrNull("text") is null ? null : "counts back");
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Against);
    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        lock (_gate)
        {
            Count++;
            Seen = with.TextOrNull("text");
            Log.Add(Seen ?? "");
        }
        if (By is not null) return await By(with.TextOrNull("text"), cancellation);
        return Does is null ? new ActionResult(ActionOutcome.Succeeded, "counted") { Value = (long)Count, UndoData = new Dictionary<string, object?> { ["by"] = 1L } } : await Does(cancellation);
    }
    public string? Seen { get; private set; }
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(ChecksBy?.Invoke(with.TextOrNull("text")) ?? Checks ?? CheckState.Unknown, "looked"));
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        Count -= (int)(long)(undoData.GetValueOrDefault("by") ?? 1L); // lost with the result of an attempt that a check settled
        Log.Add("-" + with.TextOrNull("text"));
        return Task.FromResult(new ActionResult(ActionOutcome.Succeeded, $"took {with.TextOrNull("text")} back"));
    }
    public bool CanUndo(Arguments with) => with.TextOrNull("text") is not null;
}

internal sealed class CountingProbe : IProbe
{
    public int Count { get; private set; }
    public Func<int, ProbeResult> Result { get; set; } = count => new ProbeResult(ProbeStatus.Pass, "fine") { Value = (long)count };
    public string Name => "probe.count";
    public string Summary => "Looks";
    public ObjectShape Parameters { get; } = new("the test's arguments", Shapes.Optional("text", Shapes.Text, "any text"), Shapes.Optional("n", Shapes.Int, "a number"));
    public Task<ProbeResult> CheckAsync(Arguments with, ProbeContext context, CancellationToken cancellation) => Task.FromResult(Result(++Count));
}

/// <summary>Expressions as functions that the test gives by their text; references are what looks like one.</summary>
internal sealed class TestExpressions : IExpressionEvaluator
{
    private readonly Dictionary<string, Func<IReadOnlyDictionary<string, object?>, object?>> _known = new(StringComparer.Ordinal) { ["$true"] = _ => true, ["$false"] = _ => false };
    public Expression Add(string text, Func<IReadOnlyDictionary<string, object?>, object?> value)
    {
        _known[text] = value;
        return new Expression(text, SourceSpan.None);
    }

    public Template Value(string text, Func<IReadOnlyDictionary<string, object?>, object?> value)
    {
        _known[text] = value;
        return new Template([new TemplatePart(true, text)], SourceSpan.None);
    }

    public ExpressionCheck Inspect(string text) => new([], [.. System.Text.RegularExpressions.Regex.Matches(text, @"\$(\w+(\.\w+)*)").Select(match => new ExpressionReference(match.Groups[1].Value, match.Index, false))]);
    public int FindEnd(string text, int start) => text.IndexOf("}}", start, StringComparison.Ordinal);
    public object? Evaluate(string text, IReadOnlyDictionary<string, object?> roots) => _known[text](roots);

    /// <summary>A member of a root: Get(roots, "steps", "a", "state").</summary>
    public static object? Get(IReadOnlyDictionary<string, object?> roots, params string[] path) => path.Aggregate((object?)roots, (value, name) => ((IReadOnlyDictionary<string, object?>)value!)[name]);
}

/// <summary>The power fails at the n-th append: before it is written, or after, when nobody hears that it was.</summary>
internal sealed class MortalStore(IJournalStore store, int dieAt, bool after) : IJournalStore
{
    private int _appends;
    public bool IsDead { get; private set; }
    public int Appends => _appends;

    public AppendResult Append(AppendRequest request)
    {
        var dies = ++_appends == dieAt;
        if (dies && !after) Die();
        Alive();
        var result = store.Append(request);
        if (dies) Die();
        return result;
    }

    private void Die()
    {
        IsDead = true;
        throw new PowerFailure();
    }

    private IJournalStore Alive() => IsDead ? throw new PowerFailure() : store;

    public StoreInfo Info => Alive().Info;
    public long Size => Alive().Size;
    public StreamHead Head(string stream) => Alive().Head(stream);
    public AppendReceipt? FindKey(string stream, string key) => Alive().FindKey(stream, key);
    public IReadOnlyList<Entry> FindKey(string key) => Alive().FindKey(key);
    public IEnumerable<Entry> Read(string stream, long fromSeq = 1) => Alive().Read(stream, fromSeq);
    public IEnumerable<Entry> ReadAll(long fromPos = 0) => Alive().ReadAll(fromPos);
    public IEnumerable<RawEntry> ReadRaw(long fromPos = 0) => Alive().ReadRaw(fromPos);
    public IReadOnlyList<SealedValue> ReadSealed(string entryId) => Alive().ReadSealed(entryId);
    public IReadOnlyList<(string Projection, string Key)> ProjectionDifferences() => Alive().ProjectionDifferences();
    public byte[]? Content(string sha256) => Alive().Content(sha256);
    public TRow? Find<TRow>(Projection<TRow> projection, string key) where TRow : class => Alive().Find(projection, key);
    public IReadOnlyList<TRow> Query<TRow>(Projection<TRow> projection, ProjectionQuery query) where TRow : class => Alive().Query(projection, query);
    // a dead machine neither renews nor releases what it held
    public ILeaseStore Leases => IsDead ? new DeadLeases() : store.Leases;
    public void Dispose() => store.Dispose();

    private sealed class DeadLeases : ILeaseStore
    {
        public Lease? Acquire(string name, string owner, TimeSpan term, out Lease? holder) => throw new PowerFailure();
        public bool Renew(Lease lease, TimeSpan term, out Lease renewed) => throw new PowerFailure();
        public void Release(Lease lease) { }
        public Lease? Find(string name) => throw new PowerFailure();
    }
}

internal sealed class PowerFailure() : Exception("the power failed");
