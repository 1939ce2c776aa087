using System.Text;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>
/// One effect on many machines, so many at a time, in their order. Once more have failed than may, no other is begun; those at work come to their end.
/// What succeeded in an earlier attempt of the visit is not done again.
/// </summary>
internal static class HostFanOut
{
    public static async Task<ActionResult> RunAsync(IReadOnlyList<string> hosts, StepDefinition step, Func<string, Task<ActionResult>> work, ActionContext context, CancellationToken cancellation)
    {
        var done = context.Hosts.Where(pair => pair.Value.Succeeded).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        var waiting = new Queue<string>(hosts.Where(host => !done.ContainsKey(host)));
        var running = new Dictionary<Task<ActionResult>, string>();
        var (errors, output, cut, statuses) = (0, new StringBuilder(), false, new List<string?>());
        while (true)
        {
            while (running.Count < step.Concurrency && waiting.Count > 0 && !step.Threshold.IsExceeded(errors, hosts.Count) && !cancellation.IsCancellationRequested)
            {
                var host = waiting.Dequeue();
                running.Add(work(host), host);
            }
            if (running.Count == 0) break;
            var ended = await Task.WhenAny(running.Keys).ConfigureAwait(false);
            running.Remove(ended, out var which);
            var result = await Ended(ended).ConfigureAwait(false);
            var of = HostResult.Of(which!, result with { Message = context.Mask.Apply(result.Message) });
            done[which!] = of;
            if (!of.Succeeded) errors++;
            statuses.Add(result.Status);
            if (result.Output.Length > 0) output.Append(output.Length == 0 || output[^1] == '\n' ? "" : "\n").Append("== ").Append(which).Append('\n').Append(result.Output);
            cut |= result.Truncated;
            context.OnHostFinished?.Invoke(of);
        }
        var all = hosts.Select(host => done.GetValueOrDefault(host) ?? new HostResult(host, "NotStarted", null, null, null, cancellation.IsCancellationRequested ? "the step was cancelled" : "too many had failed already")).ToList();
        return Sum(all, step, cancellation.IsCancellationRequested, statuses) with { Output = output.ToString(), Truncated = cut };
    }

    /// <summary>A defect on one machine is that machine's result; a cancel is everybody's.</summary>
    private static async Task<ActionResult> Ended(Task<ActionResult> work)
    {
        try { return await work.ConfigureAwait(false); }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.Failed, "it was interrupted") { Error = "Interrupted" }; }
        catch (Exception error) when (error is not OutOfMemoryException) { return new ActionResult(ActionOutcome.InDoubt, $"{error.GetType().Name}: {error.Message}") { Error = "Unexpected" }; }
    }

    private static ActionResult Sum(IReadOnlyList<HostResult> all, StepDefinition step, bool cancelled, IReadOnlyList<string?> statuses)
    {
        var failed = all.Where(host => host.Status is "Failed" or "InDoubt").ToList();
        var over = step.Threshold.IsExceeded(failed.Count, all.Count) || (cancelled && !all.All(host => host.Succeeded));
        // done on none for sure is a failure; done perhaps is in doubt, and asked about before anything is done again
        var outcome = !over ? ActionOutcome.Succeeded : all.Any(host => host.Status == "InDoubt") ? ActionOutcome.InDoubt : ActionOutcome.Failed;
        var left = all.Count(host => host.Status == "NotStarted");
        var message = failed.Count == 0 && left == 0 ? $"done on all {all.Count} machines"
            : $"{failed.Count} of {all.Count} machines failed{(over && !cancelled ? $", more than {step.Threshold}" : "")}{(left > 0 ? $"; {left} not begun" : "")}: {string.Join("; ", failed.Select(host => $"{host.Host} ({host.Error ?? host.Status}): {host.Message}"))}";
        return new ActionResult(outcome, message)
        {
            Value = all.Select(host => (object?)host.ToPlain()).ToList(), Error = !over ? null : cancelled ? "Cancelled" : "HostsFailed", Status = Worst(statuses, over),
            Detail = new Dictionary<string, object?> { ["failedHosts"] = failed.Select(host => (object?)host.Host).ToList() },
        };
    }

    /// <summary>Of probes: the worst of all; failures that the threshold allows are a warning.</summary>
    private static string? Worst(IReadOnlyList<string?> statuses, bool over)
    {
        string[] order = ["Error", "Fail", "Warn", "Skipped", "Pass"];
        var worst = order.FirstOrDefault(statuses.Contains);
        return worst is "Error" or "Fail" && !over ? "Warn" : worst;
    }
}
