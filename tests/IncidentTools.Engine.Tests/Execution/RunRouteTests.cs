using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunFixture;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class RunRouteTests : IDisposable
{
    private readonly RunFixture _run = new();
    public void Dispose() => _run.Dispose();

    private string After(RunbookDefinition book) => RunRoute.After(_run.State, new BookIndex(book)) is var route && route.Step is { } step ? step.Id : route.Result!;

    [Fact]
    public void Without_a_step_a_run_succeeds() => Assert.Equal("Succeeded", After(Book()));

    [Theory]
    [InlineData("Succeeded", "b"), InlineData("Skipped", "b"), InlineData("Waived", "b"), InlineData("Failed", "Failed"), InlineData("TimedOut", "TimedOut"), InlineData("Cancelled", "Failed")]
    public void Stop_is_the_default(string state, string next)
    {
        _run.Finish("a", state);
        Assert.Equal(next, After(Book(Step("a"), Step("b"))));
    }

    [Theory]
    [InlineData(FailureMode.Stop, true, "Failed"), InlineData(FailureMode.Stop, false, "note"), InlineData(FailureMode.Continue, true, "b"), InlineData(FailureMode.Goto, true, "c")]
    public void What_a_step_says_about_failure_wins_over_onError(FailureMode mode, bool written, string next)
    {
        _run.Finish("a", "Failed");
        Assert.Equal(next, After(Book(Step("a") with { OnFailure = new FailurePolicy(mode, "c", written) }, Step("b"), Step("c")) with { OnError = "note", Handlers = [Step("note")] }));
    }

    [Theory]
    [InlineData("Succeeded"), InlineData("Failed")]
    public void A_handler_ends_the_run_failed_and_never_recurses(string state)
    {
        _run.Finish("a", "Failed");
        _run.Finish("note", state);
        Assert.Equal("Failed", After(Book(Step("a"), Step("b")) with { OnError = "note", Handlers = [Step("note")] }));
    }

    [Fact]
    public void A_failure_passed_over_shows_in_the_result()
    {
        var book = Book(Step("a") with { OnFailure = new FailurePolicy(FailureMode.Continue, null, true) }, Step("b"));
        _run.Finish("a", "Failed");
        _run.Finish("b", "Succeeded");
        Assert.Equal("SucceededWithFailures", After(book));
    }

    [Fact]
    public void Only_the_last_visit_counts()
    {
        _run.Finish("a", "Failed");
        _run.Finish("a", "Succeeded", visit: 2);
        Assert.Equal("Succeeded", After(Book(Step("a") with { MaxVisits = 2 })));
    }

    [Fact]
    public void A_loop_ends_at_its_limit()
    {
        var book = Book(Step("a") with { MaxVisits = 2, Next = "a" });
        _run.Finish("a", "Succeeded");
        Assert.Equal("a", After(book));
        _run.Finish("a", "Succeeded", visit: 2);
        Assert.StartsWith("LoopLimit", RunRoute.After(_run.State, new BookIndex(book)).Message);
    }

    [Fact]
    public void Steps_inside_a_loop_come_as_often_as_the_loop()
    {
        var book = Book(Step("a") with { MaxVisits = 2 }, Step("b") with { Next = "a" });
        _run.Finish("a", "Succeeded");
        _run.Finish("b", "Succeeded");
        _run.Finish("a", "Succeeded", visit: 2);
        Assert.Equal("b", After(book));
    }

    [Fact]
    public void An_end_step_that_was_left_out_ends_nothing()
    {
        _run.Finish("a", "Skipped");
        Assert.Equal("b", After(Book(Step("a", "end") with { Result = "Failed" }, Step("b"))));
    }

    [Fact]
    public void A_switch_among_handlers_leads_where_it_said()
    {
        _run.Finish("a", "Failed");
        _run.Finish("which", "Succeeded", go: "tell");
        Assert.Equal("tell", After(Book(Step("a")) with { OnError = "which", Handlers = [Step("which", "switch"), Step("tell")] }));
    }

    [Fact]
    public void A_switch_leads_where_it_said()
    {
        _run.Finish("a", "Succeeded", go: "c");
        Assert.Equal("c", After(Book(Step("a"), Step("b"), Step("c"))));
    }

    [Fact]
    public void An_end_step_gives_the_result()
    {
        _run.Finish("a", "Succeeded");
        Assert.Equal("RolledBack", After(Book(Step("a", "end") with { Result = "RolledBack" }, Step("b"))));
    }

    [Fact]
    public void A_cancelled_run_cleans_up_once()
    {
        var book = Book(Step("a"), Step("b")) with { OnCancel = "release", Handlers = [Step("release")] };
        _run.Write(new RunCancelRequested(Run, "enough"));
        _run.Finish("a", "Cancelled");
        Assert.Equal("release", After(book));
        _run.Finish("release", "Succeeded");
        Assert.Equal("Cancelled", After(book));
    }

    [Fact]
    public void An_unknown_target_is_named()
    {
        _run.Finish("a", "Succeeded", go: "nowhere");
        Assert.Equal("StepUnknown", Assert.Throws<IncidentToolsException>(() => After(Book(Step("a")))).ErrorId);
    }
}
