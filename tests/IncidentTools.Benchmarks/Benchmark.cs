namespace IncidentTools.Benchmarks;

/// <summary>One thing that is measured against a baseline. A new one is a class here and a line in Program.cs.</summary>
internal abstract class Benchmark
{
    public abstract string Name { get; }
    /// <summary>True when it calls the engine directly, not through the module.</summary>
    public virtual bool UsesEngine => false;
    public abstract IEnumerable<Result> Run();
}

/// <summary>A measured value with its goal.</summary>
/// <param name="Value">The median of all rounds.</param>
/// <param name="Low">The quarter of the rounds below.</param>
/// <param name="High">The quarter of the rounds above.</param>
/// <param name="Detail">The absolute numbers, for a reader; they hold only for this machine.</param>
internal sealed record Result(string Name, double Value, double Low, double High, Goal Goal, string Detail)
{
    public Result(string name, IReadOnlyList<double> rounds, Goal goal, string detail) : this(name, rounds.Quantile(0.5), rounds.Quantile(0.25), rounds.Quantile(0.75), goal, detail) { }

    public bool Met => Goal.Least ? Value >= Goal.Bound : Value <= Goal.Bound;
}

internal readonly record struct Goal(bool Least, double Bound)
{
    public static Goal AtLeast(double bound) => new(true, bound);
    public static Goal AtMost(double bound) => new(false, bound);
    public override string ToString() => FormattableString.Invariant($"{(Least ? ">=" : "<=")} {Bound:0.00}");
}

internal static class Statistics
{
    public static double Quantile(this IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Round(share * (sorted.Length - 1))];
    }
}
