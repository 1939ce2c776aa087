using IncidentTools.Benchmarks;

// Ratios in one run against a named baseline; exit code 1 when a bound is missed. Arguments: names of benchmarks, none = all.
Benchmark[] all = [new AppendBenchmark(), new RunbookLoadBenchmark()];
var chosen = args.Length == 0 ? all : [.. all.Where(benchmark => args.Contains(benchmark.Name, StringComparer.OrdinalIgnoreCase))];
Console.WriteLine($"{"benchmark",-22} {"measured",14} {"baseline",14} {"ratio",8} {"bound",8}");
var missed = 0;
foreach (var benchmark in chosen)
{
    var result = benchmark.Run();
    var good = result.Ratio >= benchmark.AtLeast;
    if (!good) missed++;
    Console.WriteLine($"{benchmark.Name,-22} {result.Measured,10:F0}/s   {result.Baseline,10:F0}/s   {result.Ratio,8:F2} {benchmark.AtLeast,7:F2}+ {(good ? "" : "MISSED")}");
}
return missed == 0 ? 0 : 1;
