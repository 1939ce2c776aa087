namespace IncidentTools.Benchmarks;

/// <summary>
/// Two things measured turn by turn: each slice of the target stands between two of the baseline, so that what else the machine does meets
/// both, and the median of the rounds' ratios counts.
/// </summary>
internal static class Paired
{
    private const int Rounds = 9;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(0.4);

    /// <summary>Target rate ÷ baseline rate.</summary>
    /// <param name="target">Does some and says how many.</param>
    public static Result Rates(string name, Goal goal, Action baseline, Func<int> target)
    {
        int Once() { baseline(); return 1; }
        // compiled, caches filled, files at their length
        for (var warm = 0; warm < 3; warm++) { Rate(Once, Slice / 4); Rate(target, Slice); }
        var (ratios, rates, bases) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var before = Rate(Once, Slice);
            var rate = Rate(target, Slice);
            var beside = (before + Rate(Once, Slice)) / 2;
            ratios.Add(rate / beside);
            rates.Add(rate);
            bases.Add(beside);
        }
        return new Result(name, ratios, goal, FormattableString.Invariant($"{rates.Quantile(0.5):F0}/s against {bases.Quantile(0.5):F0}/s"));
    }

    /// <summary>Target duration ÷ baseline duration, of things that are done once a round.</summary>
    public static Result Durations(string name, Goal goal, Action baseline, Action target)
    {
        baseline();
        target();
        var (ratios, times, bases) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var before = Duration(baseline);
            var time = Duration(target);
            var beside = (before + Duration(baseline)) / 2;
            ratios.Add(time / beside);
            times.Add(time);
            bases.Add(beside);
        }
        return new Result(name, ratios, goal, FormattableString.Invariant($"{times.Quantile(0.5) * 1000:F0} ms against {bases.Quantile(0.5) * 1000:F0} ms"));
    }

    private static double Duration(Action once)
    {
        var start = TimeProvider.System.GetTimestamp();
        once();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static double Rate(Func<int> some, TimeSpan slice)
    {
        var start = TimeProvider.System.GetTimestamp();
        long done = 0;
        TimeSpan elapsed;
        do done += some();
        while ((elapsed = TimeProvider.System.GetElapsedTime(start)) < slice);
        return done / elapsed.TotalSeconds;
    }
}
