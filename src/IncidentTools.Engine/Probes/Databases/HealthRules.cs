using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What is too much of it. Pure: a server's word in, findings out; the gravest first, since the first word is the one that runbooks see.</summary>
internal static class HealthRules
{
    public static void Judge(DatabaseHealth health, Arguments with, Findings found)
    {
        if (health.Corruption is { } damage) found.Fail(ProbeErrors.DataCorrupted, $"damaged data: {damage}");
        Role(health, with, found);
        Connections(health, with, found);
        Locks(health, with, found);
        Log(health, with, found);
        if (health.XidAge > with.Number("failXidAge")) found.Fail(ProbeErrors.WraparoundNear, $"the oldest transaction id is {health.XidAge} old: vacuum before it refuses writes");
        else if (health.XidAge > with.Number("warnXidAge")) found.Warn(ProbeErrors.WraparoundNear, $"the oldest transaction id is {health.XidAge} old");
        if (health.HistoryLength > with.Number("failHistoryLength")) found.Fail(ProbeErrors.HistoryTooLong, $"the history list has {health.HistoryLength} entries");
        else if (health.HistoryLength > with.Number("warnHistoryLength")) found.Warn(ProbeErrors.HistoryTooLong, $"the history list has {health.HistoryLength} entries");
        if (with.Duration("warnUptime") is { } young && health.UptimeSeconds < young.TotalSeconds) found.Warn(ProbeErrors.RecentRestart, $"it was started {Say.Number(health.UptimeSeconds.Value)} s ago");
        foreach (var (key, trouble) in health.NotRead.DistinctBy(item => item.Value.Message)) found.Unknown(trouble.Word, $"{key} could not be read: {trouble.Message}");
    }

    private static void Role(DatabaseHealth health, Arguments with, Findings found)
    {
        if (with.TextOrNull("expectRole") is { } role && health.Role != role)
        {
            if (health.Role is null) found.Unknown(ProbeErrors.RoleUnexpected, "its role could not be told");
            else found.Fail(ProbeErrors.RoleUnexpected, $"it is the {health.Role}, not the {role}");
        }
        if (!with.Flag("expectWritable")) return;
        if (health.ReadOnly is true) found.Fail(ProbeErrors.ReadOnly, "it refuses writes");
        else if (health.ReadOnly is null) found.Unknown(ProbeErrors.ReadOnly, "whether it takes writes could not be told");
    }

    private static void Connections(DatabaseHealth health, Arguments with, Findings found)
    {
        if (health.ConnectionsPercent is not { } percent) return;
        var said = $"{health.ConnectionsUsed} of {health.ConnectionsMax} connections are in use";
        if (percent > with.Number("failConnectionsPercent")) found.Fail(ProbeErrors.TooManyConnections, said);
        else if (percent > with.Number("warnConnectionsPercent")) found.Warn(ProbeErrors.TooManyConnections, said);
    }

    private static void Locks(DatabaseHealth health, Arguments with, Findings found)
    {
        if (health.Blocked is > 0 and var blocked)
        {
            var said = $"{blocked} wait for locks, the longest for {Say.Number(health.LongestWaitSeconds ?? 0)} s{(health.HeadBlocker is { } head ? $", behind {head}" : "")}";
            if (with.Duration("failBlockedFor") is { } limit && health.LongestWaitSeconds > limit.TotalSeconds) found.Fail(ProbeErrors.Blocked, said);
            else if (blocked >= with.Int("warnBlocked", 1)) found.Warn(ProbeErrors.Blocked, said);
        }
        if (health.LongestTransaction is not { Seconds: { } age } oldest) return;
        var (word, text) = (oldest.State?.StartsWith("idle in transaction", StringComparison.Ordinal) is true ? ProbeErrors.IdleInTransaction : ProbeErrors.LongTransaction, $"a transaction has been open for {Say.Number(age)} s: {oldest}");
        if (age > with.Duration("failTransaction")?.TotalSeconds) found.Fail(word, text);
        else if (age > with.Duration("warnTransaction")?.TotalSeconds) found.Warn(word, text);
    }

    private static void Log(DatabaseHealth health, Arguments with, Findings found)
    {
        foreach (var slot in health.Slots)
        {
            if (slot.Status is "lost" or "unreserved") found.Fail(ProbeErrors.SlotLost, $"slot {slot.Name} is {slot.Status}: what follows it must be built anew");
            var much = slot.RetainedBytes > with.Number("warnRetainedBytes");
            if (!slot.Active && much) found.Fail(ProbeErrors.SlotInactive, $"slot {slot.Name} is used by nobody and keeps {Say.Bytes(slot.RetainedBytes!.Value)} of log");
            else if (much) found.Warn(ProbeErrors.LogRetained, $"slot {slot.Name} keeps {Say.Bytes(slot.RetainedBytes!.Value)} of log");
            else if (!slot.Active) found.Warn(ProbeErrors.SlotInactive, $"slot {slot.Name} is used by nobody{(slot.RetainedBytes is { } kept ? $" and keeps {Say.Bytes(kept)} of log so far" : "")}");
        }
        if (health.ArchiverFailing is true) found.Fail(ProbeErrors.ArchiverFailing, health.ArchiverDetail ?? "archiving fails");
        if (health.LogUsedPercent > with.Number("warnLogUsedPercent")) found.Warn(ProbeErrors.LogFull, $"{Say.Number(health.LogUsedPercent.Value)} % of the transaction log are in use{(health.ArchiverDetail is { } waits ? $", {waits}" : "")}");
    }
}
