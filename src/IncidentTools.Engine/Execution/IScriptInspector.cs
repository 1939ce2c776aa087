using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>
/// Reads from a script's text what it would do. Given by the cmdlet assembly: PowerShell's parser reads it and the commands' own metadata weigh it; nothing
/// is run or loaded for that. What it finds may raise the impact that a runbook declares and never lower it.
/// </summary>
public interface IScriptInspector
{
    /// <summary>What raises its impact, the gravest first, each once; empty when nothing does. A text that cannot be read is high.</summary>
    IReadOnlyList<ImpactReason> ImpactOf(string text);
}

/// <param name="What">"Remove-Item takes something away".</param>
/// <param name="Line">In the script, from 1.</param>
public sealed record ImpactReason(StepImpact Impact, string What, int Line, int Column)
{
    public override string ToString() => $"{Impact.ToString().ToLowerInvariant()}: {What} (line {Line}, column {Column})";
}
