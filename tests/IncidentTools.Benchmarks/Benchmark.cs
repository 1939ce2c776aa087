namespace IncidentTools.Benchmarks;

/// <summary>A rate against a baseline's rate, both measured in this run.</summary>
internal abstract class Benchmark
{
    public abstract string Name { get; }
    /// <summary>The least ratio that is good enough.</summary>
    public abstract double AtLeast { get; }
    public abstract Result Run();

    internal readonly record struct Result(double Measured, double Baseline)
    {
        public double Ratio => Measured / Baseline;
    }

    /// <summary>Repetitions per second of the best of three rounds: what the machine can do, not what else it was doing.</summary>
    protected static double Rate(int count, Action<int> once)
    {
        double best = 0;
        for (var round = 0; round < 3; round++)
        {
            var start = TimeProvider.System.GetTimestamp();
            for (var index = 0; index < count; index++) once((round * count) + index);
            best = Math.Max(best, count / TimeProvider.System.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }
}
