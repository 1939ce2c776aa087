using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>What must be so before a replica is made the primary. Pure: the servers' answers in, the first reason against it out.</summary>
/// <param name="WrittenOff">Replicas that need not answer.</param>
/// <param name="Rpo">How much may be lost; null = nothing.</param>
/// <param name="LossAccepted">By whom, when more may be lost than the rpo allows or nobody knows how much.</param>
internal sealed record PromotionRules(string Candidate, IReadOnlyList<string> WrittenOff, TimeSpan? Rpo, string? LossAccepted)
{
    public string? WhyNot(NodeState primary, IReadOnlyList<NodeState> replicas)
    {
        if (replicas.FirstOrDefault(node => node.Name == Candidate) is not { } candidate) return $"there is no replica {Candidate}";
        if (candidate.Trouble is { } trouble) return $"{Candidate} could not be asked: {trouble.Message}";
        if (candidate.IsReplica is not true) return $"{Candidate} follows nobody{(candidate.Writable is true ? " and takes writes already" : "")}";
        if (WhyNotFenced(primary) is { } open) return open;
        // what it receives comes from somewhere: a primary that "does not answer" here may answer others
        if (!primary.Up && candidate.Connected) return $"{Candidate} still receives changes: its primary lives, though it does not answer here. Fence it first";
        foreach (var node in replicas)
        {
            if (node.Trouble is { } silent && !WrittenOff.Contains(node.Name, StringComparer.Ordinal)) return $"{node.Name} could not be asked ({silent.Message}): it may have more than {Candidate}, or take writes; name it in writtenOff when it is given up";
            if (node.Writable is true) return $"{node.Name} takes writes already: no second one is made";
        }
        if (candidate.Received is not { } received) return $"how far {Candidate} has received is not known";
        if (Nodes.MostAdvanced(replicas) is { } best && best.Received > received) return $"{best.Name} has received more than {Candidate}: promote that one";
        return Loss(primary, candidate) is { } loss && LossAccepted is null ? loss : null;
    }

    /// <summary>Null when it surely takes no writes.</summary>
    public static string? WhyNotFenced(NodeState primary) => primary switch
    {
        { Trouble.NothingThere: true } => null,
        { Trouble: { } trouble } => $"whether {primary.Name} takes writes could not be told ({trouble.Word}: {trouble.Message})",
        { Writable: true } => $"{primary.Name} takes writes: fence it first",
        { Writable: null } => $"whether {primary.Name} takes writes is not known",
        _ => null,
    };

    /// <summary>What may be lost beyond the rpo; null when nothing is.</summary>
    private string? Loss(NodeState primary, NodeState candidate)
    {
        if (primary.Position is { } end && candidate.Received >= end) return null;
        const string Accept = "; lossAccepted names who accepts that";
        if (candidate.SinceLastChangeSeconds is not { } since) return $"how much {Candidate} lacks is not known{Accept}";
        return Rpo is { } most && since <= most.TotalSeconds ? null : $"the newest change that {Candidate} has is {Say.Number(since)} s old, and {(Rpo is { } rpo ? $"at most {Duration.Format(rpo)}" : "nothing")} may be lost{Accept}";
    }
}
