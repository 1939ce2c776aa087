using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Execution;

/// <summary>Folds the visits of a run that have not ended into its row, and says what the row shows of them.</summary>
internal static class RunLeaves
{
    /// <summary>Null when the entry says nothing about them.</summary>
    public static IReadOnlyList<RunLeaf>? Apply(IReadOnlyList<RunLeaf> open, IRunEntry data) => data switch
    {
        StepEntered entered => [.. open, new RunLeaf(entered.Path, entered.Step)],
        StepIntended intended => With(open, intended.Path, leaf => new RunLeaf(leaf.Path, leaf.Step, InDoubt: true)),
        StepAttempted attempted => With(open, attempted.Path, leaf => new RunLeaf(leaf.Path, leaf.Step, InDoubt: attempted.Outcome == "InDoubt")),
        StepFinished finished => [.. open.Where(leaf => leaf.Path != finished.Path)],
        UndoIntended undo => [.. open.Where(leaf => leaf.Path != undo.Path), new RunLeaf(undo.Path, StepOf(undo.Path), InDoubt: true)],
        UndoFinished undone => [.. open.Where(leaf => leaf.Path != undone.Path)],
        WaitOpened wait when open.Any(leaf => leaf.Path == wait.Path) => With(open, wait.Path, leaf => leaf with { Wait = wait.Kind, Id = wait.Wait, Message = wait.Prompt, DueAt = wait.DueAt, Answered = false, InDoubt = leaf.InDoubt || wait.Kind == "InDoubt" }),
        // of a visit that a rollback takes back
        WaitOpened wait => [.. open, new RunLeaf(wait.Path, StepOf(wait.Path), wait.Kind, wait.Wait, wait.Prompt, wait.DueAt)],
        WaitAnswered answered => [.. open.Select(leaf => leaf.Id != answered.Wait ? leaf : leaf with { Answered = true, Message = $"answered: {answered.Answer}; Resume-RunbookRun goes on" })],
        _ => null,
    };

    /// <summary>The row as people see it: it waits when all leaves wait, and shows the first of those, doubts and people before timers.</summary>
    public static RunRow Show(RunRow row)
    {
        var leaves = row.Open.Where(leaf => !row.Open.Any(other => other.Path.StartsWith(leaf.Path + "/", StringComparison.Ordinal))).ToList();
        var waits = leaves.TrueForAll(leaf => leaf.Wait is not null) && leaves.Count > 0;
        var shown = waits ? leaves.Find(leaf => leaf.Wait == "InDoubt") ?? leaves.Find(leaf => leaf.Wait != "Timer") ?? leaves.MinBy(leaf => leaf.DueAt) : leaves.LastOrDefault(leaf => leaf.Wait is null);
        return row with
        {
            State = waits ? "Waiting" : "Running", Step = shown?.Step ?? row.Step, WaitKind = waits ? shown!.Wait : null, Message = waits ? shown!.Message : "",
            DueAt = waits ? leaves.Min(leaf => leaf.DueAt) : null, InDoubt = row.Open.Any(leaf => leaf.InDoubt),
        };
    }

    private static IReadOnlyList<RunLeaf> With(IReadOnlyList<RunLeaf> open, string path, Func<RunLeaf, RunLeaf> change) => [.. open.Select(leaf => leaf.Path == path ? change(leaf) : leaf)];

    private static string StepOf(string path) => path[(path.LastIndexOf('/') + 1)..path.LastIndexOf('#')];
}
