using System.Reflection;
using IncidentTools.Engine;
using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;
using YamlDotNet.Core;

namespace IncidentTools.Benchmarks;

/// <summary>A 12-step runbook loaded and validated, against YamlDotNet's parser alone going over the same bytes: at most three times as long.</summary>
internal sealed class RunbookLoadBenchmark : Benchmark
{
    public override string Name => "runbook-load";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var stream = typeof(RunbookLoadBenchmark).Assembly.GetManifestResourceStream("twelve-steps.yaml")!;
        var source = new byte[stream.Length];
        stream.ReadExactly(source);
        using var engine = new IncidentEngine(new EngineOptions { Store = "", Location = ".", ShippedWorkspace = ".", Actor = new Actor("bench", "os", "os") });
        // the evaluator as it is packaged: PowerShell's parser finds where each expression ends; what one means is kept from the first load
        var evaluator = Assembly.Load("IncidentTools").GetType("IncidentTools.Scripting.ExpressionEvaluator", throwOnError: true)!;
        var loader = new RunbookLoader(engine.Uses, (IExpressionEvaluator)Activator.CreateInstance(evaluator, nonPublic: true)!);
        if (loader.Read("twelve-steps.yaml", source).Steps.Count != 12) throw new InvalidDataException("the sample should have 12 steps");
        yield return Paired.Rates(Name, Goal.AtLeast(1.0 / 3), () => Parse(source), () =>
        {
            loader.Inspect("twelve-steps.yaml", source);
            return 1;
        });
    }

    private static void Parse(byte[] source)
    {
        var parser = new Parser(new StreamReader(new MemoryStream(source)));
        while (parser.MoveNext()) { }
    }
}
