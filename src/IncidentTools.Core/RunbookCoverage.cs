namespace IncidentTools;

/// <summary>What of a runbook's branches the cases of its rehearsal walked.</summary>
/// <param name="Name">Id of the runbook.</param>
/// <param name="Covered">How many branches at least one case walked.</param>
/// <param name="Total">How many branches it has.</param>
/// <param name="Missing">Those that no case walked, in the order of the file.</param>
public sealed record RunbookCoverage(string Name, int Covered, int Total, IReadOnlyList<RunbookBranch> Missing)
{
    /// <summary>0 … 100, rounded down: 100 only when nothing is missing.</summary>
    public int Percent => Total == 0 ? 100 : (int)(Covered * 100L / Total);

    /// <summary>Runbook, percentage and count in one line.</summary>
    public override string ToString() => $"{Name}: {Percent} % ({Covered} of {Total} branches)";
}

/// <summary>One way that a runbook can go at a step.</summary>
/// <param name="Step">Id of the step.</param>
/// <param name="Branch">Which way: a case of a switch, a condition that holds or not, a failure, an answer, an end.</param>
/// <param name="File">The runbook's file.</param>
/// <param name="Line">Where it stands there, from 1.</param>
public sealed record RunbookBranch(string Step, string Branch, string File, int Line)
{
    /// <summary>Line, step and branch.</summary>
    public override string ToString() => $"line {Line}: {Step}: {Branch}";
}
