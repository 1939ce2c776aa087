using System.Globalization;
using IncidentTools.Engine.Actions.Services;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>One of several that do the same work: how it is restarted, asked whether it is well, and taken out of the load balancer meanwhile.</summary>
internal sealed class RollingInstance(Arguments with, TimeSpan timeout, TimeSpan waitFor)
{
    private const string Begun = "begunAt";
    private static readonly HttpProbe Http = new();
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500), AskTime = TimeSpan.FromSeconds(10);

    public string Name => with.Text("name");
    public string? HealthUrl => with.TextOrNull("healthUrl");

    private ServiceOperation Operation => new(ServiceManager.Of(new Arguments(new Dictionary<string, object?>
    {
        ["operation"] = "restart", ["name"] = with.TextOrNull("unit") ?? Name, ["manager"] = with.TextOrNull("manager"), ["command"] = with["restart"], ["status"] = with["status"], ["pidFile"] = with["pidFile"],
    })), "restart", timeout, waitFor);

    public static IReadOnlyList<RollingInstance> Of(Arguments with) => [.. with.List("instances").OfType<IReadOnlyDictionary<string, object?>>()
        .Select(item => new RollingInstance(new Arguments(item), with.Duration("timeout") ?? TimeSpan.FromMinutes(1), with.Duration("waitFor") ?? TimeSpan.FromMinutes(2)))];

    public IEnumerable<string> Lines => new[] { CommandLine.Of(with, "drain") }.Concat(Operation.Manager.Commands("restart").Select(command => command.Line)).Append(CommandLine.Of(with, "undrain")).Where(line => line.Count > 0).Select(CommandText.Quote);

    public async Task<string?> WhyNotAsync(ActionContext context, CancellationToken cancellation)
    {
        if (CommandLine.Of(with, "drain").Count > 0 != CommandLine.Of(with, "undrain").Count > 0) return $"{Name}: give drain and undrain, or neither";
        foreach (var line in new[] { CommandLine.Of(with, "drain"), CommandLine.Of(with, "undrain") }.Where(line => line.Count > 0))
            if (CommandLine.WhyNot(line, context.Processes) is { } why) return $"{Name}: {why}";
        return await Operation.WhyNotAsync(context, cancellation).ConfigureAwait(false) is { } against ? $"{Name}: {against}" : null;
    }

    /// <summary>What is on record the moment before it is touched.</summary>
    public HostResult Mark(DateTimeOffset now) => new(Name, "InDoubt", null, new Dictionary<string, object?> { [Begun] = UtcStamp.Format(now) }, null, "begun");

    /// <summary>Whether a restart that was begun and not reported took place.</summary>
    public async Task<CheckResult> CheckAsync(HostResult known, ActionContext context, CancellationToken cancellation)
    {
        var begun = (known.Value as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault(Begun);
        var at = begun as DateTimeOffset? ?? (DateTimeOffset.TryParse(begun as string, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var parsed) ? parsed : context.IntendedAt);
        return ServiceRules.Check("restart", await Operation.Manager.StateAsync(context, cancellation).ConfigureAwait(false), at);
    }

    /// <param name="restart">False: that was done by an attempt before, and only the rest is left.</param>
    public async Task<ActionResult> RunAsync(bool restart, ActionContext context, CancellationToken cancellation)
    {
        var drained = false;
        if (restart)
        {
            if (CommandLine.Of(with, "drain") is { Count: > 0 } drain)
            {
                var taken = await CommandRun.RunAsync(drain, timeout, context, cancellation).ConfigureAwait(false);
                if (taken.Outcome != ActionOutcome.Succeeded) return taken with { Message = $"it was not restarted, because it could not be taken out of the load balancer: {taken.Message}" };
                drained = true;
            }
            var done = await Operation.RunAsync(context, cancellation).ConfigureAwait(false);
            if (done.Outcome != ActionOutcome.Succeeded) return done with { Message = done.Message + (drained ? "; it stays out of the load balancer" : "") };
        }
        if (await AwaitHealthAsync(context, cancellation).ConfigureAwait(false) is { } ill) return ill with { Message = ill.Message + (drained ? "; it stays out of the load balancer" : "") };
        if (CommandLine.Of(with, "undrain") is not { Count: > 0 } undrain) return new ActionResult(ActionOutcome.Succeeded, "restarted and well");
        var back = await CommandRun.RunAsync(undrain, timeout, context, cancellation).ConfigureAwait(false);
        return back.Outcome == ActionOutcome.Succeeded ? back with { Message = "restarted, well, and back in the load balancer" } : back with { Message = $"restarted and well, but not put back into the load balancer: {back.Message}" };
    }

    /// <summary>Null: well, or nothing was given to ask with and its manager says that it runs.</summary>
    public async Task<string?> WhyIllAsync(ActionContext context, CancellationToken cancellation)
    {
        if (HealthUrl is { } url)
        {
            var result = await Http.CheckAsync(new Arguments(new Dictionary<string, object?> { ["url"] = url, ["timeout"] = AskTime }), context.ForProbe(), cancellation).ConfigureAwait(false);
            return result.Status is ProbeStatus.Pass or ProbeStatus.Warn ? null : result.Message;
        }
        var state = await Operation.Manager.StateAsync(context, cancellation).ConfigureAwait(false);
        return state.Phase is ServicePhase.Running || (state.Phase == ServicePhase.Unknown && Operation.Manager is CommandManager { CanTell: false }) ? null : state.ToString();
    }

    private async Task<ActionResult?> AwaitHealthAsync(ActionContext context, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        while (true)
        {
            string? ill;
            try { ill = await WhyIllAsync(context, cancellation).ConfigureAwait(false); }
            catch (OperationCanceledException) { return new ActionResult(ActionOutcome.InDoubt, "restarted; cancelled while waiting until it is well") { Error = "Cancelled" }; }
            if (ill is null) return null;
            if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.InDoubt, $"restarted; cancelled while waiting until it is well: {ill}") { Error = "Cancelled" };
            if (context.Time.GetElapsedTime(began) >= waitFor) return new ActionResult(ActionOutcome.Failed, $"restarted, but not well after {Duration.Format(waitFor)}: {ill}") { Error = "Unhealthy" };
            try { await Task.Delay(Poll, context.Time, cancellation).ConfigureAwait(false); }
            catch (OperationCanceledException) { } // the next look says so
        }
    }
}
