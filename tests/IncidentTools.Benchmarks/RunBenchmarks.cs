using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Benchmarks;

/// <summary>What it costs to take a run of a thousand steps up again, against running it.</summary>
internal sealed class ResumeBenchmark : Benchmark
{
    private const int Steps = 1000;
    public override string Name => "run-resume";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var store = AppendBenchmark.Open(folder.Store);
        var ask = new StepDefinition { Id = "ask", Phase = StepPhase.Verify, Title = "Go on?", Use = new UseDefinition("manual", new Dictionary<string, object?> { ["instruction"] = "look" }, SourceSpan.None) };
        var runs = NothingRuns.Runs(new IncidentJournal(store), new NothingAction(), NothingRuns.Book([.. Enumerable.Range(0, Steps).Select(NothingRuns.Step), ask]));
        var ratios = new List<double>();
        for (var round = 0; round < 7; round++)
        {
            var begin = TimeProvider.System.GetTimestamp();
            var run = runs.StartAsync(new RunRequest("nothing", null, null, new Dictionary<string, object?>(), null), new RunOptions(), CancellationToken.None).GetAwaiter().GetResult();
            var ran = TimeProvider.System.GetElapsedTime(begin);
            runs.Answer(run.Run, "ask", AnswerKind.Complete, new StepAnswer("Done", new Dictionary<string, object?>(), null));
            begin = TimeProvider.System.GetTimestamp();
            var ended = runs.ContinueAsync(run.Run, new RunOptions(), CancellationToken.None).GetAwaiter().GetResult();
            if (ended.State != "Succeeded") throw new InvalidOperationException($"the run ended {ended.State}: {ended.Message}");
            if (round > 0) ratios.Add(TimeProvider.System.GetElapsedTime(begin) / ran);
        }
        yield return new Result(Name, ratios, Goal.AtMost(0.05), $"resume to its end against running {Steps} steps");
    }
}

/// <summary>A hundred branches at once against one alone, which is the ideal.</summary>
internal sealed class ParallelBenchmark : Benchmark
{
    private static readonly TimeSpan Effect = TimeSpan.FromMilliseconds(500);
    public override string Name => "parallel-100";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var store = AppendBenchmark.Open(folder.Store);
        var journal = new IncidentJournal(store);
        void Drive(int branches)
        {
            var fan = NothingRuns.Step(0) with { Id = "fan", Use = new UseDefinition("parallel", new Dictionary<string, object?>(), SourceSpan.None), Parallel = new ParallelDefinition([.. Enumerable.Range(0, branches).Select(branch => new BranchDefinition($"b{branch}", "", [NothingRuns.Step(branch)], SourceSpan.None))], null, false) };
            var run = NothingRuns.Runs(journal, new NothingAction { Takes = Effect }, NothingRuns.Book([fan])).StartAsync(new RunRequest("nothing", null, null, new Dictionary<string, object?>(), null), new RunOptions(), CancellationToken.None).GetAwaiter().GetResult();
            if (run.State != "Succeeded") throw new InvalidOperationException($"the run ended {run.State}: {run.Message}");
        }
        yield return Paired.Durations(Name, Goal.AtMost(1.3), () => Drive(1), () => Drive(100));
    }
}

/// <summary>Memory of a process that runs ten thousand steps against one that runs a thousand: with fewer, the runtime has not grown to its working size.</summary>
internal sealed class MemoryBenchmark : Benchmark
{
    /// <summary>The role of the child process: runs as many steps and says its peak memory in bytes.</summary>
    public const string Role = "--steps";
    public override string Name => "run-memory";

    public override IEnumerable<Result> Run()
    {
        double Peak(int steps) => double.Parse(Child.Run(Role, steps.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
        var ratios = new List<double>();
        for (var round = 0; round < 3; round++) ratios.Add(Peak(9_990) / Peak(1000));
        yield return new Result(Name, ratios, Goal.AtMost(1.5), "peak memory of a run of 9990 steps against one of 1000");
    }

    public static int RunRole(string steps)
    {
        using var folder = new WorkFolder();
        using var store = AppendBenchmark.Open(folder.Store);
        NothingRuns.Drive(new IncidentJournal(store), new NothingAction(), int.Parse(steps, CultureInfo.InvariantCulture));
        using var me = System.Diagnostics.Process.GetCurrentProcess();
        Console.WriteLine(me.PeakWorkingSet64.ToString(CultureInfo.InvariantCulture));
        return 0;
    }
}

/// <summary>What a script step adds to its own work, through the packaged module: a runbook of scripts that say 1 against one of conditions.</summary>
internal sealed class ScriptStepBenchmark : Benchmark
{
    private const int Steps = 100;
    public override string Name => "script-step";

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var host = new BareHost();
        var ops = Path.Combine(folder.Path, "ops");
        host.Run($"Import-Module '{Packaged.Module}'; Connect-IncidentStore -Store '{folder.Store}'; $null = New-IncidentWorkspace '{ops}'");
        string Book(string id, Func<int, string> step) => $"schema: incidenttools/runbook/v1\nid: {id}\nversion: 1.0.0\ntitle: {id}\nowner: ops\nconcurrency: allow\nsteps:\n" + string.Concat(Enumerable.Range(0, Steps).Select(step));
        File.WriteAllText(Path.Combine(ops, "runbooks", "scripts.yaml"), Book("scripts", number => $"  - {{ id: s{number}, phase: resolve, title: s, uses: script, impact: low, approval: {{ min: 0 }}, with: {{ text: '1' }} }}\n"));
        File.WriteAllText(Path.Combine(ops, "runbooks", "conditions.yaml"), Book("conditions", number => $"  - {{ id: s{number}, phase: resolve, title: s, uses: assert, assert: '1 -eq 1' }}\n"));
        double Ms(string book)
        {
            var begin = TimeProvider.System.GetTimestamp();
            host.Run($"if ((Invoke-Runbook {book} -Workspace '{ops}').State -ne 'Succeeded') {{ throw 'the run failed' }}");
            return TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds;
        }
        var over = new List<double>();
        for (var round = 0; round < 8; round++)
        {
            var plain = Ms("conditions");
            var scripts = Ms("scripts");
            if (round > 1) over.Add((scripts - plain) / Steps);
        }
        host.Run("Disconnect-IncidentStore");
        yield return new Result(Name, over, Goal.AtMost(2), "ms a step over a condition's, intent and result included");
    }
}
