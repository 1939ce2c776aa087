using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Runs a probe as a runbook does: arguments from YAML through its shape.</summary>
internal static class ProbeRun
{
    /// <summary>Long enough for any machine: reached only when something hangs.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    public static (Arguments With, IReadOnlyList<Diagnostic> Found) Read(string probe, string yaml)
    {
        var bag = new DiagnosticBag();
        var map = YamlTree.Parse(yaml, "with.yaml", bag) is { } tree ? new ShapeReader(bag).Read(tree, ProbeTable.All[probe].Parameters) as PlainMap : null;
        return (new Arguments(map ?? new PlainMap(SourceSpan.None)), bag.Items);
    }

    public static async Task<ProbeResult> Check(string probe, string yaml, TimeProvider? time = null, IProcessRunner? processes = null, ISecretSource? secrets = null, SecretMask? mask = null, CancellationToken cancellation = default)
    {
        var (with, found) = Read(probe, yaml);
        Assert.Empty(found);
        var context = new ProbeContext(time ?? TimeProvider.System, processes ?? new RealProcesses(), secrets ?? new Secrets([]), mask ?? new SecretMask());
        var result = await ProbeTable.All[probe].CheckAsync(with, context, cancellation).WaitAsync(Hang, CancellationToken.None);
        // whatever it came to: all keys are there, and all of it can be kept
        var value = Assert.IsType<IReadOnlyDictionary<string, object?>>(result.Value, exactMatch: false);
        Assert.Equal(((Probe)ProbeTable.All[probe]).ValueKeys.Order(), value.Keys.Order());
        _ = PlainJson.Write(result.Value) + PlainJson.Write(result.Observations) + PlainJson.Write(result.Thresholds);
        Assert.Equal(result.Status is ProbeStatus.Pass, result.Error is null);
        Assert.NotEqual("", result.Message);
        return result;
    }

    public static object? Get(this ProbeResult result, string key) => ((IReadOnlyDictionary<string, object?>)result.Value!)[key];
    public static T Get<T>(this ProbeResult result, string key) => Assert.IsType<T>(result.Get(key), exactMatch: false);

    public static void Is(this ProbeResult result, ProbeStatus status, string? error)
    {
        Assert.True(result.Status == status && result.Error == error, $"expected {status} {error}, got {result.Status} {result.Error}: {result.Message}");
    }
}

internal sealed class Secrets(Dictionary<string, string> known) : ISecretSource
{
    public string? Find(string name) => known.GetValueOrDefault(name);
}
