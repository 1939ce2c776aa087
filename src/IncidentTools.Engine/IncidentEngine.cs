using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Detection.Alerts;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Learning;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;
using IncidentTools.Engine.Journal.Sqlite;

namespace IncidentTools.Engine;

/// <summary>What the outside gives: where things are, who we are, and the two things that need PowerShell.</summary>
public sealed record EngineOptions
{
    /// <summary>Path of the SQLite store; resolved by the caller (parameter, session, variable, default).</summary>
    public required string Store { get; init; }
    /// <summary>-Workspace or the session's; null = variable, parents of <see cref="Location"/>, shipped.</summary>
    public string? Workspace { get; init; }
    /// <summary>The user's current folder: where the search for a workspace starts.</summary>
    public required string Location { get; init; }
    /// <summary>The workspace that ships with the module.</summary>
    public required string ShippedWorkspace { get; init; }
    public TimeProvider Time { get; init; } = TimeProvider.System;
    public required Actor Actor { get; init; }
    public string Host { get; init; } = Environment.MachineName;
    public IScriptHost? Scripts { get; init; }
    /// <summary>Extra sources of secrets, asked before environment variables and files.</summary>
    public IReadOnlyList<ISecretSource> Secrets { get; init; } = [];
}

/// <summary>
/// The composition root: a hand-written graph, built lazily, no container. A cmdlet asks for the capability it needs and pays for no other.
/// Capabilities are added here as properties, one line each.
/// </summary>
public sealed class IncidentEngine(EngineOptions options) : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public EngineOptions Options => options;
    public TimeProvider Time => options.Time;
    public SecretMask Mask { get; } = new();

    /// <summary>The entry types of every capability; each adds its own line.</summary>
    public static EntryCatalog EntryTypes { get; } = new(
    [
        JournalEntries.All,
        IncidentEntries.All,
        ChecklistEntries.All,
        NotificationEntries.All,
        RunEntries.All,
        DetectionEntries.All,
    ]);

    /// <summary>The projections of every capability; each adds its own line.</summary>
    public static IReadOnlyList<IProjection> Projections { get; } =
    [
        IncidentProjection.Instance,
        NotificationProjection.Instance,
        RunProjection.Instance,
        CheckProjection.Instance,
        FaultProjection.Instance,
    ];

    /// <summary>The journal; its store is opened at the first read or append.</summary>
    public IncidentJournal Journal => _journal ??= new IncidentJournal(Own(new SqliteStore(new SqliteStoreOptions(options.Store, EntryTypes, Projections, options.Actor, options.Host, Time))));
    private IncidentJournal? _journal;

    /// <summary>The workspace, read and checked at the first use.</summary>
    public LoadedWorkspace Workspace => _workspace ??= WorkspaceLoader.Load(WorkspaceLocation);
    private LoadedWorkspace? _workspace;

    /// <summary>The life of incidents.</summary>
    public IncidentService Incidents => _incidents ??= new IncidentService(Journal, () => Workspace.Policy, Time, () => StatutoryClocks);
    private IncidentService? _incidents;

    /// <summary>The workspace that ships: its checklist and clocks hold where a workspace has none of its own.</summary>
    private LoadedWorkspace Shipped => _shipped ??= WorkspaceLoader.Load(new WorkspaceLocation(options.ShippedWorkspace, "shipped", true));
    private LoadedWorkspace? _shipped;
    public ClockTable StatutoryClocks => Workspace.Clocks ?? Shipped.Clocks!;
    public Checklist Checklist => Workspace.Checklist ?? Shipped.Checklist!;

    /// <summary>The response checklist of incidents.</summary>
    public ChecklistService Checklists => _checklists ??= new ChecklistService(Journal, Incidents, () => Checklist, Time);
    private ChecklistService? _checklists;

    /// <summary>Secrets: what the caller brings, the environment, then files of the user.</summary>
    public ISecretSource Secrets => _secrets ??= new SecretChain([.. options.Secrets, new EnvironmentSecrets(), new FileSecrets(Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "IncidentTools", "secrets"))]);
    private ISecretSource? _secrets;

    /// <summary>Messages: intended in the caller's append, delivered after it.</summary>
    public INotifier Notifier => _notifier ??= new Notifier(Journal, () => Workspace, Path.Combine(options.ShippedWorkspace, "templates"), new ChannelContext(Time, Secrets, Mask, options.Scripts), ChannelTable.All, options.Scripts);
    private INotifier? _notifier;

    /// <summary>Message templates by name, each with the values it needs.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string> Needs)> Templates => MessageTemplate.All(Workspace.TemplateFolder, Path.Combine(options.ShippedWorkspace, "templates"));

    /// <summary>Updates to audiences.</summary>
    public IncidentUpdates Updates => _updates ??= new IncidentUpdates(Journal, Incidents, Notifier, () => Workspace);
    private IncidentUpdates? _updates;

    /// <summary>Messages of an incident, oldest first.</summary>
    public IEnumerable<IncidentNotification> Notifications(string incident) =>
        Journal.Store.Query(NotificationProjection.Instance, new ProjectionQuery().Where("stream", incident).Order("intended")).Select(row => row.ToPublic());

    /// <summary>The pages that a declaration means.</summary>
    public Func<string, IncidentDeclared, IReadOnlyList<EntryDraft>> Page => (id, declared) => new Pager(Notifier, () => Workspace, Time).Page(id, declared);

    /// <summary>Incidents as documents.</summary>
    public IncidentReport Reports => _reports ??= new IncidentReport(Journal, Incidents, () => Workspace.Policy) { Checklist = id => Checklists.Of(id) };
    private IncidentReport? _reports;

    /// <summary>What a step can use.</summary>
    public IUseCatalog Uses => _uses ??= new UseCatalog(
        ProbeTable.All.Values.Select(probe => new UseInfo(probe.Name, probe.Summary, probe.Parameters, UseRole.Probe)),
        ActionTable.All.Values.Select(action => new UseInfo(action.Name, action.Summary, action.Parameters, UseRole.Action)));
    private IUseCatalog? _uses;

    /// <summary>The runbooks of the workspace and those that ship.</summary>
    public RunbookLibrary Library => _library ??= LibraryOf(Workspace.Path, Workspace);
    private RunbookLibrary? _library;

    /// <summary>The runbooks of a workspace folder; without names to check against when the workspace itself is not valid.</summary>
    public RunbookLibrary LibraryOf(string folder, LoadedWorkspace? workspace) => RunbookLibrary.Of(
        new RunbookLoader(Uses, options.Scripts)
        {
            Names = workspace is null ? null : new RunbookNames(workspace, Path.Combine(options.ShippedWorkspace, "templates")),
            Today = DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime),
        }, folder, options.ShippedWorkspace, options.Location);

    /// <summary>Reads a runbook by itself: names of the workspace are not asked for.</summary>
    public RunbookLoader RunbookReader => new(Uses, options.Scripts);

    /// <summary>Runbooks as documents.</summary>
    public RunbookDocument Documents => new(() => Workspace, options.Scripts, RunbookByHand.Plan, [Workspace.TemplateFolder, Path.Combine(options.ShippedWorkspace, "templates")]);

    /// <summary>Everything in one document.</summary>
    public ResponseGuide Guide => new(Documents, () => Workspace, () => new GuideParts(Checklist, StatutoryClocks, [.. Templates]));

    /// <summary>Programs, started by argument list.</summary>
    public IProcessRunner Processes => _processes ??= new ProcessRunner(Time);
    private IProcessRunner? _processes;

    /// <summary>Runs of runbooks.</summary>
    public RunService Runs => _runs ??= new RunService(new RunParts
    {
        Journal = Journal, Time = Time, Actor = options.Actor, Host = options.Host, Find = id => Library.Find(id),
        // what a run is bound to was checked when it started; the workspace may have changed since
        Read = (file, source) => new RunbookLoader(Uses, options.Scripts).Read(file, source),
        Uses = Uses, Expressions = () => options.Scripts ?? throw Errors.ScriptHostMissing(), Probes = ProbeTable.All, Actions = ActionTable.All, Processes = Processes, Scripts = options.Scripts, Inspector = options.Scripts,
        Secrets = Secrets, Mask = Mask, Post = Updates.Drafts, Clock = clock => new EntryDraft(new ClockStarted(clock.Name, clock.Title, clock.From, clock.Due, clock.Warn)), Deliver = Notifier.DeliverDueAsync, Workspace = () => Workspace, Incident = id => Incidents.Get(id).ToPlain(),
        Evidence = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.Store))!, "evidence"),
        TemplateFolders = () => [Workspace.TemplateFolder, Path.Combine(options.ShippedWorkspace, "templates")],
    });
    private RunService? _runs;

    /// <summary>Looks at a service now.</summary>
    public ServiceTests ServiceTests => new(Detecting);

    /// <summary>What is wrong with the probes of a catalogue.</summary>
    public static IReadOnlyList<Diagnostic> ProbeFindings(LoadedWorkspace workspace, RunbookLibrary library) => CatalogueFindings.Of(workspace.Services.Values, [.. library.All().Select(file => file.Name)]);

    /// <summary>One tick of detection.</summary>
    public Task<IncidentDetection> DetectAsync(DetectionRequest request, Action<IncidentServiceCheck>? done, CancellationToken cancellation) => new DetectionTick(Detecting, request).RunAsync(done, cancellation);

    /// <summary>Takes alerts in.</summary>
    public AlertDesk Alerts => new(Detecting);

    private DetectionParts Detecting => _detecting ??= new DetectionParts
    {
        Journal = Journal, StoreIsThere = () => File.Exists(options.Store), Incidents = Incidents, Time = Time, Host = options.Host, Workspace = () => Workspace, Library = () => Library, Uses = Uses, Evaluator = options.Scripts, Probes = ProbeTable.All, Processes = Processes,
        Secrets = Secrets, Mask = Mask, Page = (id, declared) => Page(id, declared), Deliver = Notifier.DeliverDueAsync,
    };
    private DetectionParts? _detecting;

    /// <summary>Which workspace, without reading it.</summary>
    public WorkspaceLocation WorkspaceLocation => WorkspaceLocation.Find(options.Workspace, options.Location, options.ShippedWorkspace);

    public void Dispose()
    {
        for (var index = _owned.Count - 1; index >= 0; index--) _owned[index].Dispose();
        _owned.Clear();
    }

    private T Own<T>(T value) where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
