using IncidentTools.Benchmarks;

// Ratios against a named baseline of the same run; exit code 1 when a goal is missed. Arguments: names or their beginnings, none = all.
switch (args)
{
    case [StartBenchmark.Role, var script]: return StartBenchmark.RunRole(script);
    case [MemoryBenchmark.Role, var steps]: Packaged.UseEngine(); return MemoryBenchmark.RunRole(steps);
    case [WritersBenchmark.Role, var store]: Packaged.UseEngine(); return WritersBenchmark.RunRole(store);
}
Packaged.RequireRelease();
// those that load the module as a user does come first; the others take the engine into this process without it
Benchmark[] all = [new StartBenchmark(), new ScriptStepBenchmark(), new CmdletBenchmark(), new MemoryBenchmark(), new AppendBenchmark(), new WritersBenchmark(), new LogScanBenchmark(), new RunbookLoadBenchmark(), new StepBenchmark(), new ResumeBenchmark(), new ParallelBenchmark(), new ProbesBenchmark(), new DetectionBenchmark()];
var chosen = args.Length == 0 ? all : [.. all.Where(benchmark => args.Any(name => benchmark.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)))];
var missed = 0;
Console.WriteLine($"{"benchmark",-24} {"median",8} {"quartiles",15} {"goal",9}");
foreach (var result in chosen.SelectMany(benchmark =>
{
    if (benchmark.UsesEngine) Packaged.UseEngine();
    return benchmark.Run();
}))
{
    if (!result.Met) missed++;
    Console.WriteLine(FormattableString.Invariant($"{result.Name,-24} {result.Value,8:F2} {$"{result.Low:F2} - {result.High:F2}",15} {result.Goal,9} {(result.Met ? "      " : "MISSED")} {result.Detail}"));
}
return chosen.Length > 0 && missed == 0 ? 0 : 1;
