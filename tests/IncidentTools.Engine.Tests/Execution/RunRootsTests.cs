using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks.Checks;
using static IncidentTools.Engine.Tests.Execution.RunFixture;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class RunRootsTests : IDisposable
{
    private readonly RunFixture _run = new();
    public void Dispose() => _run.Dispose();

    /// <summary>What the loader lets an expression read is what a run gives.</summary>
    [Fact]
    public void The_loader_knows_every_member_that_a_run_gives()
    {
        _run.Write(new StepFinished(Run, _run.Enter("a"), "Succeeded", 1L, null, "", null, null) { Status = "Pass", Detail = new Dictionary<string, object?> { ["observations"] = new Dictionary<string, object?>(), ["output"] = "text", ["outputs"] = new Dictionary<string, object?>() } });
        var books = new RunBooks(new BookIndex(Book(Step("a"))), _ => throw new InvalidOperationException());
        var roots = RunRoots.Of(_run.State, _run.State.Root, books, _run.State.Current, _ => new Dictionary<string, object?>(), _run.Time.GetUtcNow());
        static IEnumerable<string> Keys(object? value) => ((IReadOnlyDictionary<string, object?>)value!).Keys.Order(StringComparer.Ordinal);
        Assert.Equal(ReferenceChecks.StepMembers.Order(StringComparer.Ordinal), Keys(((IReadOnlyDictionary<string, object?>)roots["steps"]!)["a"]));
        Assert.Equal(ReferenceChecks.RunMembers.Order(StringComparer.Ordinal), Keys(roots["run"]));
        Assert.Equal(ReferenceChecks.VisitMembers.Union(ReferenceChecks.StepMembers).Order(StringComparer.Ordinal), Keys(roots["step"]));
        Assert.Equal(ReferenceChecks.Roots.Except(["item"]).Order(StringComparer.Ordinal), roots.Keys.Order(StringComparer.Ordinal));
    }
}
