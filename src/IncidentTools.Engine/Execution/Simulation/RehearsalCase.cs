using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>A file of cases as read.</summary>
internal sealed record Rehearsal(string Path, string? Runbook, IReadOnlyList<RehearsalCase> Cases);

/// <summary>One case, with what stands above all of them filled in.</summary>
internal sealed record RehearsalCase(string Name, SourceSpan Span, PlainMap Expect)
{
    public IReadOnlyDictionary<string, object?> Parameters { get; init; } = new Dictionary<string, object?>();
    /// <summary>Id of a service of the catalogue, or of <see cref="Own"/>.</summary>
    public string? Service { get; init; }
    public ServiceDefinition? Own { get; init; }
    public IReadOnlyDictionary<string, object?>? Incident { get; init; }
    public DateTimeOffset At { get; init; }
    public IReadOnlyDictionary<string, PlainList> Mocks { get; init; } = new Dictionary<string, PlainList>();
    public IReadOnlyDictionary<string, PlainList> Answers { get; init; } = new Dictionary<string, PlainList>();

    /// <summary>The <paramref name="call"/>-th result or answer, from 0; the last one holds from then on.</summary>
    public static object? Nth(IReadOnlyDictionary<string, PlainList> lists, string key, int call) => lists.TryGetValue(key, out var list) && list.Count > 0 ? list[Math.Min(call, list.Count - 1)] : null;
}
