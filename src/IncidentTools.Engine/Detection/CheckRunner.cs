using System.Collections.Concurrent;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Detection;

/// <summary>What came of a check.</summary>
public sealed record CheckOutcome(ServiceCheck Check, ProbeResult Result, DateTimeOffset At);

/// <summary>Asks many things at once, each question once, whoever wants to know. Changes nothing.</summary>
/// <param name="ssh">How other machines are reached.</param>
internal sealed class CheckRunner(IReadOnlyDictionary<string, IProbe> probes, TimeProvider time, IProcessRunner processes, ISecretSource secrets, SecretMask mask, Func<SshSettings> ssh)
{
    /// <summary>Above the time limits of the probes themselves: for one that hangs nevertheless.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <param name="done">Called as each outcome comes in, on any thread.</param>
    public async Task<IReadOnlyList<CheckOutcome>> RunAsync(IReadOnlyList<ServiceCheck> checks, int concurrency, Action<CheckOutcome>? done, CancellationToken cancellation)
    {
        var outcomes = new ConcurrentDictionary<string, CheckOutcome>(StringComparer.Ordinal);
        var questions = checks.Where(check => check.Problem is null).GroupBy(check => check.Question, StringComparer.Ordinal).Select(group => group.ToArray());
        foreach (var check in checks.Where(check => check.Problem is not null)) Take(check, ProbeResult.CouldNotCheck(ProbeErrors.InvalidArgument, check.Problem!));
        await Parallel.ForEachAsync(questions, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (same, token) =>
        {
            var result = await AskAsync(same[0], token).ConfigureAwait(false);
            foreach (var check in same) Take(check, result);
        }).ConfigureAwait(false);
        return [.. checks.Select(check => outcomes[check.Key])];

        void Take(ServiceCheck check, ProbeResult result)
        {
            var outcome = new CheckOutcome(check, result, UtcStamp.Truncate(time.GetUtcNow()));
            outcomes[check.Key] = outcome;
            done?.Invoke(outcome);
        }
    }

    private async Task<ProbeResult> AskAsync(ServiceCheck check, CancellationToken cancellation)
    {
        using var limit = new TimeLimit(Longest, time, cancellation);
        var context = new ProbeContext(time, processes, secrets, mask) { Step = check.Id };
        if (check.Host is { } host)
        {
            var place = new RemotePlace(RemoteTarget.Parse(host, out _)!, ssh(), Longest);
            context = context with { Processes = new SshRunner(place, processes), Remote = place.Name };
        }
        try { return await probes[check.Uses].CheckAsync(check.With, context, limit.Token).ConfigureAwait(false); }
        catch (OperationCanceledException) when (limit.Reached) { return ProbeResult.CouldNotCheck(ProbeErrors.Timeout, $"no answer within {Duration.Format(Longest)}"); }
        catch (OperationCanceledException) { throw; }
        // one probe's own defect, or an error of the catalogue of errors, must not blind all the others
        catch (Exception error) when (error is not OutOfMemoryException) { return ProbeResult.CouldNotCheck(error is IncidentToolsException known ? known.ErrorId : error.GetType().Name, mask.Apply(error.Message)); }
    }
}
