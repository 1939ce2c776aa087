namespace IncidentTools.Module.Tests.Outage;

/// <summary>Many attempts over a few places that can only take one at a time.</summary>
internal static class Lanes
{
    /// <summary>Every point on the lane that is free next; after the first failure nothing new is begun.</summary>
    /// <param name="points">Read by one lane at a time, so they may depend on what was found before.</param>
    public static async Task RunAsync<TLane, TPoint>(IReadOnlyList<TLane> lanes, IEnumerable<TPoint> points, Action<TLane, TPoint> attempt)
    {
        var failures = new List<string>();
        using var next = points.GetEnumerator();
        await Task.WhenAll(lanes.Select(lane => Task.Run(() =>
        {
            while (true)
            {
                TPoint point;
                lock (failures)
                {
                    if (failures.Count > 0 || !next.MoveNext()) return;
                    point = next.Current;
                }
                try { attempt(lane, point); }
                catch (Exception error) when (error is not OutOfMemoryException) { lock (failures) failures.Add($"{point}: {error.Message}"); }
            }
        })));
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }
}
