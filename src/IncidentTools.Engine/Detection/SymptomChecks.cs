using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Detection;

/// <summary>Symptoms of runbooks that have a probe, asked of a service: those of the runbooks that it names; where it names none, those that read something of it that it has.</summary>
internal sealed class SymptomChecks(IUseCatalog uses, IExpressionEvaluator evaluator, IReadOnlyList<RunbookDefinition> books, DateTimeOffset now)
{
    // a symptom that reads nothing else of a service says nothing about this one
    private static readonly HashSet<string> Anything = new(["id", "name"], StringComparer.OrdinalIgnoreCase);
    private readonly (RunbookDefinition Book, RunbookSymptom Symptom, UseDefinition Use, ServiceReads Reads)[] _symptoms =
        [.. books.SelectMany(book => book.Symptoms.Where(symptom => symptom.Probe is not null).Select(symptom => (book, symptom, symptom.Probe!, ServiceReads.Of(symptom.Probe!.With, evaluator))))];

    public IEnumerable<ServiceCheck> Of(ServiceDefinition service)
    {
        foreach (var (book, symptom, use, reads) in _symptoms)
        {
            var named = service.Runbooks.Contains(book.Id, StringComparer.Ordinal);
            if (service.Runbooks.Count > 0 ? !named : !reads.All.Any(key => !Anything.Contains(key) && service.Record.ContainsKey(key))) continue;
            if (reads.Needed.Any(key => !service.Record.ContainsKey(key))) continue;
            if (Make(service, book, symptom, use) is { } check) yield return check;
        }
    }

    private ServiceCheck? Make(ServiceDefinition service, RunbookDefinition book, RunbookSymptom symptom, UseDefinition use)
    {
        var check = new ServiceCheck($"service/{service.Id}/{book.Id}/{symptom.Id}", [service.Id], symptom.Id, use.Uses, ServiceCheck.FaultOf(use.Uses), $"{book.Id}/{symptom.Id}") { Runbook = book.Id, Class = book.Classes is [var only, ..] ? only : "availability" };
        var roots = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["service"] = service.Record, ["now"] = now, ["params"] = book.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Type == "service" ? service.Id : parameter.Default, StringComparer.OrdinalIgnoreCase),
        };
        try
        {
            // what comes to nothing is what this service does not have
            if (use.With.Values.Any(value => value is Template { IsSingleExpression: true } && StepArguments.Resolve(value, evaluator, roots) is null)) return null;
            return check with { With = StepArguments.Resolve(use, uses, evaluator, roots) };
        }
        catch (IncidentToolsException error) { return check with { Problem = error.Message }; }
    }
}
