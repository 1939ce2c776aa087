namespace IncidentTools.Engine.Incidents;

/// <summary>The state machine: which command leads from which state to which, and what to do instead where it does not.</summary>
public static class IncidentStates
{
    public const string Open = "Open", Acknowledged = "Acknowledged", Resolved = "Resolved", Closed = "Closed";
    public static IReadOnlyList<string> Unresolved { get; } = [Open, Acknowledged];
    public static IReadOnlyList<string> All { get; } = [Open, Acknowledged, Resolved, Closed];

    /// <summary>The state after a step, from each state that allows it.</summary>
    private static readonly Dictionary<(string State, string Step), string> Next = new()
    {
        [(Open, "acknowledged")] = Acknowledged,
        [(Open, "resolved")] = Resolved,
        [(Acknowledged, "resolved")] = Resolved,
        [(Resolved, "reopened")] = Open,
        [(Closed, "reopened")] = Open,
        [(Resolved, "closed")] = Closed,
        [(Open, "changed")] = Open,
        [(Acknowledged, "changed")] = Acknowledged,
        [(Open, "regraded")] = Open,
        [(Acknowledged, "regraded")] = Acknowledged,
    };

    public static bool Allows(string state, string step) => Next.ContainsKey((state, step));

    /// <exception cref="IncidentToolsException">TransitionRefused: the state, what was wanted and which command helps.</exception>
    public static void Require(string id, string state, string step)
    {
        if (Allows(state, step)) return;
        throw Errors.TransitionRefused(id, state, step, (state, step) switch
        {
            (Acknowledged, "acknowledged") => $"Somebody has it already: (Get-Incident {id}).AcknowledgedBy.",
            (Open or Acknowledged, "closed") => $"Resolve it first: Resolve-Incident {id}.",
            (Open or Acknowledged, "reopened") => "It is still open; go on working on it.",
            (Closed, "closed") => "Nothing is left to do.",
            _ => $"If the trouble is back, reopen it: Resume-Incident {id}.",
        });
    }
}
