namespace IncidentTools.Engine.Probes.Databases;

/// <summary>The servers of one replication, each asked for itself: one that does not answer keeps no other from being told.</summary>
internal static class Nodes
{
    /// <param name="heartbeat">A query whose answer's age is the lag.</param>
    public static async Task<NodeState> AskAsync(DatabaseTarget target, ProbeContext context, TimeSpan timeout, CancellationToken cancellation, string? heartbeat = null)
    {
        try
        {
            var session = await DatabaseSession.OpenAsync(target, context, DatabaseAccess.Look, timeout, cancellation).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var node = await session.Server.NodeAsync(session, cancellation).ConfigureAwait(false);
                if (heartbeat is null || node.IsReplica is not true) return node;
                var row = await session.RowsAsync(StatementText.Single(heartbeat), 1).ConfigureAwait(false);
                var beat = row.First?.Values.FirstOrDefault();
                return node with { OwnLagSeconds = beat is DateTimeOffset time ? Math.Max(0, (context.Time.GetUtcNow() - time).TotalSeconds) : null };
            }
        }
        catch (DatabaseException error) { return Down(target, error.Trouble); }
        catch (CannotCheckException error) { return Down(target, new DatabaseTrouble(false, error.Word, error.Message)); }
    }

    private static NodeState Down(DatabaseTarget target, DatabaseTrouble trouble) => new(target.Name) { Trouble = trouble, Error = trouble.Message, State = "not answering" };

    /// <summary>How many take writes; null when one that may take them did not say.</summary>
    public static int? Writable(IEnumerable<NodeState> nodes)
    {
        var count = 0;
        foreach (var node in nodes)
        {
            if (node.Writable is true) count++;
            else if (node.Writable is null && node.Trouble is not { NothingThere: true }) return null;
        }
        return count;
    }

    /// <summary>Of those that say how far they have received, the furthest; null when none says.</summary>
    public static NodeState? MostAdvanced(IEnumerable<NodeState> nodes) => nodes.Where(node => node is { IsReplica: true, Received: not null }).OrderByDescending(node => node.Received).ThenByDescending(node => node.Applied).FirstOrDefault();
}
