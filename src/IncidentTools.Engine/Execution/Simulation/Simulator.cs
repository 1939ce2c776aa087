using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Notifications;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>Stands in for the world: every probe, action, program and script gives what it is said to give. Nothing is looked at, started or sent.</summary>
/// <param name="next">The result of a step (<c>look</c>, <c>restart.check</c>); null when none is given.</param>
internal sealed class Simulator(Func<string, CancellationToken, Task<SimulatedResult?>> next)
{
    /// <summary>Steps that would have done something and were given no result.</summary>
    public IList<string> Missing { get; } = [];
    /// <summary>Messages that would have been sent.</summary>
    public IList<NotifyRequest> Messages { get; } = [];
    /// <summary>What an action, program or script without a result of its own gives; null = that is missing.</summary>
    public SimulatedResult? Usual { get; init; }
    /// <summary>Told how long a result took.</summary>
    public Action<TimeSpan>? Passed { get; init; }
    /// <summary>What becomes of the message of a step; null = it goes out.</summary>
    public Func<string, SimulatedResult?>? Told { get; init; }

    /// <summary>The same parts, with nothing in them that reaches out.</summary>
    public RunParts Around(RunParts parts) => parts with
    {
        Probes = parts.Probes.ToDictionary(pair => pair.Key, pair => (IProbe)new Stage(this, pair.Value), StringComparer.Ordinal), StandIn = effect => new Extra(this, effect),
        Processes = new NoPrograms(), Scripts = null, Secrets = new SecretChain([]),
        Post = request => Post(request), Clock = _ => null, Deliver = (_, _) => Task.CompletedTask,
    };

    private IReadOnlyList<EntryDraft> Post(NotifyRequest request)
    {
        if (request.Step is { } step && Told?.Invoke(step) is { Word: "Failed" } failed)
            return [new EntryDraft(new NotificationUnreachable(request.Purpose, request.Audience, null, failed.Message.Length > 0 ? failed.Message : "simulated: it reaches nobody"))];
        Messages.Add(request);
        return [];
    }

    private async Task<SimulatedResult?> NextAsync(string step, CancellationToken cancellation)
    {
        var result = await next(step, cancellation).ConfigureAwait(false);
        if (result is { Took: var took } && took > TimeSpan.Zero) Passed?.Invoke(took);
        return result;
    }

    private SimulatedResult Missed(string step, string word)
    {
        Missing.Add(step);
        return SimulatedResult.Plain(word, $"no result is given for {step}", "NotSimulated");
    }

    private sealed class Stage(Simulator simulator, IProbe probe) : IProbe
    {
        public string Name => probe.Name;
        public string Summary => probe.Summary;
        public ObjectShape Parameters => probe.Parameters;

        public async Task<ProbeResult> CheckAsync(Arguments with, ProbeContext context, CancellationToken cancellation)
        {
            // a guard that nobody speaks of finds nothing
            if (context.Step.EndsWith(".guard", StringComparison.Ordinal)) return new ProbeResult(ProbeStatus.Pass, "simulated");
            if (await simulator.NextAsync(context.Step, cancellation).ConfigureAwait(false) is not { } given)
                return context.Step.EndsWith(".check", StringComparison.Ordinal) ? ProbeResult.CouldNotCheck("NotSimulated", "no result is given for it") : simulator.Missed(context.Step, "Error").ToProbe();
            if (!context.Step.EndsWith(".check", StringComparison.Ordinal) || !Enum.TryParse<CheckState>(given.Word, out var state)) return given.ToProbe();
            // what a check means, said by the probe that answers it
            return new ProbeResult(state switch { CheckState.Done => ProbeStatus.Pass, CheckState.Unknown => ProbeStatus.Error, _ => ProbeStatus.Fail }, given.Message) { Error = state == CheckState.InProgress ? "Starting" : null };
        }
    }

    private sealed class Extra(Simulator simulator, IAction effect) : IAction
    {
        public string Name => effect.Name;
        public string Summary => effect.Summary;
        public ObjectShape Parameters => effect.Parameters;
        public StepImpact Impact(Arguments with) => effect.Impact(with);
        public IReadOnlyList<string> ImpactReasons(Arguments with) => effect.ImpactReasons(with);
        public ActionPlan Plan(Arguments with) => effect.Plan(with);
        public bool CanUndo(Arguments with) => effect.CanUndo(with);
        // it would look at this machine
        public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult<string?>(null);

        public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
            (await simulator.NextAsync(context.Step, cancellation).ConfigureAwait(false) ?? (context.Step.EndsWith(".undo", StringComparison.Ordinal) ? Undone : simulator.Usual) ?? simulator.Missed(context.Step, "Failed")).ToAction();

        public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
            (await simulator.NextAsync(context.Step + ".check", cancellation).ConfigureAwait(false) ?? SimulatedResult.Plain("Unknown", "no result is given for its check")).ToCheck();

        public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => effect.CanUndo(with) ? BackAsync(context, cancellation) : null;

        private async Task<ActionResult> BackAsync(ActionContext context, CancellationToken cancellation) => (await simulator.NextAsync(context.Step, cancellation).ConfigureAwait(false) ?? Undone).ToAction();

        private static SimulatedResult Undone { get; } = SimulatedResult.Plain("Succeeded", "taken back");
    }

    private sealed class NoPrograms : IProcessRunner
    {
        public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation) => throw new InvalidOperationException("nothing is started here");
        public string? Find(string program) => null;
    }
}
