using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace IncidentTools.Engine.Execution;

/// <summary>What expressions read, each root made when it is first asked for: a step that names no incident reads none.</summary>
internal sealed class RunRoots(IReadOnlyDictionary<string, Func<object?>> makers) : IReadOnlyDictionary<string, object?>
{
    private readonly Dictionary<string, object?> _made = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="frame">Where the expression stands: it sees this frame's steps and those outwards.</param>
    /// <param name="instance">The visit that asks; null in a plan and at the end of a frame.</param>
    /// <param name="evidence">Folder of this machine where what must not be lost is copied; each run has its own in it.</param>
    public static RunRoots Of(RunState state, FrameState frame, RunBooks books, StepInstance? instance, Func<string, IReadOnlyDictionary<string, object?>> incident, DateTimeOffset now, string evidence = "")
    {
        var started = state.Started!;
        var makers = new Dictionary<string, Func<object?>>(StringComparer.OrdinalIgnoreCase)
        {
            ["params"] = () => Parameters(frame) ?? started.Parameters,
            ["service"] = () => started.Service,
            ["incident"] = () => started.Incident is { } id ? incident(id) : started.Exercise?.GetValueOrDefault("incident"),
            ["run"] = () => Map(("id", state.Run), ("runbook", started.Runbook), ("version", started.Version), ("title", started.Title), ("startedAt", state.StartedAt), ("startedBy", state.StartedBy), ("evidence", Path.Combine(evidence, state.Run))),
            ["vars"] = frame.VisibleVariables,
            ["now"] = () => now,
            ["steps"] = () => new VisibleSteps(state, frame, instance, books),
            ["step"] = () => instance is null ? null : Visit(instance),
        };
        // the items of the loops it stands in, the innermost as $item too
        for (var each = frame; each is { IsBook: false }; each = each.Outer)
        {
            if (each.Member!.Key is null) continue;
            var item = each.Member.Item;
            makers.TryAdd("item", () => item);
            if (books.Of(each).Step(each.GroupStep!) is { } step) makers.TryAdd(StepGroup.ItemName(step), () => item);
        }
        return new RunRoots(makers);
    }

    /// <summary>The same with some roots more.</summary>
    public RunRoots With(params (string Name, object? Value)[] more)
    {
        var all = new Dictionary<string, Func<object?>>(makers, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in more) all[name] = () => value;
        return new RunRoots(all);
    }

    private static IReadOnlyDictionary<string, object?>? Parameters(FrameState frame)
    {
        var book = frame;
        while (!book.IsBook) book = book.Outer!;
        return book.Member?.Parameters;
    }

    private static Dictionary<string, object?> Visit(StepInstance instance)
    {
        var map = Map(("id", instance.Step), ("visit", (long)instance.Visit), ("attempt", (long)instance.Attempt), ("enteredAt", instance.EnteredAt), ("intendedAt", instance.IntendedAt), ("path", instance.Path));
        // what a detached effect is known by
        if (instance.IsDetached) map["value"] = instance.Value;
        if (!instance.IsFinished) return map;
        foreach (var (name, value) in Step(instance)) map.TryAdd(name, value);
        return map;
    }

    /// <summary>The last finished visit of a step; <c>state</c> is always there.</summary>
    private static Dictionary<string, object?> Step(StepInstance? last)
    {
        if (last is null) return Map(("state", "Pending"));
        var map = Map(
            ("state", last.State), ("status", last.Status), ("error", last.Error), ("message", last.Message), ("visit", (long)last.Visit), ("attempts", (long)last.Attempt), ("startedAt", last.EnteredAt), ("endedAt", last.EndedAt));
        // a value that is not there is a reference to what does not exist, not an empty one
        if (last.IsFinished) map["value"] = last.Value;
        foreach (var name in new[] { "observations", "output", "outputs" })
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

    /// <summary><c>$steps</c>: the steps visible from a frame, each made when it is asked for: a run of thousands of steps asks for two or three.</summary>
    private sealed class VisibleSteps(RunState state, FrameState frame, StepInstance? instance, RunBooks books) : IReadOnlyDictionary<string, object?>
    {
        private readonly BookIndex _book = books.Of(frame);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
        {
            value = _book.Step(key.ToLowerInvariant()) is { } step ? Step(Own(step.Id) ?? frame.FindFinished(step.Id) ?? Within(step.Id)) : null;
            return value is not null;
        }

        /// <summary>A step that is over reads itself by its own name, too: its outputs are worked out before its end is written.</summary>
        private StepInstance? Own(string step) => instance is { IsFinished: true } own && own.Step == step && own.Frame == frame.Path ? own : null;

        /// <summary>A finished parallel looks into its branches: its outputs are made of their steps.</summary>
        private StepInstance? Within(string step) => instance is { IsFinished: true, Members: { } members } && books.Of(frame).Step(instance.Step)?.Parallel is not null
            ? members.Select(member => state.Frame(FramePath.Of(instance.Path, member.Name)).Steps.GetValueOrDefault(step)).FirstOrDefault(found => found is not null) : null;

        public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);
        public bool ContainsKey(string key) => _book.Step(key.ToLowerInvariant()) is not null;
        public IEnumerable<string> Keys => _book.All.Select(step => step.Id);
        public IEnumerable<object?> Values => Keys.Select(key => this[key]);
        public int Count => _book.All.Count();
        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Keys.Select(key => KeyValuePair.Create(key, this[key])).GetEnumerator();
        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
