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

/// <summary>Runs of steps that do nothing, over a real journal.</summary>
internal static class NothingRuns
{
    public static RunService Runs(IncidentJournal journal, NothingAction nothing, RunbookDefinition book) => new(new RunParts
    {
            Journal = journal, Time = TimeProvider.System, Actor = new Actor("bench", "os", "os"), Host = "host", Find = _ => book, Read = (_, _) => book, Uses = new UseCatalog([new UseInfo(nothing.Name, "", nothing.Parameters, UseRole.Action)]),
            Expressions = () => null!, Probes = new Dictionary<string, IProbe>(), Actions = new Dictionary<string, IAction> { [nothing.Name] = nothing }, Processes = new ProcessRunner(TimeProvider.System),
            Secrets = new SecretChain([]), Mask = new SecretMask(), Post = _ => [], Clock = _ => throw new InvalidOperationException("no clock here"), Deliver = (_, _) => Task.CompletedTask, Workspace = () => Empty, Incident = _ => throw new InvalidOperationException("no incident here"), TemplateFolders = () => [],
    });

    /// <summary>A run of as many steps, from start to end.</summary>
    public static void Drive(IncidentJournal journal, NothingAction nothing, int steps)
    {
        var run = Runs(journal, nothing, Book([.. Enumerable.Range(0, steps).Select(Step)])).StartAsync(new RunRequest("nothing", null, null, new Dictionary<string, object?>(), null), new RunOptions(), CancellationToken.None).GetAwaiter().GetResult();
        if (run.State != "Succeeded") throw new InvalidOperationException($"the run ended {run.State}: {run.Message}");
    }

    public static RunbookDefinition Book(IReadOnlyList<StepDefinition> steps) => new() { Id = "nothing", Version = "1.0.0", Title = "Nothing", Source = "nothing", Hash = "", Concurrency = "allow", Steps = steps };

    public static StepDefinition Step(int number) => new() { Id = $"s{number}", Phase = StepPhase.Resolve, Title = "Nothing", Use = new UseDefinition("action.nothing", new Dictionary<string, object?>(), SourceSpan.None) };

    private static readonly LoadedWorkspace Empty = new(".", "parameter", true, new Policy
    {
        Name = "", Hash = "", Matrix = new Dictionary<string, string>(), Floors = [], Targets = new Dictionary<string, SeverityTargets>(), Calendar = new BusinessCalendar("Etc/UTC", [1], new TimeOnly(9, 0), new TimeOnly(17, 0), []), Roles = [],
        Approval = new ApprovalPolicy(new Dictionary<string, ApprovalRule>(), new SoleOperatorRule(false, true)), Channels = new Dictionary<string, ChannelDefinition>(), Audiences = new Dictionary<string, IReadOnlyList<string>>(), StabilityWindow = TimeSpan.Zero, ReopenWindow = TimeSpan.Zero,
    }, new Dictionary<string, ServiceDefinition>(), new ContactList(new Dictionary<string, Person>(), new Dictionary<string, Team>(), new Dictionary<string, EscalationPolicyDefinition>(), ""), []);
}

/// <summary>An action without effect that notes when it was called.</summary>
internal sealed class NothingAction : IAction
{
    public List<long> Times { get; } = [];
    /// <summary>How long it takes; null = no time.</summary>
    public TimeSpan? Takes { get; init; }
    public string Name => "action.nothing";
    public string Summary => "Does nothing";
    public ObjectShape Parameters { get; } = new("action.nothing");
    public StepImpact Impact(Arguments with) => StepImpact.None;
    public ActionPlan Plan(Arguments with) => new("nothing", "does nothing", [], null);
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult<string?>(null);
    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        Times.Add(TimeProvider.System.GetTimestamp());
        if (Takes is { } time) await Task.Delay(time, cancellation);
        return new ActionResult(ActionOutcome.Succeeded, "");
    }
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(CheckState.Unknown, ""));
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
    public bool CanUndo(Arguments with) => false;
}
