using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;
using StackExchange.Redis;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>Removes keys from a Redis that is a cache, in small portions.</summary>
internal static class RedisPurge
{
    private const int Portion = 500;

    public static string Line(Arguments with) => with.Flag("all") ? "FLUSHDB ASYNC" : with.TextOrNull("pattern") is { } pattern ? $"SCAN MATCH {CommandText.Quote(pattern)}, then UNLINK" : $"UNLINK {string.Join(' ', CachePurgeAction.Named(with).Select(CommandText.Quote))}";

    public static Task<string?> WhyNotAsync(Arguments with, Arguments redis, ActionContext context, CancellationToken cancellation) => AskAsync<string?>(redis, context, async connection =>
    {
        var info = await connection.InfoAsync(cancellation).ConfigureAwait(false);
        if (info.IsReplica) return $"{connection.Target.Name} is a replica: ask its primary";
        // what is never dropped by itself is mostly a store: sessions, queues, carts
        if (info.Keeps && !with.Flag("isCache") && CachePurgeAction.Named(with).Count == 0) return $"{connection.Target.Name} never drops keys by itself (noeviction), as a store does: what is removed there may exist nowhere else. Say isCache: true when it is a cache";
        if (with.TextOrNull("pattern") is not { } pattern) return null;
        var count = 0L;
        await foreach (var _ in connection.KeysAsync(pattern).WithCancellation(cancellation).ConfigureAwait(false)) count++;
        return count > with.Int("maxKeys", 100_000) ? $"{count} keys match {CommandText.Quote(pattern)}, more than the {with.Int("maxKeys", 100_000)} allowed" : null;
    }, why => why.Message);

    public static Task<ActionResult> RunAsync(Arguments with, Arguments redis, ActionContext context, CancellationToken cancellation)
    {
        var removed = 0L;
        return AskAsync(redis, context, async connection =>
        {
            if (with.Flag("all"))
            {
                removed = (await connection.InfoAsync(cancellation).ConfigureAwait(false)).Keys(connection.Target.Database);
                await connection.FlushAsync(cancellation).ConfigureAwait(false);
            }
            else if (with.TextOrNull("pattern") is { } pattern)
            {
                var portion = new List<string>();
                await foreach (var key in connection.KeysAsync(pattern).WithCancellation(cancellation).ConfigureAwait(false))
                {
                    portion.Add(key.ToString());
                    if (portion.Count < Portion) continue;
                    removed += await connection.DeleteAsync(portion, cancellation).ConfigureAwait(false);
                    portion.Clear();
                }
                if (portion.Count > 0) removed += await connection.DeleteAsync(portion, cancellation).ConfigureAwait(false);
            }
            else removed = await connection.DeleteAsync(CachePurgeAction.Named(with), cancellation).ConfigureAwait(false);
            return new ActionResult(ActionOutcome.Succeeded, $"{removed} keys removed from {connection.Target.Name}") { Value = new Dictionary<string, object?> { ["removed"] = removed } };
        }, why => new ActionResult(removed > 0 || why.Lost ? ActionOutcome.InDoubt : ActionOutcome.Failed, $"{why.Message}{(removed > 0 ? $"; {removed} keys were removed before" : "")}") { Error = why.Word });
    }

    /// <summary>A key that is there may have been filled anew since: removing it once more does no harm. A second flush does.</summary>
    public static Task<CheckResult> CheckAsync(Arguments with, Arguments redis, ActionContext context, CancellationToken cancellation) => AskAsync(redis, context, async connection =>
    {
        if (with.Flag("all")) return (await connection.InfoAsync(cancellation).ConfigureAwait(false)).Keys(connection.Target.Database) == 0 ? new CheckResult(CheckState.Done, "it is empty") : new CheckResult(CheckState.Unknown, "it holds keys, old or new");
        if (with.Has("pattern")) return new CheckResult(CheckState.NotDone, "keys that match are removed, if any are left");
        var left = await connection.CountAsync(CachePurgeAction.Named(with), cancellation).ConfigureAwait(false);
        return left == 0 ? new CheckResult(CheckState.Done, "none of the keys is there") : new CheckResult(CheckState.NotDone, $"{left} of the keys are there, old or new");
    }, why => new CheckResult(CheckState.Unknown, why.Message));

    /// <param name="Lost">Something was sent whose answer never came.</param>
    private sealed record Trouble(string Word, string Message, bool Lost);

    private static async Task<T> AskAsync<T>(Arguments redis, ActionContext context, Func<RedisConnection, Task<T>> ask, Func<Trouble, T> otherwise)
    {
        try
        {
            var connection = await RedisConnection.OpenAsync(RedisTarget.Of(redis, context.Secrets, context.Mask), context.Time, CancellationToken.None).ConfigureAwait(false);
            await using var _ = connection.ConfigureAwait(false);
            try { return await ask(connection).ConfigureAwait(false); }
            catch (RedisServerException error) { return otherwise(new Trouble("Refused", Say.Cut(error.Message), false)); }
            catch (Exception error) when (error is RedisException or TimeoutException) { return otherwise(new Trouble("ConnectionLost", Say.Cut(error.Message), true)); }
            catch (OperationCanceledException) { return otherwise(new Trouble("Cancelled", "cancelled while it was under way", true)); }
        }
        catch (RedisRefused error) { return otherwise(new Trouble(error.Trouble.Word, error.Message, false)); }
        catch (CannotCheckException error) { return otherwise(new Trouble(error.Word, error.Message, false)); }
    }
}
