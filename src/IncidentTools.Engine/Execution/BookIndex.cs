using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>A runbook's steps by id and order, so that finding the way costs the same at step 10 and at step 1000.</summary>
public sealed class BookIndex
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StepDefinition> _handlers = new(StringComparer.Ordinal);

    public BookIndex(RunbookDefinition book)
    {
        Book = book;
        for (var index = 0; index < book.Steps.Count; index++) _numbers[book.Steps[index].Id] = index;
        foreach (var step in book.Handlers) _handlers[step.Id] = step;
    }

    public RunbookDefinition Book { get; }
    public string Id => Book.Id;
    public IReadOnlyList<StepDefinition> Steps => Book.Steps;
    public string? OnError => Book.OnError;
    public string? OnCancel => Book.OnCancel;
    public string? First => Steps.Count == 0 ? null : Steps[0].Id;

    /// <summary>A step or handler.</summary>
    public StepDefinition? Step(string id) => _numbers.TryGetValue(id, out var index) ? Steps[index] : Handler(id);
    public StepDefinition? Handler(string id) => _handlers.GetValueOrDefault(id);
    /// <summary>The step after this one in document order.</summary>
    public string? After(string id) => _numbers.TryGetValue(id, out var index) && index + 1 < Steps.Count ? Steps[index + 1].Id : null;
    /// <summary>Its place, from 1; handlers stand after the steps.</summary>
    public int Number(string id) => _numbers.TryGetValue(id, out var index) ? index + 1 : Steps.Count + 1 + Book.Handlers.TakeWhile(step => step.Id != id).Count();
}
