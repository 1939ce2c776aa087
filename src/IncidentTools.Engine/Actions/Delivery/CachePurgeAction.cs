using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>
/// Empties a cache by key, tag or pattern: in a Redis by its client, else by the service's own command. All of it only on purpose: everything that
/// was cached then falls on what stands behind.
/// </summary>
internal sealed class CachePurgeAction : IAction
{
    public string Name => "action.cache-purge";
    public string Summary => "Empties a cache by key, tag or pattern";

    public ObjectShape Parameters { get; } = new("action.cache-purge",
        Optional("redis", new ObjectShape("redis", RedisTarget.Fields), "the Redis, from the service's performance"),
        Optional("command", CommandLine.Shape, "or program and arguments that do it: the keys, tags or the pattern follow as its last arguments"),
        Optional("keys", ListOf(Text, allowSingle: true), "keys, exactly"),
        Optional("tags", ListOf(Text, allowSingle: true), "tags, for a command"),
        Optional("pattern", Text, "keys by pattern: * stands for anything"),
        Optional("all", Bool, "everything: expect a rush on what stands behind", false),
        Optional("isCache", Bool, "whether a Redis that never drops keys by itself (noeviction) is a cache all the same", false),
        Optional("maxKeys", Int with { Min = 1 }, "more keys that match are refused", 100_000L),
        Optional("name", Text, "what it is done to, for people"),
        Optional("timeout", Shapes.Duration with { Min = 0.1 }, "how long a command, or an answer of the Redis, may take", TimeSpan.FromMinutes(1)));

    public StepImpact Impact(Arguments with) => with.Flag("all") ? StepImpact.High : with.Has("pattern") ? StepImpact.Medium : StepImpact.Low;

    public IReadOnlyList<string> ImpactReasons(Arguments with) => with.Flag("all") ? ["everything that was cached falls on what stands behind it at once"] : [];

    public ActionPlan Plan(Arguments with)
    {
        var what = with.Flag("all") ? "everything" : with.TextOrNull("pattern") is { } pattern ? $"the keys that match {CommandText.Quote(pattern)}" : string.Join(", ", Named(with).Select(CommandText.Quote));
        return with.Has("redis")
            ? new ActionPlan(with.TextOrNull("name") ?? Endpoint(with), $"Removes {what} from the Redis {Endpoint(with)}, database {Redis(with).Int("database")}; what is gone cannot be brought back, the service fills it anew", [RedisPurge.Line(with)], null)
            : new ActionPlan(with.TextOrNull("name") ?? Line(with).FirstOrDefault() ?? "", $"Removes {what} from the cache by its own command; it cannot be brought back, the service fills it anew", [CommandText.Quote(Line(with))], null);
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (with.Has("redis") == with.Has("command")) return "give redis or command";
        var ways = new[] { with.Flag("all"), with.Has("pattern"), Named(with).Count > 0 }.Count(given => given);
        if (ways != 1) return "give keys, tags, a pattern or all: true, and only one of them";
        if (with.TextOrNull("pattern") is { } pattern && pattern.All(letter => letter is '*' or '?')) return $"'{pattern}' matches everything: say all: true when that is meant";
        if (!with.Has("redis")) return CommandLine.WhyNot(Line(with), context.Processes);
        if (with.Texts("tags").Count > 0) return "a Redis has no tags: give keys or a pattern, or a command that knows them";
        return await RedisPurge.WhyNotAsync(with, Redis(with), context, cancellation).ConfigureAwait(false);
    }

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => cancellation.IsCancellationRequested
        ? Task.FromResult(new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" })
        : with.Has("redis") ? RedisPurge.RunAsync(with, Redis(with), context, cancellation) : CommandRun.RunAsync(Line(with), with.Duration("timeout") ?? TimeSpan.FromMinutes(1), context, cancellation);

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        with.Has("redis") ? RedisPurge.CheckAsync(with, Redis(with), context, cancellation) : Task.FromResult(new CheckResult(CheckState.Unknown, "the command cannot be asked; purging keys or tags once more does no harm"));

    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    internal static IReadOnlyList<string> Named(Arguments with) => [.. with.Texts("keys"), .. with.Texts("tags")];
    private static Arguments Redis(Arguments with) => new(new Dictionary<string, object?>(with.Map("redis")) { ["timeout"] = with.Duration("timeout") });
    private static string Endpoint(Arguments with) => Redis(with).TextOrNull("endpoint") ?? "";
    private static IReadOnlyList<string> Line(Arguments with) => [.. CommandLine.Of(with, "command"), .. Named(with), .. CommandLine.Of(with, "pattern")];
}
