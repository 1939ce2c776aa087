using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Tests.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class NotBuiltTests : IDisposable
{
    private readonly RunWorld _world = new();
    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task What_no_run_can_do_yet_is_refused_by_name_before_anything_begins()
    {
        var step = Step("fan", "set") with { Parallel = new ParallelDefinition([new BranchDefinition("a", "a", [Step("in", "set") with { Detached = true }], default)], null, false) };
        _world.Add(Book(step) with { Visibility = "restricted" });
        var error = await Assert.ThrowsAsync<IncidentToolsException>(() => _world.Open().Runs.StartAsync(Request("book"), new RunOptions(), default));
        Assert.Equal("RunbookNotBuilt", error.ErrorId);
        Assert.Contains("it has visibility: restricted.", error.Message, StringComparison.Ordinal);
        Assert.Empty(_world.Open().Runs.List(null, null, null));
    }

    [Fact]
    public void Every_part_of_the_format_is_run_or_refused()
    {
        var book = Books.Loader.Read("every-kind.yaml", Books.Sample("good/every-kind.yaml"));
        Assert.Contains("visibility: restricted", Assert.Throws<IncidentToolsException>(() => NotBuilt.Refuse(book)).Message, StringComparison.Ordinal);
        NotBuilt.Refuse(Books.Loader.Read("twelve-steps.yaml", Books.Sample("good/twelve-steps.yaml")));
    }
}
