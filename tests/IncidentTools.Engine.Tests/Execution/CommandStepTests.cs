using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Runbooks;
using IncidentTools.Engine.Tests.Actions;
using static IncidentTools.Engine.Tests.Execution.Programs;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class CommandStepTests
{
    private readonly ActionBench _bench = new();

    private static Arguments With(ProcessRequest request, params (string Key, object? Value)[] more) => ActionBench.Arguments(CommandStep.Parameters,
        [("program", request.Program), ("args", request.Arguments.Cast<object?>().ToList()), .. more]);

    private Task<ActionResult> RunAsync(Arguments with, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
        CommandStep.RunAsync(with, timeout, new CaptureDefinition(2000, 64 * 1024), _bench.Context, cancellation);

    [Fact]
    public async Task Success_gives_exit_code_and_output_as_values()
    {
        var result = await RunAsync(With(TestChild.Request("copy"), ("input", "hello\n")));
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        var value = Assert.IsType<IReadOnlyDictionary<string, object?>>(result.Value, exactMatch: false);
        Assert.Equal((0L, "hello", "hello\n"), (value["exitCode"], value["output"], result.Output));
    }

    [Fact]
    public async Task Another_exit_code_is_a_known_failure_unless_expected()
    {
        var failed = await RunAsync(With(TestChild.Request("exit", "3")));
        Assert.Equal((ActionOutcome.Failed, "ExitCode"), (failed.Outcome, failed.Error));
        Assert.Contains("exit code 3", failed.Message, StringComparison.Ordinal);
        Assert.Equal(ActionOutcome.Succeeded, (await RunAsync(With(TestChild.Request("exit", "3"), ("expectExit", new List<object?> { 0L, 3L })))).Outcome);
        Assert.Equal(ActionOutcome.Failed, (await RunAsync(With(TestChild.Request("exit", "0"), ("expectExit", new List<object?> { 3L })))).Outcome);
    }

    [Fact]
    public async Task What_did_not_start_failed_for_sure_and_what_was_ended_is_in_doubt()
    {
        var missing = await RunAsync(With(new ProcessRequest("no-such-program-at-all", [])));
        Assert.Equal((ActionOutcome.Failed, "NotStarted"), (missing.Outcome, missing.Error));
        var slow = await RunAsync(With(TestChild.Request("sleep", "300")), TimeSpan.FromSeconds(1));
        Assert.Equal((ActionOutcome.InDoubt, "TimedOut"), (slow.Outcome, slow.Error));
        using var cancel = new CancellationTokenSource();
        var context = _bench.Context with { OnProcessStarted = (_, _) => cancel.CancelAfter(100) };
        var cancelled = await CommandStep.RunAsync(With(TestChild.Request("sleep", "300")), null, new CaptureDefinition(10, 1000), context, cancel.Token);
        Assert.Equal((ActionOutcome.InDoubt, "Cancelled"), (cancelled.Outcome, cancelled.Error));
        var early = await RunAsync(With(TestChild.Request("exit", "0")), null, cancel.Token);
        Assert.Equal((ActionOutcome.Failed, "Cancelled"), (early.Outcome, early.Error));
    }

    [Fact]
    public async Task Ended_by_somebody_elses_signal_is_in_doubt()
    {
        var result = await RunAsync(With(Shell("kill -9 $$")));
        Assert.Equal((ActionOutcome.InDoubt, "Killed"), (result.Outcome, result.Error));
        Assert.Contains("signal 9", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_reach_the_program_by_environment_and_input_only_and_leave_masked()
    {
        _bench.Secrets["db"] = "s3cr3t-pässword";
        var environment = With(Shell("echo \"$PGPASSWORD\"; echo \"$PGPASSWORD\" >&2; exit 1"), ("environment", new Dictionary<string, object?> { ["PGPASSWORD"] = "secret:db" }));
        var result = await RunAsync(environment);
        Assert.DoesNotContain("s3cr3t", result.Message + result.Output + result.Value, StringComparison.Ordinal);
        Assert.Equal("***\n***\n", result.Output);
        var input = await RunAsync(With(Shell("cat"), ("input", "secret:db")));
        Assert.Equal("***", input.Output);
        Assert.Contains("PGPASSWORD=secret:db", Assert.Single(CommandStep.Plan(environment).Commands), StringComparison.Ordinal);
        Assert.Contains("may not be an argument", (await RunAsync(With(new ProcessRequest("/bin/sh", ["-c", "exit", "secret:db"])))).Message, StringComparison.Ordinal);
        Assert.Contains("secret:gone", (await RunAsync(With(Shell("cat"), ("input", "secret:gone")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_shows_the_exact_line_and_binds_to_folder_and_input()
    {
        var with = With(new ProcessRequest("pg_ctl", ["restart", "-D", "/data dir", "it's"]));
        var plan = CommandStep.Plan(with);
        Assert.Equal("pg_ctl restart -D '/data dir' $'it\\'s'", Assert.Single(plan.Commands));
        Assert.Null(plan.Undo);
        string Text(params (string, object?)[] more) => CommandStep.Plan(With(new ProcessRequest("pg_ctl", []), more)).ToString();
        Assert.Equal(4, new[] { Text(), Text(("workingDirectory", "/a")), Text(("input", "x")), Text(("input", "y")) }.Distinct().Count());
    }

    [Fact]
    public void Items_may_be_marked_numbers_or_lists_that_an_expression_gave()
    {
        var items = new List<object?> { "a", 5L, new List<object?> { "b", true }, new Dictionary<string, object?> { ["value"] = "-x", ["option"] = true }, TimeSpan.FromSeconds(90) };
        Assert.Equal(["a", "5", "b", "true", "-x", "1m30s"], CommandLine.Of(items));
    }
}
