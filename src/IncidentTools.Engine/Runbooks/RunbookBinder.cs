using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>From plain data, already checked by its shape, to the definition.</summary>
internal static class RunbookBinder
{
    public static RunbookDefinition Bind(PlainMap map, RunbookOutline outline, string file, string source, string hash) => new()
    {
        Id = map.TextOrNull("id") ?? "", Version = map.TextOrNull("version") ?? "", Title = map.TextOrNull("title") ?? "", Summary = map.TextOrNull("summary") ?? "",
        Owner = map.TextOrNull("owner"), Reviewers = map.Texts("reviewers"), LastReviewed = map.Get("lastReviewed") as DateOnly?, ReviewEvery = map.Get("reviewEvery") as TimeSpan?,
        Revisions = [.. map.List("revisions").OfType<PlainMap>().Where(item => item.Get("date") is DateOnly).Select(item => new RunbookRevision(
            item.TextOrNull("version") ?? "", (DateOnly)item.Get("date")!, item.TextOrNull("author") ?? "", item.TextOrNull("change") ?? "", item.TextOrNull("source")))],
        Classes = map.Map("applies").Texts("classes"), Severities = map.Map("applies").Texts("severities"),
        Symptoms = [.. map.List("symptoms").OfType<PlainMap>().Select(item => new RunbookSymptom(item.TextOrNull("id") ?? "", item.TextOrNull("text") ?? "", item.Texts("words"), Use(item)))],
        Parameters = [.. map.Map("parameters").Maps().Select(item => Parameter(item.Key, item.Value, map.Map("parameters").KeyAt(item.Key)))],
        Requires = new(map.Map("requires").Texts("os"), map.Map("requires").Texts("commands"), map.Map("requires").Texts("modules"), map.At("requires")),
        Concurrency = map.TextOrNull("concurrency") ?? "forbid", OnError = map.TextOrNull("onError"), OnCancel = map.TextOrNull("onCancel"),
        OnUndoFailure = map.TextOrNull("onUndoFailure") ?? "wait", Visibility = map.TextOrNull("visibility") ?? "normal", Target = Target(map), Outputs = Outputs(map), Clocks = Clocks(map, map.TextOrNull("id") ?? ""),
        Every = [.. outline.Every.Select(list => Every(list.Source, list.Name, list.Definitions))],
        Steps = outline.Main.Definitions, Handlers = outline.Handlers.Definitions,
        Source = source, Hash = hash, Path = file,
    };

    /// <summary>A step; null when its id, phase or use could not be read.</summary>
    /// <param name="inner">The lists of steps inside it.</param>
    public static StepDefinition? Step(PlainMap map, IReadOnlyList<StepList> inner)
    {
        if (map.TextOrNull("id") is not { } id || Use(map) is not { } use || !Enum.TryParse<StepPhase>(map.TextOrNull("phase"), ignoreCase: true, out var phase)) return null;
        var failure = Failure(map.TextOrNull("onFailure"));
        var capture = map.MapOrNull("capture");
        return new StepDefinition
        {
            Id = id, Phase = phase, Title = map.TextOrNull("title") ?? id, Purpose = map.TextOrNull("purpose") ?? "", Use = use, When = map.Get("when") as Expression, Needs = map.Texts("needs"),
            Attempts = Number(map, "attempts", 1), Retry = Retry(map.Map("retry")), Timeout = map.Get("timeout") as TimeSpan?, Deadline = map.Get("deadline") as TimeSpan?,
            OnFailure = failure, Critical = map.Get("critical") as bool?, Next = map.TextOrNull("next"), MaxVisits = map.Get("maxVisits") is long visits ? (int)visits : null,
            Impact = Enum.TryParse<StepImpact>(map.TextOrNull("impact"), ignoreCase: true, out var impact) ? impact : use.Uses switch { "script" => StepImpact.High, "command" => StepImpact.Medium, _ => StepImpact.None },
            Approval = map.MapOrNull("approval") is { } approval ? Approval(approval) : null,
            Check = map.MapOrNull("check") is { } check ? Use(check) : null, Poll = map.Get("poll") as TimeSpan? ?? TimeSpan.FromSeconds(5), Undo = map.MapOrNull("undo") is { } undo ? Use(undo) : null,
            OnUndoFailure = map.TextOrNull("onUndoFailure"), Detached = map.Flag("detached"), Target = Target(map), Concurrency = Number(map, "concurrency", 1), Threshold = Threshold(map.Get("errorThreshold")), Visibility = map.TextOrNull("visibility"), Outputs = Outputs(map), Clocks = Clocks(map, id),
            Guards = [.. map.List("guard").OfType<PlainMap>().Select(Guard).OfType<GuardDefinition>()],
            Once = map.Flag("once"), Idempotent = map.Flag("idempotent"),
            Capture = capture is null ? new(2000, 256 * 1024) : new(Number(capture, "maxLines", 2000), Number(capture, "maxBytes", 256 * 1024)),
            Cases = [.. map.List("cases").OfType<PlainMap>().Where(item => item.Get("when") is Expression && item.Get("goto") is string).Select(item => new SwitchCase((Expression)item.Get("when")!, item.Text("goto")))],
            Default = map.TextOrNull("default"), Until = map.Get("until") as Expression, UntilProbe = map.MapOrNull("untilProbe") is { } probe ? Use(probe) : null, Assert = map.Get("assert") as Expression,
            Set = use.With.GetValueOrDefault("variables") as IReadOnlyDictionary<string, object?> ?? Nothing, Result = use.Uses == "end" ? use.With.GetValueOrDefault("result") as string : null,
            Parallel = use.Uses == "parallel" ? Parallel(map, inner) : null, Foreach = use.Uses == "foreach" ? Foreach(map, inner) : null, Child = use.Uses == "runbook" ? Child(map.Map("with")) : null, Span = map.Span,
        };
    }

    private static readonly Dictionary<string, object?> Nothing = [];

    private static UseDefinition? Use(PlainMap map) => map.TextOrNull("uses") is { Length: > 0 } uses ? new UseDefinition(uses, map.Map("with"), map.At("uses")) : null;

    private static ParallelDefinition Parallel(PlainMap map, IReadOnlyList<StepList> inner) => new(
        [.. inner.Select(list => new BranchDefinition(list.Name, list.Source.TextOrNull("title") ?? list.Name, list.Definitions, list.Source.Span))], map.Get("join") is long join ? (int)join : null, map.Flag("cancelOthers"));

    private static ForeachDefinition Foreach(PlainMap map, IReadOnlyList<StepList> inner) => new(
        map.Get("items") ?? new PlainList(map.Span, []), map.TextOrNull("as") ?? "item", Number(map, "concurrency", 1), Threshold(map.Get("errorThreshold")), map.Get("key") as Expression, inner.Count > 0 ? inner[0].Definitions : []);

    private static ErrorThreshold Threshold(object? value) => value switch
    {
        string share => new(double.Parse(share.TrimEnd('%'), CultureInfo.InvariantCulture), true),
        long count => new(count, false),
        _ => default,
    };

    private static ChildDefinition Child(PlainMap with) => new(with.TextOrNull("name") ?? "", with.TextOrNull("version") ?? "", with.Map("parameters"));

    private static GuardDefinition? Guard(PlainMap map) => Use(map) is { } probe ? new(probe, map.Get("every") as TimeSpan? ?? TimeSpan.FromSeconds(30), map.TextOrNull("onTrip") ?? "fail") : null;

    private static EveryDefinition Every(PlainMap map, string id, IReadOnlyList<StepDefinition> steps) => new(id, map.Get("interval") as TimeSpan? ?? TimeSpan.Zero, steps, map.Get("until") as Expression, map.Span);

    private static IReadOnlyList<ClockDefinition> Clocks(PlainMap map, string usual) => [.. map.List("clock").OfType<PlainMap>().Select(clock => new ClockDefinition(
        clock.TextOrNull("name") ?? usual, clock.TextOrNull("title") ?? "", clock.Get("from") as Expression, clock.Get("within") as TimeSpan? ?? TimeSpan.Zero, [.. clock.List("warn").OfType<TimeSpan>()], clock.Span))];

    private static IReadOnlyList<OutputDefinition> Outputs(PlainMap map) => [.. map.List("outputs").OfType<PlainMap>().Where(item => item.Get("value") is Expression).Select(item => new OutputDefinition(
        item.TextOrNull("name") ?? "", (Expression)item.Get("value")!, item.TextOrNull("type") ?? "any", item.Flag("optional")))];

    private static IReadOnlyList<object?> Target(PlainMap map) => map.Get("target") switch { PlainList list => list, Template whole => [whole], _ => [] };

    private static FailurePolicy Failure(string? text) => text switch
    {
        null => new(FailureMode.Stop, null, false),
        "stop" => new(FailureMode.Stop, null, true),
        "continue" => new(FailureMode.Continue, null, true),
        "rollback" => new(FailureMode.Rollback, null, true),
        _ => new(FailureMode.Goto, text["goto".Length..].Trim(), true),
    };

    private static RetryDefinition Retry(PlainMap map) => new(
        map.Get("delay") as TimeSpan? ?? TimeSpan.FromSeconds(1), map.Get("backoff") as double? ?? 1, map.Get("maxDelay") as TimeSpan? ?? TimeSpan.FromSeconds(30), map.Get("jitter") as double? ?? 0);

    private static ApprovalDefinition Approval(PlainMap map) => new(map.Texts("by"), Number(map, "min", 1), map.Flag("notRequester"), map.Get("expires") as TimeSpan?, map.TextOrNull("assurance"));

    private static RunbookParameterDefinition Parameter(string name, PlainMap map, SourceSpan span) => new(
        name, map.TextOrNull("type") ?? "string", map.Flag("required"), map.Get("default"), map.Get("min"), map.Get("max"),
        map.Get("allowed") is PlainList allowed ? [.. allowed.Select(item => Convert.ToString(item, CultureInfo.InvariantCulture) ?? "")] : null, map.TextOrNull("pattern"), map.TextOrNull("doc") ?? "", span);

    private static int Number(PlainMap map, string key, int usual) => map.Get(key) is long number ? (int)number : usual;
}
