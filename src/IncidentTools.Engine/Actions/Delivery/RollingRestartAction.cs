using IncidentTools.Engine.Actions.Services;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>
/// Restarts the instances of a service one after the other, each only when enough of the others are well, and stops at the first that does not come
/// back. What became of each is on record at once: an attempt that was broken off goes on with the rest.
/// </summary>
internal sealed class RollingRestartAction : IAction
{
    public string Name => "action.rolling-restart";
    public string Summary => "Restarts the instances of a service one after the other, and stops at the first that does not come back well";

    private static readonly ObjectShape Instance = new("an instance",
        Required("name", Text, "its name for people"),
        Optional("unit", Text, "its unit (systemd), service name (Windows) or container (docker)"),
        Optional("manager", OneOf(ServiceManager.Names), "who controls it; auto = restart when that is given, else systemd, on Windows scm", "auto"),
        Optional("restart", CommandLine.Shape, "program and arguments that restart it, instead of a service manager"),
        Optional("status", CommandLine.Shape, "program and arguments; exit code 0 = running"),
        Optional("pidFile", Text, "file with its process id: says since when it runs"),
        Optional("healthUrl", Url, "where it says whether it is well, past the load balancer"),
        Optional("drain", CommandLine.Shape, "program and arguments that take it out of the load balancer"),
        Optional("undrain", CommandLine.Shape, "program and arguments that put it back"));

    public ObjectShape Parameters { get; } = new("action.rolling-restart",
        Required("instances", ListOf(Instance, allowSingle: true) with { MinItems = 1, MaxItems = 200 }, "the service's instances, in the order in which they are restarted"),
        Optional("name", Text, "what it is done to, for people"),
        Optional("batch", Int with { Min = 1, Max = 50 }, "how many at once", 1L),
        Optional("minHealthy", Int with { Min = 0 }, "how many of the others must be well before any goes down", 1L),
        Optional("settle", Shapes.Duration, "how long is waited after each, before it is asked once more whether it is well", TimeSpan.FromSeconds(5)),
        Optional("timeout", Shapes.Duration, "how long a command may take", TimeSpan.FromMinutes(1)),
        Optional("waitFor", Shapes.Duration, "how long until a restarted one must be well", TimeSpan.FromMinutes(2)));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with)
    {
        var all = RollingInstance.Of(with);
        return new ActionPlan(with.TextOrNull("name") ?? string.Join(", ", all.Select(item => item.Name)),
            $"Restarts {string.Join(", ", all.Select(item => item.Name))}, {with.Int("batch", 1)} at a time, each only while at least {Least(with, all.Count)} of the others are well, and stops at the first that is not well again{(all.All(item => item.HealthUrl is null) ? "; no healthUrl is given, so running counts as well" : "")}",
            [.. all.SelectMany(item => item.Lines)], null);
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var all = RollingInstance.Of(with);
        if (all.Select(item => item.Name).Distinct(StringComparer.Ordinal).Count() < all.Count) return "two instances have the same name";
        if (all.Count > 1 && with.Int("batch", 1) >= all.Count) return $"{with.Int("batch", 1)} at a time are all {all.Count} at once";
        foreach (var item in all)
            if (await item.WhyNotAsync(context, cancellation).ConfigureAwait(false) is { } why) return why;
        return null;
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var all = RollingInstance.Of(with);
        var known = new Dictionary<string, HostResult>(context.Hosts, StringComparer.Ordinal);
        string? stopped = null;
        foreach (var batch in all.Where(item => !known.TryGetValue(item.Name, out var before) || !before.Succeeded).Chunk(with.Int("batch", 1)))
        {
            stopped = cancellation.IsCancellationRequested ? "cancelled" : await WhyWaitAsync([.. all.Except(batch)], Least(with, all.Count), context, cancellation).ConfigureAwait(false);
            if (stopped is not null) break;
            var results = await Task.WhenAll(batch.Select(item => OneAsync(item, known.GetValueOrDefault(item.Name), with, context, cancellation))).ConfigureAwait(false);
            foreach (var result in results) known[result.Host] = result;
            if (results.Any(result => !result.Succeeded)) break;
        }
        return Sum(all, known, stopped);
    }

    /// <summary>Those with a result are known; of one that was begun its own state says whether it was restarted.</summary>
    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var (all, said, done) = (RollingInstance.Of(with), new List<string>(), 0);
        foreach (var item in all)
        {
            var known = context.Hosts.GetValueOrDefault(item.Name);
            var check = known switch
            {
                { Succeeded: true } => new CheckResult(CheckState.Done, "done"),
                { Status: "InDoubt" } => await item.CheckAsync(known, context, cancellation).ConfigureAwait(false),
                { } failed => new CheckResult(CheckState.NotDone, failed.Message),
                null => new CheckResult(CheckState.NotDone, "not begun"),
            };
            if (check.State == CheckState.Unknown) return new CheckResult(CheckState.Unknown, $"{item.Name}: {check.Message}");
            // one that was restarted still has to be well and back in the load balancer: the next attempt sees to that
            if (known is { Succeeded: true }) done++;
            said.Add($"{item.Name}: {check.Message}");
        }
        return new CheckResult(done == all.Count ? CheckState.Done : CheckState.NotDone, string.Join("; ", said));
    }

    /// <summary>What the old processes knew is gone.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static async Task<HostResult> OneAsync(RollingInstance item, HostResult? before, Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var restart = before is not { Status: "InDoubt" } || (await item.CheckAsync(before, context, cancellation).ConfigureAwait(false)).State != CheckState.Done;
        var now = context.Time.GetUtcNow();
        if (restart) context.OnHostFinished?.Invoke(item.Mark(now));
        var result = await item.RunAsync(restart, context with { IntendedAt = now }, cancellation).ConfigureAwait(false);
        if (result.Outcome == ActionOutcome.Succeeded) result = await SettleAsync(item, result, with.Duration("settle") ?? TimeSpan.FromSeconds(5), context, cancellation).ConfigureAwait(false);
        // what was begun keeps its time: another attempt asks by it
        var end = HostResult.Of(item.Name, result with { Message = context.Mask.Apply(result.Message) }) with { Value = restart ? item.Mark(now).Value : before!.Value };
        context.OnHostFinished?.Invoke(end);
        return end;
    }

    private static async Task<ActionResult> SettleAsync(RollingInstance item, ActionResult result, TimeSpan settle, ActionContext context, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(settle, context.Time, cancellation).ConfigureAwait(false);
            return await item.WhyIllAsync(context, cancellation).ConfigureAwait(false) is { } ill ? new ActionResult(ActionOutcome.Failed, $"restarted, but not well any more after {Duration.Format(settle)}: {ill}") { Error = "Unhealthy" } : result;
        }
        catch (OperationCanceledException) { return result with { Outcome = ActionOutcome.InDoubt, Error = "Cancelled", Message = $"{result.Message}; cancelled before it was asked once more" }; }
    }

    private static async Task<string?> WhyWaitAsync(IReadOnlyList<RollingInstance> others, int least, ActionContext context, CancellationToken cancellation)
    {
        var ill = new List<string>();
        foreach (var other in others)
            try { if (await other.WhyIllAsync(context, cancellation).ConfigureAwait(false) is { } why) ill.Add($"{other.Name}: {why}"); }
            catch (OperationCanceledException) { return "cancelled"; }
        return others.Count - ill.Count >= least ? null : $"only {others.Count - ill.Count} of the others are well, and {least} must be before one goes down ({string.Join("; ", ill)})";
    }

    /// <summary>With one instance there are no others, and the restart is an interruption: what is asked for cannot be more than there is.</summary>
    private static int Least(Arguments with, int count) => Math.Min(with.Int("minHealthy", 1), Math.Max(0, count - with.Int("batch", 1)));

    private static ActionResult Sum(IReadOnlyList<RollingInstance> all, Dictionary<string, HostResult> known, string? stopped)
    {
        var results = all.Select(item => known.GetValueOrDefault(item.Name) ?? new HostResult(item.Name, "NotStarted", null, null, null, stopped ?? "one before it did not come back well")).ToList();
        var bad = results.Where(item => item.Status is "Failed" or "InDoubt").ToList();
        var outcome = bad.Exists(item => item.Status == "InDoubt") ? ActionOutcome.InDoubt : results.All(item => item.Succeeded) ? ActionOutcome.Succeeded : ActionOutcome.Failed;
        var left = results.Where(item => item.Status == "NotStarted").Select(item => item.Host).ToList();
        var message = outcome == ActionOutcome.Succeeded ? $"all {results.Count} restarted and well"
            : $"{results.Count(item => item.Succeeded)} of {results.Count} restarted and well{(bad.Count > 0 ? $"; {string.Join("; ", bad.Select(item => $"{item.Host}: {item.Message}"))}" : "")}{(left.Count > 0 ? $"; not touched: {string.Join(", ", left)}" : "")}{(stopped is null ? "" : $": {stopped}")}";
        return new ActionResult(outcome, message)
        {
            Error = outcome == ActionOutcome.Succeeded ? null : stopped == "cancelled" ? "Cancelled" : bad.Count > 0 ? bad[0].Error ?? "Unhealthy" : "TooFewHealthy",
            Value = new Dictionary<string, object?> { ["done"] = results.Where(item => item.Succeeded).Select(item => (object?)item.Host).ToList(), ["failed"] = bad.Select(item => (object?)item.Host).ToList(), ["left"] = left.ToList<object?>(), ["instances"] = results.Select(item => (object?)item.ToPlain()).ToList() },
        };
    }
}
