using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>Whether the cases fit the runbook: every step they name is there, every result is one its kind can have, every condition can be read.</summary>
internal sealed class RehearsalChecks(RunbookDefinition book, IReadOnlyList<RunbookDefinition> all, IUseCatalog uses, Func<IExpressionEvaluator> expressions, ScalarPlaces places, DiagnosticBag bag)
{
    private readonly Dictionary<string, StepDefinition> _steps = all.SelectMany(each => each.AllSteps).GroupBy(step => step.Id, StringComparer.Ordinal).ToDictionary(steps => steps.Key, steps => steps.First(), StringComparer.Ordinal);

    public void Check(Rehearsal rehearsal)
    {
        foreach (var (item, index) in rehearsal.Cases.Select((item, index) => (item, index)))
        {
            var path = $"cases[{index}]";
            foreach (var (key, results) in item.Mocks) Mock(key, results, path + ".mocks." + key);
            foreach (var (key, answers) in item.Answers)
                if (Find(key, answers.Span, path + ".answers." + key) is { } step && uses.Find(step.Use.Uses) is { HasEffect: false, Role: UseRole.Kind, Name: not ("manual" or "ask" or "approve") } kind)
                    bag.Error("IT2032", answers.Span, path + ".answers." + key, $"nobody is asked by '{key}': it is a step of the kind {kind.Name}", "Leave it out.");
            Expectation(item.Expect, path + ".expect");
        }
        if (rehearsal.Runbook is { } named && named != book.Id) bag.Error("IT3032", new SourceSpan(rehearsal.Path, 1, 1, 1, 1), "runbook", $"this rehearses '{named}', not '{book.Id}'", "Name that runbook, or correct runbook:.");
    }

    private void Mock(string key, PlainList results, string path)
    {
        var (id, what) = key.Split('.') is [var step, var more] ? (step, more) : (key, "");
        if (Find(id, results.Span, path) is not { } definition) return;
        var info = uses.Find(definition.Use.Uses);
        var (words, possible) = what switch
        {
            "" when info?.Role == UseRole.Probe => (SimulatedResult.OfProbes, true),
            "" when definition.Use.Uses == "notify" => (SimulatedResult.OfMessages, true),
            "" => (SimulatedResult.OfEffects, info?.HasEffect == true),
            "until" => (SimulatedResult.OfProbes, definition.UntilProbe is not null),
            "undo" => (SimulatedResult.OfEffects, info?.HasEffect == true),
            _ => (SimulatedResult.OfChecks, info?.HasEffect == true),
        };
        if (!possible)
        {
            bag.Error("IT2032", results.Span, path, what.Length == 0 ? $"'{id}' needs no result: it is a step of the kind {definition.Use.Uses}" : $"'{id}' has no {what} that could give a result", "Leave it out.");
            return;
        }
        for (var index = 0; index < results.Count; index++)
            if ((results[index] as string ?? (results[index] as PlainMap)?.TextOrNull("result")) is { } word && !words.Contains(word))
                bag.Error("IT2033", results.At(index), path, $"'{word}' is no result of {(what.Length == 0 ? definition.Use.Uses : $"{id}'s {what}")}: {string.Join(", ", words)}", Nearest.Hint(word, words));
    }

    private void Expectation(PlainMap expect, string path)
    {
        var way = expect.List("path");
        for (var index = 0; index < way.Count; index++)
            if (way[index] is string item and not "...") Find(item.Split('#')[0], way.At(index), $"{path}.path[{index}]");
        foreach (var id in expect.Map("states").Keys) Find(id, expect.Map("states").KeyAt(id), $"{path}.states.{id}");
        var conditions = expect.List("conditions");
        for (var index = 0; index < conditions.Count; index++)
            if (conditions[index] is string text)
                foreach (var error in expressions().Inspect(text).Errors) bag.Error("IT2034", places.At(conditions.At(index), text, error.Offset, error.Length), $"{path}.conditions[{index}]", error.Message, error.Fix);
    }

    private StepDefinition? Find(string id, SourceSpan span, string path)
    {
        if (_steps.TryGetValue(id, out var step)) return step;
        bag.Error("IT3033", span, path, $"the runbook {book.Id} has no step '{id}'", Nearest.Hint(id, _steps.Keys));
        return null;
    }
}
