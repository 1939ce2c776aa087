using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

public enum JoinVerdict
{
    /// <summary>Undecided: what is left may still run.</summary>
    Open,
    /// <summary>Enough have succeeded.</summary>
    Met,
    /// <summary>Too many have failed.</summary>
    Impossible,
}

/// <summary>When a group is decided: by how many of its members have succeeded and failed. Pure.</summary>
/// <param name="Total">Members in all.</param>
/// <param name="Needed">Of parallel: how many must succeed; of foreach it follows from the threshold.</param>
/// <param name="Threshold">Of foreach: errors allowed.</param>
public sealed record JoinRule(int Total, int Needed, ErrorThreshold? Threshold)
{
    public static JoinRule Of(StepDefinition step, int total) => step switch
    {
        { Foreach: { } each } => new JoinRule(total, total, each.Threshold),
        { Parallel: { } parallel } => new JoinRule(total, Math.Min(parallel.Join ?? total, total), null),
        _ => new JoinRule(total, total, null),
    };

    public JoinVerdict Decide(int succeeded, int failed)
    {
        if (Threshold is { } allowed) return allowed.IsExceeded(failed, Total) ? JoinVerdict.Impossible : succeeded + failed == Total ? JoinVerdict.Met : JoinVerdict.Open;
        return succeeded >= Needed ? JoinVerdict.Met : failed > Total - Needed ? JoinVerdict.Impossible : JoinVerdict.Open;
    }
}
