using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Benchmarks;

/// <summary>A step that does nothing, with its durable intent and result, against two bare appends; and whether the last of ten thousand costs what the tenth does.</summary>
internal sealed class StepBenchmark : Benchmark
{
    private const int Short = 40, Long = 9_990, Near = 10, Far = 9_900, Span = 80;
    public override string Name => "step";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var store = AppendBenchmark.Open(folder.Store);
        var journal = new IncidentJournal(store);
        var nothing = new NothingAction();
        var number = 0;
        yield return Paired.Rates("step-overhead", Goal.AtLeast(1 / 1.5),
            () => { for (var index = 0; index < 2; index++) journal.Append("INC-1", new EntryDraft(new NoteAdded("note", $"note {number++}"))); },
            () => { NothingRuns.Drive(journal, nothing, Short); return Short; });
        var ratios = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            nothing.Times.Clear();
            NothingRuns.Drive(journal, nothing, Long);
            ratios.Add(Median(nothing.Times, Far) / Median(nothing.Times, Near));
        }
        yield return new Result("step-10000-to-10", ratios, Goal.AtMost(1.2), $"steps {Far}… against {Near}…, the median of {Span} each");
    }

    private static double Median(List<long> times, int from) => Enumerable.Range(from, Span).Select(index => (double)(times[index] - times[index - 1])).Quantile(0.5);
}
