using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What the servers' answers come to. Pure; the false zero is caught here: a lag counts only while the replica receives, and against what the primary has written.</summary>
internal sealed class ReplicationRules(NodeState primary, IReadOnlyList<NodeState> replicas)
{
    private IEnumerable<NodeState> All => [primary, .. replicas];

    /// <summary>In bytes, where both sides count in the same log.</summary>
    public double? LagBytes(NodeState replica) => primary.Position is { } end && replica.Applied is { } applied && end - applied < MySql.File * 1024 ? Math.Max(0, end - applied) : null;

    /// <summary>Null = not known. Nothing that is not connected, or does not apply, has one.</summary>
    public double? LagSeconds(NodeState replica)
    {
        if (!replica.Connected || !replica.Applying) return null;
        // "all that was received is applied" says nothing of what was not received
        if (replica.OwnLagSeconds == 0 && LagBytes(replica) > 0 && replica.SinceLastChangeSeconds is { } since) return Math.Round(Math.Max(0, since), 1);
        return replica.OwnLagSeconds is { } own ? Math.Round(Math.Max(0, own), 1) : null;
    }

    public void Tell(Findings found)
    {
        var worst = replicas.OrderByDescending(Weight).ThenByDescending(node => LagSeconds(node) ?? 0).FirstOrDefault();
        (found["primary"], found["primaryUp"]) = (Plain(primary), primary.Up);
        found["replicas"] = replicas.Select(object? (node) => Plain(node)).ToList();
        (found["state"], found["replica"]) = (worst?.State, worst?.Name);
        var known = replicas.All(node => LagSeconds(node) is not null);
        (found["lagSeconds"], found["lagBytes"]) = (known ? replicas.Max(LagSeconds) : null, replicas.All(node => LagBytes(node) is not null) ? replicas.Max(LagBytes) : null);
        found["disconnected"] = replicas.Count(node => !node.Connected);
        (found["writable"], found["writers"]) = (Nodes.Writable(All), All.Where(node => node.Writable is true).Select(node => node.Name));
        found["mostAdvanced"] = Nodes.MostAdvanced(replicas)?.Name;
        found["inactiveSlots"] = primary.Slots.Count(slot => !slot.Active);
    }

    public void Judge(Arguments with, Findings found)
    {
        Writers(with.Int("expectWritable", 1), found);
        if (primary.Trouble is { NothingThere: true } gone)
        {
            if (!with.Flag("primaryMayBeDown")) found.Fail(ProbeErrors.PrimaryDown, $"the primary {primary.Name} does not answer: {gone.Message}");
        }
        else if (primary.Trouble is { } trouble) trouble.Report(found, $"the primary {primary.Name}");
        else if (primary is { Up: true, IsReplica: true }) found.Fail(ProbeErrors.RoleUnexpected, $"{primary.Name} should be the primary and follows another server");
        foreach (var replica in replicas) Replica(replica, with, found);
        if (primary.Up && primary.Streaming is { } streaming && streaming < replicas.Count(node => node.Connected))
            found.Fail(ProbeErrors.ReplicaMissing, $"{primary.Name} sends to {streaming} replicas, and {replicas.Count(node => node.Connected)} say that they receive: one of them follows another server");
        foreach (var slot in primary.Slots.Where(slot => slot.Status is "lost" or "unreserved")) found.Fail(ProbeErrors.SlotLost, $"slot {slot.Name} is {slot.Status}: what follows it must be built anew");
        foreach (var slot in primary.Slots.Where(slot => !slot.Active && slot.Status is not ("lost" or "unreserved"))) found.Warn(ProbeErrors.SlotInactive, $"slot {slot.Name} is used by nobody and keeps the log{(slot.RetainedBytes is { } kept ? $", {Say.Bytes(kept)} so far" : "")}");
        if (replicas.Count == 0) found.Unknown(ProbeErrors.InvalidArgument, "no replica is named");
        found.Pass($"{replicas.Count} replicas of {primary.Name} follow, at most {Say.Number(replicas.Max(LagSeconds) ?? 0)} s behind");
    }

    private void Writers(int wanted, Findings found)
    {
        var names = string.Join(", ", All.Where(node => node.Writable is true).Select(node => node.Name));
        switch (Nodes.Writable(All))
        {
            case null: break; // the one that did not say is told of by itself
            case 0 when wanted > 0: found.Fail(ProbeErrors.NoWriter, "no server takes writes"); break;
            case { } count when count > wanted: found.Fail(ProbeErrors.SeveralWriters, $"{count} servers take writes ({names}), {wanted} should: their data runs apart. Fence all but one now"); break;
            case { } count when count < wanted: found.Fail(ProbeErrors.NoWriter, $"{count} servers take writes, {wanted} should"); break;
        }
    }

    private void Replica(NodeState node, Arguments with, Findings found)
    {
        var why = node.Error is { Length: > 0 } error ? $": {error}" : "";
        if (node.Trouble is { } trouble)
        {
            if (trouble.NothingThere) found.Fail(ProbeErrors.ReplicaDown, $"{node.Name} does not answer{why}");
            else trouble.Report(found, node.Name);
        }
        // what was promoted in place of a primary that is meant to be gone
        else if (node is { IsReplica: false, Writable: true } && with.Flag("primaryMayBeDown") && Nodes.Writable(All) == 1) found.Warn(ProbeErrors.RoleUnexpected, $"{node.Name} is the primary now: services.yaml still names {primary.Name}");
        else if (node.IsReplica is not true) found.Fail(ProbeErrors.NotStreaming, $"{node.Name} follows nobody{(node.Writable is true ? " and takes writes" : "")}");
        else if (node.State == "hidden") found.Unknown(ProbeErrors.PermissionDenied, $"{node.Name}{why}");
        else if (!node.Applying) found.Fail(ProbeErrors.ReplicationStopped, $"{node.Name} does not apply changes ({node.State}){why}; any lag that it states is worth nothing");
        else if (!node.Connected) found.Fail(ProbeErrors.NotStreaming, $"{node.Name} receives nothing ({node.State}){why}{(node.OwnLagSeconds == 0 ? "; its lag of 0 is false" : "")}");
        else Lag(node, with, found);
    }

    private void Lag(NodeState node, Arguments with, Findings found)
    {
        if (LagSeconds(node) is not { } lag) found.Unknown(ProbeErrors.LagUnknown, $"{node.Name} is connected, and how far it is behind is not known");
        else if (lag > with.Duration("failLag")?.TotalSeconds) found.Fail(ProbeErrors.LagTooHigh, $"{node.Name} is {Say.Number(lag)} s behind");
        else if (lag > with.Duration("warnLag")?.TotalSeconds) found.Warn(ProbeErrors.LagTooHigh, $"{node.Name} is {Say.Number(lag)} s behind");
        if (LagBytes(node) is not { } bytes)
        {
            if (with.Has("failBytes")) found.Unknown(ProbeErrors.LagUnknown, $"{node.Name}: how much log it has not applied yet is not known");
        }
        else if (bytes > with.Number("failBytes")) found.Fail(ProbeErrors.LagTooHigh, $"{node.Name} has not applied {Say.Bytes(bytes)} yet");
        else if (bytes > with.Number("warnBytes")) found.Warn(ProbeErrors.LagTooHigh, $"{node.Name} has not applied {Say.Bytes(bytes)} yet");
    }

    private static int Weight(NodeState node) => !node.Up ? 4 : !node.Applying ? 3 : !node.Connected ? 2 : 1;

    private Dictionary<string, object?> Plain(NodeState node) => new()
    {
        ["name"] = node.Name, ["up"] = node.Up, ["replica"] = node.IsReplica, ["writable"] = node.Writable, ["state"] = node.State, ["connected"] = node.Connected, ["applying"] = node.Applying,
        ["lagSeconds"] = node.IsReplica is true ? LagSeconds(node) : null, ["lagBytes"] = node.IsReplica is true ? LagBytes(node) : null, ["received"] = node.Received, ["error"] = node.Error,
    };
}
