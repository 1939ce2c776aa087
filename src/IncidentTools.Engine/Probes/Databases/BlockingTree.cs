namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Who waits for whom, and who stands at the head of it.</summary>
internal static class BlockingTree
{
    /// <summary>Of those that block and wait for nobody, the one that most others wait for, directly or not; null when nobody does (a ring of waiters is for the deadlock detector).</summary>
    public static (long Head, long Blocks)? Head(IReadOnlyCollection<(long Waiting, long For)> edges)
    {
        var waiting = edges.Select(edge => edge.Waiting).ToHashSet();
        var followers = edges.ToLookup(edge => edge.For, edge => edge.Waiting);
        var heads = edges.Select(edge => edge.For).Where(pid => !waiting.Contains(pid)).Distinct().Select(head => (Head: head, Blocks: (long)Behind(head, followers))).ToList();
        return heads.Count == 0 ? null : heads.OrderByDescending(item => item.Blocks).ThenBy(item => item.Head).First();
    }

    private static int Behind(long head, ILookup<long, long> followers)
    {
        var (seen, next) = (new HashSet<long>(), new Queue<long>([head]));
        while (next.TryDequeue(out var pid))
            foreach (var follower in followers[pid])
                if (seen.Add(follower)) next.Enqueue(follower);
        return seen.Count;
    }
}
