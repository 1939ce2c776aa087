using System.Collections.Concurrent;
using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Detection.Alerts;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Sqlite;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Tests.Probes;
using IncidentTools.Engine.Workspace;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Detection;

/// <summary>Detection over a real store and a catalogue of the test's own; what its probes see is written down by the test.</summary>
internal sealed class DetectionWorld : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<SqliteStore> _stores = [];
    private readonly ConcurrentDictionary<string, (ProbeStatus Status, string? Word, string Message)> _seen = new(StringComparer.Ordinal);
    private readonly RunbookLibrary _library;
    private LoadedWorkspace _workspace;

    /// <param name="services">Of services.yaml, indented by two.</param>
    public DetectionWorld(string services, string detection = "")
    {
        var shipped = Path.Combine(RepoRoot.Require(), "runbooks");
        _folder.Write("incidenttools.yaml", "schema: incidenttools/workspace/v1\n");
        var policy = File.ReadAllText(Path.Combine(shipped, "policy.yaml")).ReplaceLineEndings("\n");
        _folder.Write("policy.yaml", detection.Length == 0 ? policy : System.Text.RegularExpressions.Regex.Replace(policy, @"(?m)^detection:\n(?:[ #].*\n|\n)*", "") + "\ndetection:\n" + detection);
        _workspace = Catalogue(services);
        var uses = new UseCatalog(ProbeTable.All.Values.Select(probe => new UseInfo(probe.Name, probe.Summary, probe.Parameters, UseRole.Probe)));
        _folder.Write("runbooks/outage.yaml", "schema: incidenttools/runbook/v1\nid: outage\nversion: 1.0.0\ntitle: Outage\nsymptoms:\n  - { id: refused, text: Connections are refused, words: [refused, unavailable] }\nsteps:\n  - { id: one, phase: detect, title: One, uses: manual, with: { instruction: Look. } }\n");
        _library = RunbookLibrary.Of(new RunbookLoader(uses, null), _folder.Path, _folder.Path, _folder.Path);
        Main = Open();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.Zero));
    public DetectionParts Main { get; }
    public int Pages { get; private set; }
    public List<string> Delivered { get; } = [];
    /// <summary>Called before a page is intended: within a declaration, so to say.</summary>
    public Action? OnPage { get; set; }

    /// <summary>A process of its own on the same store.</summary>
    public DetectionParts Open()
    {
        var store = new SqliteStore(new SqliteStoreOptions(Path.Combine(_folder.Path, "s.db"), IncidentEngine.EntryTypes, IncidentEngine.Projections, new Actor("task", "os", "os"), "host", Time));
        _stores.Add(store);
        var journal = new IncidentJournal(store);
        return new DetectionParts
        {
            Journal = journal, StoreIsThere = () => File.Exists(Path.Combine(_folder.Path, "s.db")), Incidents = new IncidentService(journal, () => _workspace.Policy, Time), Time = Time, Host = "host", Workspace = () => _workspace, Library = () => _library,
            Uses = new UseCatalog(), Evaluator = null, Probes = ProbeTable.All.Values.ToDictionary(probe => probe.Name, probe => (IProbe)new Scripted(probe, this), StringComparer.Ordinal), Processes = new RealProcesses(), Secrets = new Secrets([]), Mask = new SecretMask(),
            Page = (_, _) =>
            {
                OnPage?.Invoke();
                Pages++;
                return [];
            },
            Deliver = (incident, _) =>
            {
                lock (Delivered) Delivered.Add(incident);
                return Task.CompletedTask;
            },
        };
    }

    public LoadedWorkspace Catalogue(string services)
    {
        _folder.Write("services.yaml", "schema: incidenttools/services/v1\nservices:\n" + services);
        return _workspace = WorkspaceLoader.Load(new WorkspaceLocation(_folder.Path, "parameter", true));
    }

    /// <summary>What a probe says from now on whose url, host or name holds the text; nothing said is Pass.</summary>
    public void See(string what, char letter, string? word = null) => _seen[what] = letter switch
    {
        'F' => (ProbeStatus.Fail, word ?? "StatusUnexpected", $"{what} answered 502"), 'E' => (ProbeStatus.Error, word ?? "NetworkError", $"{what} could not be asked"), 'W' => (ProbeStatus.Warn, word ?? "TooSlow", $"{what} is slow"), _ => (ProbeStatus.Pass, null, $"{what} is well"),
    };

    public IncidentDetection Tick(bool whatIf = false, DetectionParts? by = null, params string[] services)
    {
        var result = new DetectionTick(by ?? Main, new DetectionRequest(services, 8, whatIf, Pages: true)).RunAsync(null, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        Time.Advance(TimeSpan.FromMinutes(1));
        return result;
    }

    public IncidentDetection[] Ticks(int count) => [.. Enumerable.Range(0, count).Select(_ => Tick())];

    public IReadOnlyList<IncidentAlert> Receive(string body, string? format = null, string? service = null, bool whatIf = false) =>
        new AlertDesk(Main).ReceiveAsync(new AlertRequest(body, format, service, whatIf, Pages: true), TestContext.Current.CancellationToken).GetAwaiter().GetResult();

    public IReadOnlyList<IncidentRow> Incidents => Main.Incidents.Query(new ProjectionQuery().Order("number"));
    public string[] Notes(string incident) => [.. Main.Journal.Store.Read(incident).Select(entry => entry.Data).OfType<NoteAdded>().Select(note => note.Text)];
    public long Entries => Main.Journal.Store.Size;

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        _folder.Dispose();
    }

    private sealed class Scripted(IProbe real, DetectionWorld world) : IProbe
    {
        public string Name => real.Name;
        public string Summary => real.Summary;
        public ObjectShape Parameters => real.Parameters;

        public Task<ProbeResult> CheckAsync(Arguments with, ProbeContext context, CancellationToken cancellation)
        {
            var asked = with.TextOrNull("url") ?? with.TextOrNull("host") ?? with.TextOrNull("name") ?? string.Join(",", with.Texts("paths"));
            var seen = world._seen.Where(pair => asked.Contains(pair.Key, StringComparison.Ordinal)).Select(pair => pair.Value).DefaultIfEmpty((ProbeStatus.Pass, null, "well")).First();
            return Task.FromResult(new ProbeResult(seen.Item1, seen.Item3) { Error = seen.Item2 });
        }
    }
}
