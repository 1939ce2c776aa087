namespace IncidentTools;

/// <summary>What came of one case of a rehearsal.</summary>
/// <param name="Name">Id of the runbook.</param>
/// <param name="Case">Name of the case.</param>
/// <param name="Passed">Everything expected came true.</param>
/// <param name="State">How its run ended; Waiting when it got stuck, NotStarted when it could not begin.</param>
/// <param name="Way">The steps that were done, in order, each with its visit: <c>look#1</c>.</param>
/// <param name="Difference">What was not as expected; empty when it passed.</param>
/// <param name="Path">The rehearsal's file.</param>
/// <param name="Line">Where the case stands in it.</param>
public sealed record RunbookRehearsal(string Name, string Case, bool Passed, string State, IReadOnlyList<string> Way, IReadOnlyList<RehearsalDifference> Difference, string Path, int Line)
{
    /// <summary>What all cases of the rehearsal together walk of the runbook's branches.</summary>
    public RunbookCoverage? Coverage { get; init; }

    /// <summary>The case and whether it passed, with the first difference.</summary>
    public override string ToString() => Passed ? $"{Case}: passed" : $"{Case}: {Difference[0]}";
}

/// <summary>Something that was expected and did not come true.</summary>
/// <param name="What">run, path, state of look, output cause, condition, messages, mock of look, answer of ask …</param>
/// <param name="Expected">What the file expects.</param>
/// <param name="Actual">What came.</param>
/// <param name="File">The rehearsal's file.</param>
/// <param name="Line">Where the expectation stands, from 1.</param>
/// <param name="Column">Its column, from 1.</param>
public sealed record RehearsalDifference(string What, string Expected, string Actual, string File, int Line, int Column)
{
    /// <summary>Place, what, expected and actual in one line.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}: {What}: expected {Expected}, got {Actual}";
}
