using System.Globalization;
using IncidentTools.Engine.Incidents;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Journal.Verification;

namespace IncidentTools.Benchmarks;

/// <summary>Eight processes that write one incident of one store as fast as they can.</summary>
internal sealed class WritersBenchmark : Benchmark
{
    /// <summary>The role of a child process: appends until the time is over, then tells how many and the longest one.</summary>
    public const string Role = "--writer";
    private const int Writers = 8, Rounds = 7;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(3);
    public override string Name => "journal-8-writers";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var raw = new RawSync(folder.Path);
        var (totals, waits, shares, lost) = (new List<double>(), new List<double>(), new List<double>(), 0L);
        for (var round = 0; round < Rounds; round++)
        {
            var path = Path.Combine(folder.Path, $"{round}.db");
            var before = Syncs(raw);
            var children = Enumerable.Range(0, Writers).Select(_ => Child.Start(Role, path)).ToArray();
            // all ready before the first begins
            foreach (var child in children) child.StandardOutput.ReadLine();
            foreach (var child in children) child.StandardInput.Close();
            var told = children.Select(child => Child.End(child).Split(' ')).Select(words => (Count: long.Parse(words[0], CultureInfo.InvariantCulture), Longest: double.Parse(words[1], CultureInfo.InvariantCulture))).ToArray();
            foreach (var child in children) child.Dispose();
            totals.Add(told.Sum(one => one.Count) / Slice.TotalSeconds / ((before + Syncs(raw)) / 2));
            waits.Add(told.Max(one => one.Longest));
            shares.Add((double)told.Min(one => one.Count) / told.Max(one => one.Count));
            lost += told.Sum(one => one.Count) - Kept(path);
        }
        yield return new Result(Name, totals, Goal.AtLeast(0.30), "all writers together against raw syncs");
        yield return new Result(Name + "-wait", waits.Max(), waits.Min(), waits.Max(), Goal.AtMost(2), FormattableString.Invariant($"seconds, the longest append of {Rounds} rounds"));
        yield return new Result(Name + "-share", shares, Goal.AtLeast(0.20), "the slowest writer's entries against the fastest's");
        yield return new Result(Name + "-lost", lost, lost, lost, Goal.AtMost(0), "acknowledged entries that are not there, or chains that do not hold");
    }

    public static int RunRole(string path)
    {
        using var store = AppendBenchmark.Open(path);
        var journal = new IncidentJournal(store);
        journal.Append("INC-2", new EntryDraft(new NoteAdded("note", "warm")));
        Console.Out.WriteLine("ready");
        Console.In.ReadToEnd();
        var (start, count, longest) = (TimeProvider.System.GetTimestamp(), 0L, TimeSpan.Zero);
        while (TimeProvider.System.GetElapsedTime(start) < Slice)
        {
            var began = TimeProvider.System.GetTimestamp();
            journal.Append("INC-1", new EntryDraft(new NoteAdded("note", $"{Environment.ProcessId} {count}")));
            count++;
            var took = TimeProvider.System.GetElapsedTime(began);
            if (took > longest) longest = took;
        }
        Console.Out.Write(FormattableString.Invariant($"{count} {longest.TotalSeconds}"));
        return 0;
    }

    private static long Kept(string path)
    {
        using var store = AppendBenchmark.Open(path);
        return new JournalVerifier(store).Verify(deep: false, CancellationToken.None).Valid ? store.Head("INC-1").Seq : 0;
    }

    private static double Syncs(RawSync raw)
    {
        var (start, count) = (TimeProvider.System.GetTimestamp(), 0);
        while (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(0.4)) { raw.Once(); count++; }
        return count / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }
}
