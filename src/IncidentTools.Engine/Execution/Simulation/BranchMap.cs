using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>One way to go at a step. Its text is its name: equal cases of one switch are one branch, the second of them is never taken.</summary>
internal readonly record struct Branch(string Step, string Text)
{
    public static Branch Holds(StepDefinition step) => new(step.Id, $"when holds: {step.When!.Text}");
    public static Branch HoldsNot(StepDefinition step) => new(step.Id, $"when does not hold: {step.When!.Text}");
    public static Branch Case(StepDefinition step, SwitchCase item) => new(step.Id, $"case {item.When.Text} → {item.Goto}");
    public static Branch Default(StepDefinition step) => new(step.Id, $"no case holds → {step.Default ?? "the next step"}");
    public static Branch Failure(StepDefinition step) => new(step.Id, $"onFailure → {step.OnFailure.Target ?? step.OnFailure.Mode.ToString().ToLowerInvariant()}");
    public static Branch Answer(StepDefinition step, string? field, string word) => new(step.Id, field is null ? $"answer '{word}'" : $"answer '{word}' of {field}");
    public static Branch OnError(StepDefinition handler) => new(handler.Id, "a failure leads here (onError)");
    public static Branch OnCancel(StepDefinition handler) => new(handler.Id, "a cancel leads here (onCancel)");
    public static Branch End(StepDefinition step) => new(step.Id, "ends the run");
    public static Branch Last(StepDefinition step) => new(step.Id, "the end of the steps");
}

/// <summary>Every branch of a runbook with its place: what a rehearsal can walk, and should. Pure.</summary>
internal sealed class BranchMap
{
    private readonly Dictionary<Branch, SourceSpan> _places = [];

    public BranchMap(RunbookDefinition book, IExpressionEvaluator expressions)
    {
        var read = Deciding(book).SelectMany(text => expressions.Inspect(text).References).Select(reference => reference.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var step in book.AllSteps)
        {
            // a condition that reads nothing always comes out the same
            if (step.When is { } when && expressions.Inspect(when.Text).References.Count > 0)
            {
                Add(Branch.Holds(step), when.Span);
                Add(Branch.HoldsNot(step), when.Span);
            }
            foreach (var item in step.Cases) Add(Branch.Case(step, item), item.When.Span);
            if (step.Use.Uses == "switch") Add(Branch.Default(step), step.Span);
            foreach (var (field, word) in Answers(step, read)) Add(Branch.Answer(step, field, word), step.Span);
            if (step.OnFailure.Written) Add(Branch.Failure(step), step.Span);
            if (step.Use.Uses == "end") Add(Branch.End(step), step.Span);
        }
        foreach (var handler in book.Handlers)
        {
            if (handler.Id == book.OnError) Add(Branch.OnError(handler), handler.Span);
            if (handler.Id == book.OnCancel) Add(Branch.OnCancel(handler), handler.Span);
        }
        if (EndsAt(book) is { } last) Add(Branch.Last(last), last.Span);
    }

    public int Count => _places.Count;

    /// <summary>What is left when these were walked.</summary>
    public RunbookCoverage Cover(RunbookDefinition book, IReadOnlySet<Branch> walked)
    {
        RunbookBranch[] missing = [.. _places.Where(pair => !walked.Contains(pair.Key)).OrderBy(pair => pair.Value.Line).Select(pair => new RunbookBranch(pair.Key.Step, pair.Key.Text, book.Path, pair.Value.Line))];
        return new RunbookCoverage(book.Id, Count - missing.Length, Count, missing);
    }

    /// <summary>The step after which the main line ends by itself; null when it always ends at an end step.</summary>
    public static StepDefinition? EndsAt(RunbookDefinition book) => book.Steps is [.., { Next: null } last] && last is not { Use.Uses: "end", When: null } ? last : null;

    /// <summary>Answers that somebody chooses from a list and that something depends on.</summary>
    /// <param name="read">Paths that conditions and variables read.</param>
    public static IEnumerable<(string? Field, string Word)> Answers(StepDefinition step, IReadOnlySet<string>? read = null)
    {
        var value = $"steps.{step.Id}.value";
        bool Reads(string path) => read?.Any(other => other.Equals(path, StringComparison.OrdinalIgnoreCase) || path.StartsWith(other + ".", StringComparison.OrdinalIgnoreCase) || other.StartsWith(path + ".", StringComparison.OrdinalIgnoreCase)) ?? true;
        var with = step.Use.With;
        if (step.Use.Uses == "ask" && with.ContainsKey("question") && Reads(value))
            foreach (var word in Words(with)) yield return (null, word);
        if (step.Use.Uses == "manual" && with is PlainMap written && written.IsWritten("outcomes") && Reads(value + ".outcome"))
            foreach (var word in new Arguments(with).Texts("outcomes")) yield return (null, word);
        if ((with.GetValueOrDefault("questions") ?? with.GetValueOrDefault("fields")) is not IReadOnlyDictionary<string, object?> fields) yield break;
        foreach (var (name, field) in fields)
            if (field is IReadOnlyDictionary<string, object?> map && Reads($"{value}.{name}"))
                foreach (var word in Words(map)) yield return (name, word);
    }

    private static IEnumerable<string> Words(IReadOnlyDictionary<string, object?> field) => field.GetValueOrDefault("allowed") is IReadOnlyList<object?> words ? words.Select(ValueReader.Text) : [];

    /// <summary>Every expression that says where a run goes, or gives a variable that one may read.</summary>
    private static IEnumerable<string> Deciding(RunbookDefinition book)
    {
        foreach (var step in book.AllSteps)
        {
            foreach (var condition in new[] { step.When, step.Until, step.Assert }.OfType<Expression>().Concat(step.Cases.Select(item => item.When)).Concat(step.Outputs.Select(output => output.Value))) yield return condition.Text;
            foreach (var text in Templates(step.Set).Concat(Templates(step.Foreach?.Items))) yield return text;
        }
        foreach (var until in book.Every.Select(every => every.Until).OfType<Expression>()) yield return until.Text;
    }

    private static IEnumerable<string> Templates(object? value) => value switch
    {
        Template template => template.Parts.Where(part => part.IsExpression).Select(part => part.Text),
        Expression expression => [expression.Text],
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(Templates),
        IReadOnlyList<object?> list => list.SelectMany(Templates),
        _ => [],
    };

    private void Add(Branch branch, SourceSpan place) => _places.TryAdd(branch, place);
}
