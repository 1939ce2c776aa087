using IncidentTools.Engine;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;
using YamlDotNet.Core;

namespace IncidentTools.Benchmarks;

/// <summary>A 12-step runbook loaded and validated (its expressions delimited: PowerShell's parser is not here), against YamlDotNet's parser alone going over the same bytes: at most three times as long.</summary>
internal sealed class RunbookLoadBenchmark : Benchmark
{
    private const int Count = 2000;
    public override string Name => "runbook-load";
    public override double AtLeast => 0.33;

    public override Result Run()
    {
        using var stream = typeof(RunbookLoadBenchmark).Assembly.GetManifestResourceStream("twelve-steps.yaml")!;
        var source = new byte[stream.Length];
        stream.ReadExactly(source);
        using var engine = new IncidentEngine(new EngineOptions { Store = "", Location = ".", ShippedWorkspace = ".", Actor = new Actor("bench", "os", "os") });
        var loader = new RunbookLoader(engine.Uses, null);
        if (loader.Read("twelve-steps.yaml", source).Steps.Count != 12) throw new InvalidDataException("the sample should have 12 steps");
        // both warm: what is compared is the work, not the compiler's
        Parse(source);
        Rate(Count, _ => loader.Inspect("twelve-steps.yaml", source));
        Rate(Count, _ => Parse(source));
        return new Result(Rate(Count, _ => loader.Inspect("twelve-steps.yaml", source)), Rate(Count, _ => Parse(source)));
    }

    private static void Parse(byte[] source)
    {
        var parser = new Parser(new StreamReader(new MemoryStream(source)));
        while (parser.MoveNext()) { }
    }
}
