using System.Text;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Tests.Execution;
using IncidentTools.Engine.Tests.Incidents;
using IncidentTools.Engine.Workspace;
using IncidentTools.Scripting;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Semantics;

/// <summary>The real loader, evaluator, journal and runner, with a clock that the case moves and effects that it scripts.</summary>
internal sealed class SemanticWorld : IDisposable
{
    private static readonly ExpressionEvaluator Evaluator = new();
    private readonly TempFolder _folder = new();
    private readonly List<IDisposable> _stores = [];
    private readonly Dictionary<string, RunService> _sessions = [];
    private readonly Dictionary<string, RunbookDefinition> _books = [];
    private readonly Dictionary<string, RunbookDefinition> _read = [];
    private readonly RunbookLoader _loader;
    private readonly UseCatalog _uses;
    private readonly ScriptedAction _action;
    private readonly ScriptedProbe _probe;
    private readonly SemanticCase _case;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 3, 0, 0, TimeSpan.Zero));
    public EffectScript Script { get; }

    public SemanticWorld(SemanticCase of)
    {
        _case = of;
        Script = new EffectScript(Time, of);
        (_action, _probe) = (new ScriptedAction(Script), new ScriptedProbe(Script));
        _uses = new UseCatalog([new UseInfo(_action.Name, _action.Summary, _action.Parameters, UseRole.Action)], [new UseInfo(_probe.Name, _probe.Summary, _probe.Parameters, UseRole.Probe)]);
        _loader = new RunbookLoader(_uses, Evaluator);
        foreach (var (id, text) in of.Others) Put(id, text);
    }

    /// <summary>The runbook as it stands in the workspace from now on.</summary>
    public void Put(string id, string text) => _books[id] = Load(id + ".yaml", text);

    public IReadOnlyList<Diagnostic> Findings(string text) => _loader.Inspect("book.yaml", Encoding.UTF8.GetBytes(text)).Findings;

    private RunbookDefinition Load(string file, string text)
    {
        if (_read.TryGetValue(text, out var known)) return known;
        var (book, findings) = _loader.Inspect(file, Encoding.UTF8.GetBytes(text));
        return _read[text] = book ?? throw new InvalidDataException($"the runbook of the case does not load:\n{string.Join('\n', findings.Where(finding => finding.Severity == DiagnosticSeverity.Error))}\n{text}");
    }

    /// <summary>Somebody's session: a store connection and an identity of its own.</summary>
    public RunService Session(string actor) => _sessions.TryGetValue(actor, out var known) ? known : _sessions[actor] = Mortal(actor, int.MaxValue, false).Runs;

    /// <summary>A session whose machine dies at its n-th append.</summary>
    public (RunService Runs, MortalStore Store) Mortal(string actor, int dieAt, bool after)
    {
        var store = new MortalStore(Store(actor), dieAt, after);
        _stores.Add(store);
        var runs = new RunService(Parts(store, actor));
        _sessions[actor] = runs;
        return (runs, store);
    }

    /// <summary>The lease of a machine that died runs out, and whoever sat there has another.</summary>
    public void Bury(string actor)
    {
        _sessions.Remove(actor);
        Time.Advance(RunLease.Term + TimeSpan.FromSeconds(1));
    }

    /// <summary>No such runbook in the workspace any more.</summary>
    public void Forget(string id) => _books.Remove(id);

    /// <summary>The lease of a living runner goes to somebody else, as when its machine was cut off for longer than the term.</summary>
    public void Steal(string run, string by)
    {
        using var store = Store(by);
        store.Leases.Release(store.Leases.Find(RunLease.NameOf(run))!);
        Assert.NotNull(store.Leases.Acquire(RunLease.NameOf(run), $"{by}|elsewhere|1|2026-11-23T03:00:00.000000Z|t", RunLease.Term, out _));
    }

    public SqliteStore Store(string actor) => new(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor(actor, "os", "os"), "host", Time));

    private RunParts Parts(IJournalStore store, string actor) => new()
    {
        Journal = new IncidentJournal(store), Time = Time, Actor = new Actor(actor, "os", "os"), Host = "host",
        Find = id => _books.TryGetValue(id, out var book) ? book : throw Errors.RunbookNotFound(id, null),
        Read = (name, bytes) => Load(name, Encoding.UTF8.GetString(bytes)),
        Uses = _uses, Expressions = () => Evaluator,
        Probes = new Dictionary<string, IProbe> { [_probe.Name] = _probe }, Actions = new Dictionary<string, IAction> { [_action.Name] = _action },
        Processes = new NoProcesses(), Secrets = new SecretChain([]), Mask = new SecretMask(),
        Post = request => [new EntryDraft(new NotificationIntended(Uuid7.New(Time.GetUtcNow()), request.Purpose, request.Audience, null, "file", null, "P1", request.Subject ?? "", request.Body ?? ""))],
        Clock = clock => new EntryDraft(new Engine.Incidents.ClockStarted(clock.Name, clock.Title, clock.From, clock.Due, clock.Warn)),
        Deliver = (_, _) => Task.CompletedTask,
        Workspace = () => new LoadedWorkspace(_folder.Path, "parameter", true, Policy(), new Dictionary<string, ServiceDefinition>(), Contacts, []),
        Incident = id => new Dictionary<string, object?> { ["id"] = id, ["services"] = new List<object?>(), ["roles"] = new Dictionary<string, object?> { ["commander"] = "bob" } },
        TemplateFolders = () => [],
    };

    private Policy Policy() => TestPolicy.Default with
    {
        Approval = new ApprovalPolicy(
            new Dictionary<string, ApprovalRule> { ["high"] = new(["commander"], 1, true, TimeSpan.FromMinutes(30)), ["medium"] = new([], 1, true, TimeSpan.FromMinutes(30)) }, new SoleOperatorRule(_case.Text("sole") == "true", true)),
    };

    // bob and carol may command, dora looks after the databases; ana runs things
    private static readonly ContactList Contacts = new(
        new[] { Person("ana"), Person("bob", "commander"), Person("carol", "commander", "dba"), Person("dora", "dba") }.ToDictionary(person => person.Id), new Dictionary<string, Team>(), new Dictionary<string, EscalationPolicyDefinition>(), "");

    private static Person Person(string id, params string[] roles) => new() { Id = id, Name = id, Roles = roles };

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        _folder.Dispose();
    }

    private sealed class NoProcesses : IProcessRunner
    {
        public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation) => throw new InvalidOperationException("no program is started here");
        public string? Find(string program) => null;
    }
}
