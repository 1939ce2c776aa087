using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Benchmarks;

/// <summary>A step that does nothing, with its durable intent and result, against two bare appends; and whether the thousandth costs what the tenth does.</summary>
internal sealed class StepBenchmark : Benchmark
{
    private const int Short = 40, Long = 1050, Near = 10, Far = 1000, Span = 40;
    public override string Name => "step";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var store = AppendBenchmark.Open(folder.Store);
        var journal = new IncidentJournal(store);
        var nothing = new Nothing();
        var number = 0;
        yield return Paired.Rates("step-overhead", Goal.AtLeast(1 / 1.5),
            () => { for (var index = 0; index < 2; index++) journal.Append("INC-1", new EntryDraft(new NoteAdded("note", $"note {number++}"))); },
            () => { Drive(journal, nothing, Short); return Short; });
        var ratios = new List<double>();
        for (var round = 0; round < 7; round++)
        {
            nothing.Times.Clear();
            Drive(journal, nothing, Long);
            ratios.Add(Median(nothing.Times, Far) / Median(nothing.Times, Near));
        }
        yield return new Result("step-1000-to-10", ratios, Goal.AtMost(1.2), $"steps {Far}… against {Near}…, the median of {Span} each");
    }

    private static double Median(List<long> times, int from) => Enumerable.Range(from, Span).Select(index => (double)(times[index] - times[index - 1])).Quantile(0.5);

    private static void Drive(IncidentJournal journal, Nothing nothing, int steps)
    {
        var book = new RunbookDefinition { Id = "nothing", Version = "1.0.0", Title = "Nothing", Source = "nothing", Hash = "", Concurrency = "allow", Steps = [.. Enumerable.Range(0, steps).Select(Step)] };
        var runs = new RunService(new RunParts
        {
            Journal = journal, Time = TimeProvider.System, Actor = new Actor("bench", "os", "os"), Host = "host", Find = _ => book, Read = (_, _) => book, Uses = new UseCatalog([new UseInfo(nothing.Name, "", nothing.Parameters, UseRole.Action)]),
            Expressions = () => null!, Probes = new Dictionary<string, IProbe>(), Actions = new Dictionary<string, IAction> { [nothing.Name] = nothing }, Processes = new ProcessRunner(TimeProvider.System),
            Secrets = new SecretChain([]), Mask = new SecretMask(), Post = _ => [], Clock = _ => throw new InvalidOperationException("no clock here"), Deliver = (_, _) => Task.CompletedTask, Workspace = () => Empty, Incident = _ => throw new InvalidOperationException("no incident here"), TemplateFolders = () => [],
        });
        var run = runs.StartAsync(new RunRequest("nothing", null, null, new Dictionary<string, object?>(), null), new RunOptions(), CancellationToken.None).GetAwaiter().GetResult();
        if (run.State != "Succeeded") throw new InvalidOperationException($"the run ended {run.State}: {run.Message}");
    }

    private static StepDefinition Step(int number) => new() { Id = $"s{number}", Phase = StepPhase.Resolve, Title = "Nothing", Use = new UseDefinition("action.nothing", new Dictionary<string, object?>(), SourceSpan.None) };

    private static readonly LoadedWorkspace Empty = new(".", "parameter", true, new Policy
    {
        Name = "", Hash = "", Matrix = new Dictionary<string, string>(), Floors = [], Targets = new Dictionary<string, SeverityTargets>(), Calendar = new BusinessCalendar("Etc/UTC", [1], new TimeOnly(9, 0), new TimeOnly(17, 0), []), Roles = [],
        Approval = new ApprovalPolicy(new Dictionary<string, ApprovalRule>(), new SoleOperatorRule(false, true)), Channels = new Dictionary<string, ChannelDefinition>(), Audiences = new Dictionary<string, IReadOnlyList<string>>(), StabilityWindow = TimeSpan.Zero, ReopenWindow = TimeSpan.Zero,
    }, new Dictionary<string, ServiceDefinition>(), new ContactList(new Dictionary<string, Person>(), new Dictionary<string, Team>(), new Dictionary<string, EscalationPolicyDefinition>(), ""), []);

    /// <summary>An action without effect that notes when it was called.</summary>
    private sealed class Nothing : IAction
    {
        public List<long> Times { get; } = [];
        public string Name => "action.nothing";
        public string Summary => "Does nothing";
        public ObjectShape Parameters { get; } = new("action.nothing");
        public StepImpact Impact(Arguments with) => StepImpact.None;
        public ActionPlan Plan(Arguments with) => new("nothing", "does nothing", [], null);
        public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult<string?>(null);
        public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
        {
            Times.Add(TimeProvider.System.GetTimestamp());
            return Task.FromResult(new ActionResult(ActionOutcome.Succeeded, ""));
        }
        public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(CheckState.Unknown, ""));
        public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
        public bool CanUndo(Arguments with) => false;
    }
}
