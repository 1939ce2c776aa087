namespace IncidentTools.Engine.Probes.Logs;

/// <summary>
/// The most frequent of any number of keys in bounded memory (space saving): while there are no more different keys than places every count is exact;
/// beyond, a count is at most <see cref="MostOver"/> too high, and no key that is more frequent than that is missing.
/// </summary>
internal sealed class TopCounter(int places = 4096)
{
    private sealed class Place
    {
        public long Count, Over, Weight;
    }

    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _least = new();

    public long MostOver { get; private set; }
    public bool IsExact => MostOver == 0;

    /// <param name="weight">Added up beside the count, such as bytes; exact only for keys that never left.</param>
    public void Add(string key, long weight = 0)
    {
        if (!_places.TryGetValue(key, out var place))
        {
            place = _places.Count < places ? new Place() : Evict();
            _places[key] = place;
            _least.Enqueue(key, place.Count + 1);
        }
        place.Count++;
        place.Weight += weight;
    }

    /// <summary>The newcomer takes the place, and the count, of the least frequent.</summary>
    private Place Evict()
    {
        while (true)
        {
            _least.TryDequeue(out var key, out var counted);
            var count = _places[key!].Count;
            if (count > counted)
            {
                // counted on since it was queued
                _least.Enqueue(key!, count);
                continue;
            }
            _places.Remove(key!);
            MostOver = Math.Max(MostOver, count);
            return new Place { Count = count, Over = count };
        }
    }

    public IReadOnlyList<(string Key, long Count, long Weight)> Top(int most) => [.. _places.OrderByDescending(item => item.Value.Count).ThenBy(item => item.Key, StringComparer.Ordinal).Take(most).Select(item => (item.Key, item.Value.Count, item.Value.Weight))];
    public IReadOnlyList<(string Key, long Count, long Weight)> TopByWeight(int most) => [.. _places.OrderByDescending(item => item.Value.Weight).ThenBy(item => item.Key, StringComparer.Ordinal).Take(most).Select(item => (item.Key, item.Value.Count, item.Value.Weight))];
    public long Of(string key) => _places.TryGetValue(key, out var place) ? place.Count : 0;
    public int Keys => _places.Count;
}
