using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace IncidentTools.Engine.Execution;

/// <summary>What expressions read, each root made when it is first asked for: a step that names no incident reads none.</summary>
internal sealed class RunRoots(IReadOnlyDictionary<string, Func<object?>> makers) : IReadOnlyDictionary<string, object?>
{
    private readonly Dictionary<string, object?> _made = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="instance">The visit that asks; null in a plan.</param>
    /// <param name="evidence">Folder of this machine where what must not be lost is copied; each run has its own in it.</param>
    public static RunRoots Of(RunState state, BookIndex book, StepInstance? instance, Func<string, IReadOnlyDictionary<string, object?>> incident, DateTimeOffset now, string evidence = "")
    {
        var started = state.Started!;
        return new RunRoots(new Dictionary<string, Func<object?>>(StringComparer.OrdinalIgnoreCase)
        {
            ["params"] = () => started.Parameters,
            ["service"] = () => started.Service,
            ["incident"] = () => started.Incident is { } id ? incident(id) : null,
            ["run"] = () => Map(("id", state.Run), ("runbook", started.Runbook), ("version", started.Version), ("title", started.Title), ("startedAt", state.StartedAt), ("startedBy", state.StartedBy), ("evidence", Path.Combine(evidence, state.Run))),
            ["vars"] = () => state.Variables,
            ["now"] = () => now,
            ["steps"] = () => book.Steps.Concat(book.Book.Handlers).ToDictionary(step => step.Id, step => (object?)Step(state.Steps.GetValueOrDefault(step.Id)), StringComparer.OrdinalIgnoreCase),
            ["step"] = () => instance is null ? null : Map(("id", instance.Step), ("visit", (long)instance.Visit), ("attempt", (long)instance.Attempt), ("enteredAt", instance.EnteredAt), ("intendedAt", instance.IntendedAt)),
        });
    }

    /// <summary>The last visit of a step; <c>state</c> is always there.</summary>
    private static Dictionary<string, object?> Step(StepInstance? last)
    {
        if (last is null) return Map(("state", "Pending"));
        var map = Map(
            ("state", last.State), ("status", last.Status), ("error", last.Error), ("message", last.Message), ("visit", (long)last.Visit), ("attempts", (long)last.Attempt), ("startedAt", last.EnteredAt), ("endedAt", last.EndedAt));
        // a value that is not there is a reference to what does not exist, not an empty one
        if (last.IsFinished) map["value"] = last.Value;
        foreach (var name in new[] { "observations", "output" })
            if (last.Detail.TryGetValue(name, out var detail)) map[name] = detail;
        return map;
    }

    private static Dictionary<string, object?> Map(params (string Key, object? Value)[] members) => members.ToDictionary(member => member.Key, member => member.Value, StringComparer.OrdinalIgnoreCase);

    public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);
    public IEnumerable<string> Keys => makers.Keys;
    public IEnumerable<object?> Values => makers.Keys.Select(key => this[key]);
    public int Count => makers.Count;
    public bool ContainsKey(string key) => makers.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        if (_made.TryGetValue(key, out value)) return true;
        if (!makers.TryGetValue(key, out var make)) return false;
        _made[key] = value = make();
        return true;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => makers.Keys.Select(key => KeyValuePair.Create(key, this[key])).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
