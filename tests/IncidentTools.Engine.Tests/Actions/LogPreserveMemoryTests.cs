using IncidentTools.Engine.Actions;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

/// <summary>What is measured of the whole process runs when no other test does.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

[Collection("alone")]
public sealed class LogPreserveMemoryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_large_log_is_copied_in_little_memory()
    {
        var large = _folder.Write("logs/large.log", "");
        await using (var stream = new FileStream(large, FileMode.Open)) stream.SetLength(300 << 20);
        var action = Action("action.log-preserve");
        var evidence = Path.Combine(_folder.Path, "evidence");
        var with = Arguments(action.Parameters, ("files", new List<object?> { large }), ("to", evidence));
        var before = GC.GetTotalAllocatedBytes();
        var result = await action.ExecuteAsync(with, _bench.Context, default);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50 << 20);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal(300L << 20, new FileInfo(Directory.GetFiles(evidence, "large.log", SearchOption.AllDirectories).Single()).Length);
    }
}
