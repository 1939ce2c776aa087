using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Execution.Simulation;

/// <summary>What an exercise run takes its results from.</summary>
/// <param name="Inject">A rehearsal file; null = the person at the session says what probes give.</param>
/// <param name="Case">Which of its cases; null when it has one.</param>
public sealed record ExerciseRequest(string? Inject, string? Case);

/// <summary>
/// A run in which people do and answer for real and nothing else happens: results come from a file or from the person at the session. It is bound to its
/// results when it starts, as a run is bound to its runbook, so that any session goes on with it; its stream is its own and belongs to no incident.
/// </summary>
internal static class Exercise
{
    private const string Prefix = "$exercise-";

    public static string NewStream(DateTimeOffset now) => Prefix + Uuid7.New(now);
    public static bool IsOne(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The request with what the case says filled in, and what the run is bound to: plain data.</summary>
    /// <exception cref="IncidentToolsException">RehearsalInvalid, ExerciseCaseUnknown, ExerciseHasIncident.</exception>
    public static (RunRequest Request, IReadOnlyDictionary<string, object?> Bound, Func<LoadedWorkspace, LoadedWorkspace> Around) Prepare(RunRequest request, ExerciseRequest exercise, RunbookDefinition book, RunParts parts)
    {
        if (request.Incident is { } incident) throw Errors.ExerciseHasIncident(incident);
        if (exercise.Inject is not { } file) return (request, new Dictionary<string, object?>(), workspace => workspace);
        var (rehearsal, findings) = new RehearsalService(parts).Load(book, file);
        if (rehearsal is null) throw RehearsalService.Invalid(file, findings);
        var cases = rehearsal.Cases;
        var chosen = exercise.Case is null ? cases.Count == 1 ? cases[0] : null : cases.FirstOrDefault(item => item.Name.Equals(exercise.Case, StringComparison.OrdinalIgnoreCase));
        if (chosen is null) throw Errors.ExerciseCaseUnknown(file, exercise.Case, string.Join(", ", cases.Select(item => $"'{item.Name}'")));
        var parameters = new Dictionary<string, object?>(chosen.Parameters, StringComparer.Ordinal);
        foreach (var (name, value) in request.Parameters) parameters[name] = value;
        var bound = new Dictionary<string, object?> { ["case"] = chosen.Name, ["mocks"] = chosen.Mocks.ToDictionary(pair => pair.Key, pair => (object?)pair.Value) };
        if (chosen.Incident is not null) bound["incident"] = chosen.Incident;
        return (request with { Parameters = parameters, Service = request.Service ?? chosen.Service }, bound, workspace => chosen.Own is { } own && request.Service is null
            ? workspace with { Services = new Dictionary<string, ServiceDefinition>(workspace.Services, StringComparer.Ordinal) { [own.Id] = own } } : workspace);
    }

    /// <summary>The parts of a drive: the run's own when it is no exercise.</summary>
    public static RunParts Parts(RunParts parts, RunState state, RunBooks books, RunOptions options)
    {
        if (state.Started!.Exercise is not { } bound) return parts;
        var mocks = bound.GetValueOrDefault("mocks") as IReadOnlyDictionary<string, object?>;
        // results are given one an attempt: those of earlier sessions count
        var calls = state.Visits.GroupBy(visit => visit.Step, StringComparer.Ordinal).ToDictionary(visits => visits.Key, visits => visits.Sum(visit => visit.Attempt), StringComparer.Ordinal);
        foreach (var visit in state.Unfinished.Where(visit => visit.Open is not null)) calls[visit.Step]--;
        async Task<SimulatedResult?> Next(string step, CancellationToken cancellation)
        {
            int call;
            lock (calls) calls[step] = (call = calls.GetValueOrDefault(step)) + 1;
            if (mocks?.GetValueOrDefault(step) is IReadOnlyList<object?> { Count: > 0 } list) return SimulatedResult.Read(list[Math.Min(call, list.Count - 1)]);
            var isProbe = step.EndsWith(".until", StringComparison.Ordinal) || (books.Root.Step(step) is { } definition && parts.Probes.ContainsKey(definition.Use.Uses));
            return isProbe && options.Ask is { } ask && books.Root.Step(step.Split('.')[0]) is { } asked ? await AskAsync(ask, state.Run, books.Root, asked, cancellation).ConfigureAwait(false) : null;
        }

        return new Simulator(Next) { Usual = SimulatedResult.Plain("Succeeded", "an exercise: nothing was done") }.Around(parts) with
        {
            Incident = _ => bound.GetValueOrDefault("incident") as IReadOnlyDictionary<string, object?> ?? throw Errors.IncidentNotFound("of this exercise"),
        };
    }

    private static async Task<SimulatedResult?> AskAsync(Func<RunbookStep, CancellationToken, Task<StepAnswer?>> ask, string run, BookIndex book, StepDefinition step, CancellationToken cancellation)
    {
        var question = StepView.Plain(book, step) with
        {
            Run = run, State = "Waiting", WaitReason = "Answer", Prompt = $"Exercise: what does {step.Use.Uses} find?", Choice = SimulatedResult.OfProbes,
            Field = new Dictionary<string, string> { ["error"] = "the word for what went wrong (string, optional)", ["value"] = "what it gives (string, optional)" },
        };
        return await ask(question, cancellation).ConfigureAwait(false) is { Answer: { } word } said
            ? SimulatedResult.Plain(word, said.Note ?? "said in the exercise", said.Values.GetValueOrDefault("error") as string) with { Value = said.Values.GetValueOrDefault("value") } : null;
    }
}
