using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>An effect, or a probe, on other machines: one intent, and a result for each of them.</summary>
internal sealed class TargetedEffect(IAction inner, StepDefinition step, Func<SshSettings> ssh) : IAction
{
    public IAction Inner => inner;
    public string Name => inner.Name;
    public string Summary => inner.Summary;
    public ObjectShape Parameters => inner.Parameters;
    public StepImpact Impact(Arguments with) => inner.Impact(StepTarget.Without(with));
    // what these change is not known from here, so neither is how to take it back
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => inner.CheckAsync(StepTarget.Without(with), context, cancellation);

    /// <summary>Another effect on the same machines.</summary>
    public TargetedEffect For(IAction other) => new(other, step, ssh);

    public ActionPlan Plan(Arguments with)
    {
        var plan = inner.Plan(StepTarget.Without(with));
        var target = StepTarget.Of(with);
        var where = target.Hosts.Count == 0 ? "machines that only the run will know" : string.Join(", ", target.Hosts);
        var how = target.Hosts.Count < 2 ? $"on {where}" : $"on {target.Hosts.Count} machines, {step.Concurrency} at a time, until more than {step.Threshold} failed";
        return plan with { Target = plan.Target.Length == 0 ? where : $"{plan.Target} on {where}", Summary = $"{plan.Summary}, {how}", Commands = [$"on {where}:", .. plan.Commands] };
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var bare = StepTarget.Without(with);
        foreach (var host in StepTarget.Of(with).Hosts)
            if (await inner.PreconditionAsync(bare, On(host, context, 1), cancellation).ConfigureAwait(false) is { } why) return why;
        return null;
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var (target, bare) = (StepTarget.Of(with), StepTarget.Without(with));
        if (target.IsList)
        {
            var all = await HostFanOut.RunAsync(target.Hosts, step, host => OneAsync(bare, host, On(host, context with { OnProcessStarted = null }, target.Hosts.Count), cancellation), context, cancellation).ConfigureAwait(false);
            // a probe that was interrupted says nothing
            if (StepEffects.Looks(inner)) cancellation.ThrowIfCancellationRequested();
            return all;
        }
        cancellation.ThrowIfCancellationRequested();
        var result = await OneAsync(bare, target.Hosts[0], On(target.Hosts[0], context, 1), cancellation).ConfigureAwait(false);
        return result with { Detail = new Dictionary<string, object?>(result.Detail) { ["host"] = target.Hosts[0] } };
    }

    /// <summary>Asks a probe about the machines of an attempt in doubt that are not known to have succeeded.</summary>
    public async Task<CheckResult> AskAsync(IProbe probe, Arguments with, IReadOnlyDictionary<string, object?> intended, ActionContext context, CancellationToken cancellation)
    {
        var said = new List<(string Host, CheckResult Answer)>();
        var hosts = StepTarget.Of(new Arguments(intended)).Hosts;
        foreach (var host in hosts.Where(host => !context.Hosts.TryGetValue(host, out var known) || !known.Succeeded))
        {
            var there = On(host, context, 1);
            said.Add((host, EffectCheck.Read(await probe.CheckAsync(with, there.ForProbe(), cancellation).ConfigureAwait(false))));
        }
        if (said.Count == 0) return new CheckResult(CheckState.Done, "every machine is known to have succeeded");
        var states = said.Select(item => item.Answer.State).Distinct().ToList();
        // done on some and not on others is no answer for all of them
        return new CheckResult(states is [var same] ? same : states.All(state => state is CheckState.Done or CheckState.InProgress) ? CheckState.InProgress : CheckState.Unknown, string.Join("; ", said.Select(item => hosts.Count == 1 ? item.Answer.Message : $"{item.Host}: {item.Answer.Message}")));
    }

    private async Task<ActionResult> OneAsync(Arguments with, string host, ActionContext context, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // on another machine the connection itself keeps the time, and says more about how it ended; this is for what does not
        var time = step.Timeout + (host == StepTarget.Here ? TimeSpan.Zero : TimeSpan.FromSeconds(30));
        using var clock = time is { } most ? context.Time.CreateTimer(_ => limit.Cancel(), null, most, Timeout.InfiniteTimeSpan) : null;
        var unknown = StepEffects.Looks(inner) ? ActionOutcome.Failed : ActionOutcome.InDoubt;
        try
        {
            var result = await inner.ExecuteAsync(with, context, limit.Token).ConfigureAwait(false);
            var late = result.Error == "TimedOut" || (result.Error == "Timeout" && !StepEffects.Looks(inner)) || (result.Outcome != ActionOutcome.Succeeded && limit.IsCancellationRequested && !cancellation.IsCancellationRequested);
            return late && step.Timeout is { } of ? result with { Error = "Timeout", Message = $"no result within {Duration.Format(of)}{(result.Message.Length == 0 ? "" : $": {result.Message}")}" } : result;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) { return new ActionResult(unknown, $"no result within {Duration.Format(step.Timeout!.Value)}") { Error = "Timeout" }; }
        catch (OperationCanceledException) when (!StepEffects.Looks(inner)) { return new ActionResult(unknown, "it was interrupted") { Error = "Interrupted" }; }
        catch (IncidentToolsException error) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = error.ErrorId }; }
    }

    /// <param name="among">How many machines share what is kept of their output.</param>
    private ActionContext On(string host, ActionContext context, int among)
    {
        context = context with { MaxBytes = Math.Max(1024, context.MaxBytes / among), Remote = null, Hosts = new Dictionary<string, HostResult>(), OnHostFinished = null };
        if (host == StepTarget.Here) return context;
        var target = RemoteTarget.Parse(host, out var why) ?? throw Errors.TargetInvalid(host, why);
        var place = new RemotePlace(target, ssh(), step.Timeout);
        return context with { Processes = new SshRunner(place, context.Processes), Remote = place };
    }
}
