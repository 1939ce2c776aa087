using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Tests.Runbooks;

/// <summary>Runbooks without a fault: what is bound of them.</summary>
public class GoodSampleTests
{
    private static RunbookDefinition Whole { get; } = Load("good/every-kind.yaml");
    private static RunbookDefinition Load(string name)
    {
        var (book, findings) = Books.Loader.Inspect(name, Books.Sample(name));
        Assert.DoesNotContain(findings, item => item.Severity == DiagnosticSeverity.Error);
        return book!;
    }

    private static StepDefinition Step(string id) => Whole.AllSteps.Single(step => step.Id == id);

    [Fact]
    public void Every_sample_loads() => Assert.All(Books.Samples("good"), name => Load(name));

    [Fact]
    public void Every_kind_of_step_has_a_sample() => Assert.Empty(StepKinds.All.Select(kind => kind.Name).Except(Whole.AllSteps.Select(step => step.Use.Uses)));

    [Fact]
    public void The_head_is_bound()
    {
        Assert.Equal(("every-kind", "1.10.0", "platform", new DateOnly(2026, 11, 1), TimeSpan.FromDays(180)), (Whole.Id, Whole.Version, Whole.Owner, Whole.LastReviewed, Whole.ReviewEvery));
        Assert.Equal(new DateOnly(2027, 4, 30), Whole.ReviewDue);
        Assert.Equal(("note_rollback", "release", 3), (Whole.OnError, Whole.OnCancel, Whole.Handlers.Count));
        Assert.Equal(new RunbookRevision("1.10.0", new DateOnly(2026, 11, 1), "ana", "First", "INC-12"), Assert.Single(Whole.Revisions));
        Assert.Equal(["down", "unreachable", "outage"], Whole.Symptoms[0].Words);
        Assert.Equal("probe.http", Whole.Symptoms[1].Probe!.Uses);
        Assert.Equal(["nginx"], Whole.Requires.Commands);
        var source = Books.Sample("good/every-kind.yaml");
        Assert.Equal(Encoding.UTF8.GetString(source), Whole.Source);
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(source)).ToLowerInvariant(), Whole.Hash);
    }

    [Fact]
    public void Parameters_have_the_values_of_their_types()
    {
        object? Default(string name) => Whole.Parameters.Single(item => item.Name == name).Default;
        Assert.Equal(TimeSpan.FromMinutes(30), Default("window"));
        Assert.Equal(5L, Default("limit"));
        Assert.Equal(0.5, Default("ratio"));
        Assert.Equal(false, Default("deep"));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 9, 0, 0, TimeSpan.Zero), Default("since"));
        Assert.Equal(["a", "b"], Assert.IsType<PlainList>(Default("hosts")));
        var limit = Whole.Parameters.Single(item => item.Name == "limit");
        Assert.Equal(["5", "7"], limit.Allowed!);
        Assert.Equal((1L, 9L), (limit.Min, limit.Max));
        Assert.Equal(("string", "^[a-z]+$"), (Whole.Parameters.Single(item => item.Name == "mode").Type, Whole.Parameters.Single(item => item.Name == "mode").Pattern));
    }

    [Fact]
    public void A_step_has_all_its_keys()
    {
        var http = Step("http");
        Assert.Equal((StepPhase.Investigate, 3, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), false), (http.Phase, http.Attempts, http.Timeout, http.Deadline, http.IsCritical));
        Assert.Equal(new RetryDefinition(TimeSpan.FromSeconds(2), 2, TimeSpan.FromSeconds(30), 0.2), http.Retry);
        Assert.Equal(new FailurePolicy(FailureMode.Continue, null, true), http.OnFailure);
        var restart = Step("restart");
        Assert.Equal((StepImpact.Medium, "probe.service", "manual", TimeSpan.FromSeconds(5)), (restart.Impact, restart.Check!.Uses, restart.Undo!.Uses, restart.Poll));
        Assert.Equal(["incident-commander", "ana"], restart.Approval!.By);
        Assert.Equal((1, true, TimeSpan.FromMinutes(30), "os"), (restart.Approval.Min, restart.Approval.NotRequester, restart.Approval.Expires, restart.Approval.Assurance));
        Assert.Equal(new FailurePolicy(FailureMode.Goto, "look_again", true), restart.OnFailure);
        Assert.False(restart.IsCritical);
        Assert.Equal(["http"], restart.Needs);
        Assert.Equal(new CaptureDefinition(100, 65536), restart.Capture);
        Assert.Equal(3, Step("ask_oncall").MaxVisits);
        Assert.True(Step("program").Idempotent);
        Assert.Equal("tell", Step("note_rollback").Next);
    }

    [Fact]
    public void Branches_items_and_another_runbook_are_bound()
    {
        var fan = Step("fan").Parallel!;
        Assert.Equal((1, true, "web", "The web", "database"), (fan.Join, fan.CancelOthers, fan.Branches[0].Id, fan.Branches[0].Title, fan.Branches[1].Title));
        Assert.Equal(["ask_web", "web_up", "web_down", "web_said"], fan.Branches[0].Steps.Select(step => step.Id));
        Assert.Equal((null, false), (Step("everything").Parallel!.Join, Step("everything").Parallel!.CancelOthers));
        var each = Step("each").Foreach!;
        Assert.Equal(("$params.hosts", "machine", 4, new ErrorThreshold(10, true), "$machine"), (Assert.IsType<Expression>(each.Items).Text, each.As, each.Concurrency, each.Threshold, each.Key!.Text));
        Assert.Equal(["port", "kinds"], each.Steps.Select(step => step.Id));
        var kinds = Step("kinds").Foreach!;
        Assert.Equal(("item", 1, new ErrorThreshold(2, false), null), (kinds.As, kinds.Concurrency, kinds.Threshold, kinds.Key));
        Assert.Equal(1L, Assert.IsType<PlainMap>(Assert.IsType<PlainList>(kinds.Items)[0])["count"]);
        Assert.IsType<Template>(((PlainList)kinds.Items)[1]);
        var child = Step("child").Child!;
        Assert.Equal(("failover", "2.0.1", true), (child.Name, child.Version, child.Parameters["deep"]));
        Assert.Equal("$params.hosts", Assert.IsType<Template>(child.Parameters["to"]).Parts[0].Text);
        Assert.Equal(new FailurePolicy(FailureMode.Rollback, null, true), Step("child").OnFailure);
        Assert.Null(Step("http").Parallel);
        Assert.Equal(["fan", "ask_web", "web_up", "web_down", "web_said", "each", "port", "kinds", "seen"], Step("fan").WithInner.Select(step => step.Id));
        Assert.Equal(["note_rollback", "tell", "release", "say", "said"], Whole.AllSteps.Reverse().Take(5).Reverse().Select(step => step.Id));
    }

    [Fact]
    public void What_stands_beside_steps_is_bound()
    {
        Assert.Equal(("continue", "restricted"), (Whole.OnUndoFailure, Whole.Visibility));
        Assert.Equal("local", Whole.Target[0]);
        Assert.True(Assert.IsType<Template>(Whole.Target[1]).IsSingleExpression);
        Assert.Equal([("up", "bool", false), ("seen", "any", true)], Whole.Outputs.Select(output => (output.Name, output.Type, output.Optional)));
        Assert.Equal(("authority", "$incident.awareAt", TimeSpan.FromHours(72)), (Whole.Clocks[0].Name, Whole.Clocks[0].From!.Text, Whole.Clocks[0].Within));
        Assert.Equal([TimeSpan.FromHours(24), TimeSpan.FromHours(6)], Whole.Clocks[0].Warn);
        Assert.Equal(("every-kind", null), (Whole.Clocks[1].Name, Whole.Clocks[1].From));
        var every = Assert.Single(Whole.Every);
        Assert.Equal(("every", TimeSpan.FromMinutes(30), 2, "$steps.up.state -eq 'Succeeded'"), (every.Id, every.Interval, every.Steps.Count, every.Until!.Text));
        var restore = Step("restore");
        Assert.Equal((true, "wait", "restore", TimeSpan.FromHours(4)), (restore.Detached, restore.OnUndoFailure, restore.Clocks[0].Name, restore.Clocks[0].Within));
        Assert.Equal([("probe.http", TimeSpan.FromSeconds(10), "note"), ("probe.tcp", TimeSpan.FromSeconds(30), "fail")], restore.Guards.Select(guard => (guard.Probe.Uses, guard.Interval, guard.OnTrip)));
        Assert.Equal(3, Assert.IsType<Template>(Assert.Single(restore.Target)).Parts.Count);
        Assert.True(Assert.IsType<Template>(Assert.Single(Step("hosts").Target)).IsSingleExpression);
        Assert.Equal(["command", "probe.tcp", "probe.http", "probe.tcp"], restore.AllUses.Select(use => use.Uses));
        Assert.Null(Step("http").Visibility);
        Assert.Empty(Step("http").Target);
    }

    [Theory]
    [InlineData(0, false, 0, 5, false), InlineData(0, false, 1, 5, true), InlineData(2, false, 2, 5, false), InlineData(2, false, 3, 5, true)]
    [InlineData(10, true, 5, 50, false), InlineData(10, true, 6, 50, true), InlineData(0, true, 1, 1, true), InlineData(100, true, 9, 9, false), InlineData(12.5, true, 1, 8, false), InlineData(12.5, true, 2, 8, true)]
    public void A_threshold_is_exceeded_by_the_first_error_more(double value, bool percent, int errors, int items, bool exceeded) => Assert.Equal(exceeded, new ErrorThreshold(value, percent).IsExceeded(errors, items));

    [Fact]
    public void A_step_has_the_defaults_of_the_format()
    {
        var step = Assert.Single(Books.Inspect("  - { id: a, phase: verify, uses: end }\n").Book!.Steps);
        Assert.Equal(("a", 1, true, new FailurePolicy(FailureMode.Stop, null, false), StepImpact.None), (step.Title, step.Attempts, step.IsCritical, step.OnFailure, step.Impact));
        Assert.Equal((new RetryDefinition(TimeSpan.FromSeconds(1), 1, TimeSpan.FromSeconds(30), 0), new CaptureDefinition(2000, 256 * 1024)), (step.Retry, step.Capture));
        Assert.Null(step.Result);
        Assert.Equal(StepImpact.High, Assert.Single(Books.Inspect("  - { id: a, phase: verify, uses: script, with: { text: x } }\n").Book!.Steps).Impact);
    }

    [Fact]
    public void Arguments_have_their_types_and_defaults()
    {
        var program = Step("program").Use.With;
        Assert.Equal("/usr/bin/env", program["program"]);
        Assert.Equal([0L, 3L], Assert.IsType<PlainList>(program["expectExit"]));
        Assert.Equal("5", Assert.IsType<PlainList>(program["args"])[2]);
        Assert.Equal(["Done", "Failed"], Assert.IsType<PlainList>(Books.Inspect("  - { id: a, phase: verify, uses: manual, with: { instruction: x } }\n").Book!.Steps[0].Use.With["outcomes"]));
        Assert.Equal(TimeSpan.FromSeconds(30), Step("look_again").Use.With["for"]);
        Assert.Equal("runspace", Step("script_file").Use.With["isolation"]);
        Assert.Equal(true, Assert.IsType<PlainMap>(Step("variables").Set)["flag"]);
        Assert.Equal(("Succeeded", true), (Step("done").Result, Step("may_restart").Use.With["notRequester"]));
        Assert.Equal(("datetime", "string"), (Questions("ask_oncall", "since").Text("type"), Questions("ask_oncall", "host").Text("type")));
    }

    private static PlainMap Questions(string step, string name) => ((PlainMap)Step(step).Use.With["questions"]!).Map(name);

    [Fact]
    public void Expressions_are_templates_where_they_are_taken_and_nowhere_else()
    {
        var url = Assert.IsType<Template>(Step("http").Use.With["url"]);
        Assert.True(url.IsSingleExpression);
        Assert.Equal("$service.url", url.Parts[0].Text);
        Assert.Equal("$service.rollback", Assert.Single(Assert.IsType<Template>(Step("rollback").Use.With["args"]).Parts).Text);
        var look = Assert.IsType<Template>(Step("look").Use.With["instruction"]);
        Assert.Equal([new TemplatePart(false, "Look at "), new TemplatePart(true, "$service.name"), new TemplatePart(false, ",\nwrite ${{ as it is.")], look.Parts);
        Assert.Equal("param($Name)\n\"$Name ${{x}}\"\n", Step("script_text").Use.With["text"]);
        Assert.Equal("$steps.http.error -eq 'DnsFailure'", Step("which").Cases[0].When.Text);
        Assert.Equal("$steps.until_up.state -eq 'Succeeded'", Step("up").Assert!.Text);
        Assert.IsType<Template>(((PlainList)Step("variables").Set["list"]!)[1]);
    }

    /// <summary>A run that goes on with a newer text compares the lines of the steps it has visited: they must be theirs alone.</summary>
    [Theory]
    [InlineData("good/every-kind.yaml"), InlineData("good/twelve-steps.yaml")]
    public void A_step_ends_before_the_next_begins(string name)
    {
        var book = Load(name);
        var lines = book.Source.Split('\n');
        foreach (var list in new[] { book.Handlers, book.Steps })
        {
            for (var index = 0; index < list.Count; index++)
            {
                var span = list[index].Span;
                Assert.Contains($"id: {list[index].Id}", lines[span.Line - 1], StringComparison.Ordinal);
                if (index + 1 < list.Count) Assert.Equal(list[index + 1].Span.Line - 1, span.EndLine);
                else Assert.False(span.EndLine < lines.Length && lines[span.EndLine - 1].Length == 0);
            }
        }
    }

    [Fact]
    public void A_step_that_ends_in_a_block_of_text_ends_with_its_last_line()
    {
        var book = Books.Inspect("  - id: a\n    phase: verify\n    uses: manual\n    with:\n      instruction: |\n        one\n        two\n\n  - id: b\n    phase: verify\n    uses: manual\n    with:\n      instruction: |-\n        one\n        x").Book!;
        Assert.Equal([(6, 12), (14, 20)], book.Steps.Select(step => (step.Span.Line, step.Span.EndLine)));
    }

    [Fact]
    public void Without_PowerShell_expressions_are_only_delimited()
    {
        var (book, findings) = new RunbookLoader(Books.Uses, null).Inspect("b.yaml", Books.Sample("good/every-kind.yaml"));
        Assert.NotNull(book);
        Assert.DoesNotContain(findings, item => item.Severity == DiagnosticSeverity.Error);
        Assert.Equal(Assert.IsType<Template>(Whole.Steps[0].Use.With["url"]).Parts, Assert.IsType<Template>(book.Steps[0].Use.With["url"]).Parts);
    }
}
