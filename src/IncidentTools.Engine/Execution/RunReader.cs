using System.Text;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Runs as the journal has them: looked at, never changed.</summary>
internal sealed class RunReader(RunParts parts)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, RunbookDefinition> _read = new(StringComparer.Ordinal);

    private IJournalStore Store => parts.Journal.Store;

    public RunRow? Find(string run) => Store.Find(RunProjection.Instance, run);

    /// <exception cref="IncidentToolsException">RunNotFound.</exception>
    public RunRow Row(string run) => Find(run.Trim().ToUpperInvariant()) ?? throw Errors.RunNotFound(run);

    public RunbookRun Public(RunRow row) => row.ToPublic(row.IsOpen ? Holder(row.Run) : null);

    /// <summary>Who drives it now; null when nobody does.</summary>
    public string? Holder(string run) => RunLease.Holder(Store.Leases, run, parts.Host, parts.Time.GetUtcNow())?.ToString();

    /// <summary>Newest first. A state is one of the public states; <c>open</c> means not ended.</summary>
    /// <param name="exercises">Exercises only; else none of them.</param>
    public IReadOnlyList<RunbookRun> List(string? incident, string? state, string? runbook, bool exercises = false)
    {
        var query = new ProjectionQuery().Order("started", descending: true);
        if (incident is not null) query.Where("incident", incident);
        if (state is "open" or "Open") query.Where("state", Compare.In, RunRow.OpenStates);
        else if (state is not null) query.Where("state", state);
        if (runbook is not null) query.Where("runbook", runbook);
        return [.. Store.Query(RunProjection.Instance, query).Where(row => row.IsExercise == exercises).Select(Public)];
    }

    public RunState Fold(RunRow row) => RunWriter.Fold(parts.Journal, row.Stream, row.Run);

    /// <summary>Every visit in order, then the steps of the run's own list not reached, as Pending.</summary>
    public IReadOnlyList<RunbookStep> Steps(RunRow row)
    {
        var state = Fold(row);
        var books = BooksOf(state);
        var effects = new StepEffects(parts, file => Bound(state, "file:" + file)!);
        return
        [
            .. state.Visits.Select(visit => (Visit: visit, Book: books.Of(state.Frame(visit.Frame)))).Select(pair => (pair.Visit, pair.Book, Step: pair.Book.Step(pair.Visit.Step)!)).Where(item => item.Step is not null)
                .Select(item => StepView.Of(state, item.Book, item.Step, item.Visit) with { Undo = StepUndo.Offer(item.Step, item.Visit, effects) }),
            .. state.AdHoc.Select(done => StepView.Of(state, books.Root, done.At, done.Actor, done.Data)),
            .. state.Ended is null ? books.Root.Main.Steps.Where(step => !state.Steps.ContainsKey(step.Id)).Select(step => StepView.Of(state, books.Root, step, null)) : [],
        ];
    }

    /// <param name="step">An id, the path of a visit, or null for the last one entered.</param>
    public RunbookStep Step(RunRow row, string? step)
    {
        var steps = Steps(row);
        if (step is null) return steps.LastOrDefault(item => item.Visit > 0) ?? steps[0];
        return steps.LastOrDefault(item => (item.Step == step || item.Path == step) && item.Visit > 0) ?? steps.First(item => item.Step == step);
    }

    /// <summary>The runbook the run follows, from the bytes it is bound to.</summary>
    public RunbookDefinition BookOf(RunState state) => Read(state, state.Started!.Runbook + ".yaml", state.Source);

    public RunBooks BooksOf(RunState state) => new(new BookIndex(BookOf(state)), source => Read(state, NameOf(state, source), source));

    /// <summary>The runbook and all that it runs, as the run is bound to them.</summary>
    public IEnumerable<RunbookDefinition> AllOf(RunState state) => state.Bound.Where(pair => pair.Key.StartsWith("runbook:", StringComparison.Ordinal))
        .Select(pair => Read(state, NameOf(state, pair.Value), pair.Value)).Prepend(BookOf(state));

    /// <summary>Text of a template or file the run is bound to; null when it is not.</summary>
    public string? Bound(RunState state, string name) => state.Bound.TryGetValue(name, out var hash) ? Encoding.UTF8.GetString(Content(state, hash)) : null;

    /// <summary>A text is read once: what it means depends on nothing else.</summary>
    private RunbookDefinition Read(RunState state, string name, string hash) => _read.TryGetValue(hash, out var known) ? known : _read[hash] = parts.Read(name, Content(state, hash));

    private byte[] Content(RunState state, string hash) => Store.Content(hash) ?? throw Errors.ContentMissing(state.Run, hash);

    private static string NameOf(RunState state, string source) => (state.Bound.FirstOrDefault(pair => pair.Value == source && pair.Key.StartsWith("runbook:", StringComparison.Ordinal)).Key?["runbook:".Length..] ?? source) + ".yaml";
}
