using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>A list of steps by id and order, so that finding the way costs the same at step 10 and at step 1000.</summary>
public sealed class StepLine
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public StepLine(IReadOnlyList<StepDefinition> steps)
    {
        Steps = steps;
        for (var index = 0; index < steps.Count; index++) _numbers[steps[index].Id] = index;
    }

    public IReadOnlyList<StepDefinition> Steps { get; }
    public string? First => Steps.Count == 0 ? null : Steps[0].Id;
    public StepDefinition? Step(string id) => _numbers.TryGetValue(id, out var index) ? Steps[index] : null;
    /// <summary>Whether a way leads from a step back to it: it may come again without a number of visits of its own.</summary>
    public bool Returns(string id)
    {
        var (seen, open) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([id]));
        while (open.TryPop(out var at))
        {
            if (Step(at) is not { } step) continue;
            foreach (var way in new[] { step.Next ?? After(at), step.Default, step.OnFailure.Target }.Concat(step.Cases.Select(item => item.Goto)).OfType<string>())
            {
                if (way == id) return true;
                if (seen.Add(way)) open.Push(way);
            }
        }
        return false;
    }

    /// <summary>The step after this one in document order.</summary>
    public string? After(string id) => _numbers.TryGetValue(id, out var index) && index + 1 < Steps.Count ? Steps[index + 1].Id : null;
}

/// <summary>A runbook's steps by id: its own line, those of its branches and items, and its handlers.</summary>
public sealed class BookIndex
{
    private readonly Dictionary<string, (StepDefinition Step, StepLine Line)> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepLine> _inner = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepDefinition> _handlers = new(StringComparer.Ordinal);

    public BookIndex(RunbookDefinition book)
    {
        Book = book = BookTarget.Spread(book);
        Main = new StepLine(book.Steps);
        Add(Main);
        foreach (var every in book.Every)
        {
            var lane = new StepLine(every.Steps);
            _inner[$"~/{every.Id}"] = lane;
            Add(lane);
        }
        foreach (var step in book.Handlers)
        {
            _handlers[step.Id] = step;
            _numbers[step.Id] = _numbers.Count + 1;
        }
    }

    public RunbookDefinition Book { get; }
    public StepLine Main { get; }
    public string Id => Book.Id;
    public string? OnError => Book.OnError;
    public string? OnCancel => Book.OnCancel;
    /// <summary>Every step in document order, those of branches and items after the step they belong to; then the handlers.</summary>
    public IEnumerable<StepDefinition> All => _numbers.OrderBy(pair => pair.Value).Select(pair => Step(pair.Key)!);

    /// <summary>A step, wherever it stands, or a handler.</summary>
    public StepDefinition? Step(string id) => _steps.TryGetValue(id, out var found) ? found.Step : Handler(id);
    public StepDefinition? Handler(string id) => _handlers.GetValueOrDefault(id);
    /// <summary>Its place, from 1; handlers stand after the steps.</summary>
    public int Number(string id) => _numbers.GetValueOrDefault(id);

    /// <summary>The steps of a branch, or those done for each item; null when the step has none.</summary>
    public StepLine? Inner(string group, string branch = "") => _inner.GetValueOrDefault($"{group}/{branch}");

    /// <summary>The steps of what is done every so often.</summary>
    public StepLine? Lane(string name) => Inner("~", name);

    private void Add(StepLine line)
    {
        foreach (var step in line.Steps)
        {
            _steps[step.Id] = (step, line);
            _numbers[step.Id] = _numbers.Count + 1;
            foreach (var (name, steps) in StepGroup.Lines(step))
            {
                var inner = new StepLine(steps);
                _inner[$"{step.Id}/{name}"] = inner;
                Add(inner);
            }
        }
    }
}
