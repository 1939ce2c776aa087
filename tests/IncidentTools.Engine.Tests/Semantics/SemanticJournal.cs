using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Tests.Semantics;

/// <summary>A journal as a case writes it: a line an entry, its type, what it is about, and how that ended.</summary>
internal static class SemanticJournal
{
    public static string Line(Entry entry) => string.Join(' ', new[] { entry.Type, About(entry.Data) }.Where(word => word.Length > 0));

    /// <summary>A line, or its beginning up to the end of a word or to the number of an attempt.</summary>
    public static bool Fits(string line, string expected) => line.StartsWith(expected, StringComparison.Ordinal) && (line.Length == expected.Length || line[expected.Length] is ' ' or '@');

    private static string About(IEntryData data) => data switch
    {
        StepEntered entered => entered.Path,
        StepIntended intended => $"{intended.Path}@{intended.Attempt}",
        StepAttempted attempted => $"{attempted.Path}@{attempted.Attempt} {attempted.Outcome}",
        StepFinished finished => $"{finished.Path} {finished.State}{(finished.SettledBy is null ? "" : $" by {finished.SettledBy}")}",
        GroupOpened opened => $"{opened.Path} {opened.Members.Count}",
        FrameEnded ended => $"{ended.Path} {ended.Result}",
        WaitOpened opened => $"{opened.Path} {opened.Kind}",
        WaitAnswered answered => answered.Answer,
        UndoIntended undo => undo.Path,
        UndoFinished undone => $"{undone.Path} {undone.State}",
        RollbackStarted rollback => rollback.Frame,
        StepSkipRequested skip => skip.Step,
        RunEnded ended => ended.Result,
        StepDoneByHand done => done.Step,
        RunReopened reopened => reopened.Path,
        RunAdopted adopted => adopted.Version,
        _ => "",
    };
}
