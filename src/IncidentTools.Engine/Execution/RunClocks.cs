using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Starts the deadlines that a runbook or a step names. They belong to the incident and outlive the run.</summary>
internal static class RunClocks
{
    /// <exception cref="IncidentToolsException">ExpressionFailed, ArgumentInvalid: <c>from</c> gives no time.</exception>
    public static IEnumerable<EntryDraft> Of(IReadOnlyList<ClockDefinition> clocks, RunSession session, RunRoots roots)
    {
        foreach (var clock in clocks)
        {
            var from = clock.From is { } text ? Time(clock, session.Evaluator.Evaluate(text.Text, roots)) : session.Now;
            // what only simulates starts none
            if (session.Parts.Clock(new ClockRequest(clock.Name, clock.Title, UtcStamp.Truncate(from), UtcStamp.Truncate(from + clock.Within), clock.Warn)) is { } draft) yield return draft;
        }
    }

    private static DateTimeOffset Time(ClockDefinition clock, object? value)
    {
        var bag = new DiagnosticBag();
        return ValueReader.Read(value, ParameterShapes.OfType("datetime"), "", bag) is DateTimeOffset time && !bag.HasErrors ? time
            : throw Errors.ArgumentInvalid("clock", clock.Name, $"'{clock.From!.Text}' gives no time", null);
    }
}
