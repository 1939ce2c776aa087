using System.Text;

namespace IncidentTools.Engine.Execution;

/// <summary>Paths of frames and instances: <c>/step#visit</c> in the run's own frame, <c>/fan#1/branch/step#1</c>, <c>/each#1/[key]/step#1</c>, <c>/child#1/step#1</c> within others.</summary>
public static class FramePath
{
    /// <summary>The run's own step list.</summary>
    public const string Root = "";

    /// <summary>The frame of an instance.</summary>
    public static string Of(string instance) => instance[..instance.LastIndexOf('/')];

    /// <summary>The frame of a group's member; a child runbook's has no name of its own.</summary>
    public static string Of(string group, string member) => member.Length == 0 ? group : $"{group}/{member}";

    public static string Instance(string frame, string step, int visit) => $"{frame}/{step}#{visit}";

    /// <summary>The frame of what is done every so often beside a runbook.</summary>
    public static string Lane(string book, string name) => $"{book}/{name}~";

    /// <summary>An item's key as a segment: what has a meaning in a path is written as %XX.</summary>
    public static string Item(string key)
    {
        if (key.AsSpan().IndexOfAny("/#[]%") < 0) return $"[{key}]";
        var text = new StringBuilder("[");
        foreach (var c in key) _ = c is '/' or '#' or '[' or ']' or '%' ? text.Append('%').Append(((int)c).ToString("X2", null)) : text.Append(c);
        return text.Append(']').ToString();
    }
}

/// <summary>One step list under way: the run's own, a branch, an item of a foreach, a child runbook.</summary>
public sealed class FrameState(string path, FrameState? outer, StepInstance? group, FrameMember? member)
{
    private readonly Dictionary<string, StepInstance> _last = new(StringComparer.Ordinal), _over = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public string Path => path;
    public FrameState? Outer => outer;
    /// <summary>Path of the group's instance; null for the run's own frame.</summary>
    public string? Group => group?.Path;
    /// <summary>Id of the step that opened it.</summary>
    public string? GroupStep => group?.Step;
    /// <summary>Branch, item or child runbook.</summary>
    public FrameMember? Member => member;
    /// <summary>What is done every so often beside a runbook's main line.</summary>
    public bool IsLane => outer is not null && group is null;
    /// <summary>Whether it runs a whole runbook: its steps see nothing outside, and it has handlers of its own.</summary>
    public bool IsBook => outer is null || member?.Source is not null;
    /// <summary>The visit that was entered last; the only one here that can be unfinished.</summary>
    public StepInstance? Current { get; private set; }
    /// <summary>The last visit of each step.</summary>
    public IReadOnlyDictionary<string, StepInstance> Steps => _last;
    /// <summary>What <c>set</c> steps gave here, the last value of each.</summary>
    public IReadOnlyDictionary<string, object?> Variables => _variables;
    public FrameEnded? Ended { get; internal set; }
    /// <summary>Its steps are being taken back.</summary>
    public RollbackStarted? Rollback { get; internal set; }

    /// <summary>The last visit of a step that is visible from here: in this frame, then outwards to the runbook's own.</summary>
    public StepInstance? Find(string step)
    {
        for (var frame = this; frame is not null; frame = frame.IsBook ? null : frame.Outer)
            if (frame._last.TryGetValue(step, out var found)) return found;
        return null;
    }

    /// <summary>What <c>$steps</c> gives of it: the last visit that finished, in the nearest frame that has one of it; else the one under way.</summary>
    public StepInstance? FindFinished(string step)
    {
        for (var frame = this; frame is not null; frame = frame.IsBook ? null : frame.Outer)
            if (frame._last.TryGetValue(step, out var found)) return frame._over.GetValueOrDefault(step, found);
        return null;
    }

    /// <summary>Variables visible from here; an inner one hides an outer one.</summary>
    public IReadOnlyDictionary<string, object?> VisibleVariables()
    {
        if (IsBook) return _variables;
        var all = new Dictionary<string, object?>(outer!.VisibleVariables(), StringComparer.Ordinal);
        foreach (var (name, value) in _variables) all[name] = value;
        return all;
    }

    internal void Enter(StepInstance instance)
    {
        Ended = null; // the next round of a lane
        Current = instance;
        _last[instance.Step] = instance;
    }

    internal void Replace(StepInstance instance)
    {
        if (_last.TryGetValue(instance.Step, out var last) && last.Path == instance.Path) _last[instance.Step] = instance;
        if (Current?.Path == instance.Path) Current = instance;
        if (instance.IsFinished && (!_over.TryGetValue(instance.Step, out var over) || instance.Visit >= over.Visit)) _over[instance.Step] = instance;
    }

    internal void SetVariable(string name, object? value) => _variables[name] = value;
}
