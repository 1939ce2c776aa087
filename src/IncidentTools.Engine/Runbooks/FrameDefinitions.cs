using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Runbooks;

/// <summary>Kind parallel: branches that go on side by side.</summary>
/// <param name="Join">How many branches must succeed; null = all.</param>
/// <param name="CancelOthers">Whether what still runs is ended once that is met or impossible; else it may finish.</param>
public sealed record ParallelDefinition(IReadOnlyList<BranchDefinition> Branches, int? Join, bool CancelOthers);
public sealed record BranchDefinition(string Id, string Title, IReadOnlyList<StepDefinition> Steps, SourceSpan Span);

/// <summary>Kind foreach: the same steps for every item of a list.</summary>
/// <param name="Items">An <see cref="Expression"/> that gives a list, or the list itself: plain data, templates allowed.</param>
/// <param name="As">The item's name in expressions, beside <c>$item</c>.</param>
/// <param name="Key">Gives each item its own key; null = the item's text, or its place in the list.</param>
public sealed record ForeachDefinition(object Items, string As, int Concurrency, ErrorThreshold Threshold, Expression? Key, IReadOnlyList<StepDefinition> Steps);

/// <summary>How many items may fail, as a number or as a share of all: it is exceeded by the first one more.</summary>
public readonly record struct ErrorThreshold(double Value, bool IsPercent)
{
    public bool IsExceeded(int errors, int items) => IsPercent ? errors * 100d > Value * items : errors > Value;
    public override string ToString() => FormattableString.Invariant($"{Value}{(IsPercent ? "%" : "")}");
}

/// <summary>Kind runbook: another runbook in exactly this version. Its outputs are the value of the step.</summary>
/// <param name="Parameters">Plain data, templates allowed.</param>
public sealed record ChildDefinition(string Name, string Version, IReadOnlyDictionary<string, object?> Parameters);

/// <summary>A probe that is asked again and again while a step runs.</summary>
/// <param name="OnTrip">fail: the running attempt is ended, and onFailure says what follows; note: only written down.</param>
public sealed record GuardDefinition(UseDefinition Probe, TimeSpan Interval, string OnTrip);

/// <summary>Steps done again and again beside the main line, until a condition holds or the main line ends.</summary>
public sealed record EveryDefinition(string Id, TimeSpan Interval, IReadOnlyList<StepDefinition> Steps, Expression? Until, SourceSpan Span);

/// <summary>A deadline that outlives the run: of a runbook from its start, of a step from its success.</summary>
/// <param name="From">When the time begins to count; null = when the clock is started.</param>
/// <param name="Warn">How long before its end somebody is told.</param>
public sealed record ClockDefinition(string Name, string Title, Expression? From, TimeSpan Within, IReadOnlyList<TimeSpan> Warn, SourceSpan Span);
