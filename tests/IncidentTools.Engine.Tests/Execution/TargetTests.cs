using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Tests.Execution.RunWorld;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Steps on other machines: one server under five names, each of which leaves a line with its name where it was.</summary>
public sealed class TargetTests : IDisposable
{
    private static readonly RunOptions Park = new() { Patience = TimeSpan.Zero };
    private readonly SshServer _server = new("AcceptEnv LC_HOST");
    private readonly RunWorld _world = new() { Processes = Programs.Runner };
    private readonly RunService _runs;

    public TargetTests()
    {
        _server.Aliases();
        Environment.SetEnvironmentVariable(SshSettings.ConfigVariable, _server.Of("ssh_config"));
        Environment.SetEnvironmentVariable(SshSettings.KnownHostsVariable, _server.Of("known_hosts"));
        _runs = _world.Open().Runs;
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(SshSettings.ConfigVariable, null);
        Environment.SetEnvironmentVariable(SshSettings.KnownHostsVariable, null);
        _world.Dispose();
        _server.Dispose();
    }

    private string Effects => _server.Of("effects");
    private string[] Done => File.Exists(Effects) ? File.ReadAllLines(Effects) : [];

    /// <summary>A program that leaves its line, then does more.</summary>
    private StepDefinition On(IReadOnlyList<object?> target, string script = ":") => Step("a", "command", ("program", "sh"), ("args", new List<object?> { "-c", $"echo $LC_HOST >>{Effects}; {script}" })) with
    {
        Target = target, Impact = StepImpact.None, Idempotent = true,
    };

    private static List<object?> Hosts(params string[] names) => [.. names.Select(name => "ssh://" + name)];

    private Task<RunbookRun> Start(params StepDefinition[] steps)
    {
        _world.Add(Book(steps));
        return _runs.StartAsync(Request("book"), Park, TestContext.Current.CancellationToken);
    }

    private Task<RunbookRun> Go(RunbookRun run, RunService? by = null) => (by ?? _runs).ContinueAsync(run.Run, Park, TestContext.Current.CancellationToken);
    private RunbookStep Of(RunbookRun run) => _runs.Steps(run.Run)[0];

    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> Values(RunbookStep step) => [.. ((IReadOnlyList<object?>)step.Value!).Cast<IReadOnlyDictionary<string, object?>>()];
    private static string Statuses(RunbookStep step) => string.Join(' ', Values(step).Select(host => $"{((string)host["host"]!)[6..]}:{host["status"]}"));

    [Fact]
    public async Task On_one_machine_the_value_is_what_it_is_here()
    {
        var run = await Start(On(Hosts("web1"), "echo $LC_HOST; exit 3"));
        var step = Of(run);
        Assert.Equal(("Failed", "ExitCode"), (step.State, step.Error));
        run = await Start(On(Hosts("web1"), "echo $LC_HOST"));
        Assert.Equal(("web1", 0L), (((IReadOnlyDictionary<string, object?>)Of(run).Value!)["output"], ((IReadOnlyDictionary<string, object?>)Of(run).Value!)["exitCode"]));
        Assert.Equal(["web1", "web1"], Done);
    }

    [Fact]
    public async Task On_many_each_has_its_result_in_the_order_of_the_list_and_the_intent_names_them_all()
    {
        var run = await Start(On(Hosts("web3", "web1", "web2"), "echo hello from $LC_HOST"));
        Assert.Equal(("Succeeded", "web3:Succeeded web1:Succeeded web2:Succeeded"), (run.State, Statuses(Of(run))));
        Assert.Equal(["hello from web3", "hello from web1", "hello from web2"], Values(Of(run)).Select(host => ((IReadOnlyDictionary<string, object?>)host["value"]!)["output"]));
        Assert.Equal([0L, null], [Values(Of(run))[0]["exitCode"], Values(Of(run))[0]["error"]]);
        Assert.Equal(["web3", "web1", "web2"], Done); // one at a time, unless it says otherwise
        var entries = _world.Entries(run.Run);
        Assert.Equal(["ssh://web3", "ssh://web1", "ssh://web2"], (IReadOnlyList<object?>)Assert.Single(entries.Select(entry => entry.Data).OfType<StepIntended>()).With["target"]!);
        Assert.Equal(3, entries.Count(entry => entry.Data is StepHostFinished { Status: "Succeeded" }));
    }

    [Theory] // fails on which, threshold, concurrency → state, begun
    [InlineData("web1", "0", 1, "Failed", 1)]
    [InlineData("web1", "1", 1, "Succeeded", 5)]
    [InlineData("web1 web2", "1", 1, "Failed", 2)]
    [InlineData("web1 web5", "1", 1, "Failed", 5)]
    [InlineData("web1 web2", "40%", 1, "Succeeded", 5)]
    [InlineData("web1 web2 web3", "40%", 1, "Failed", 3)]
    [InlineData("web2", "0", 5, "Failed", 5)]
    [InlineData("web1 web2 web3 web4 web5", "100%", 2, "Succeeded", 5)]
    public async Task It_stops_when_more_failed_than_may(string failing, string threshold, int concurrency, string state, int begun)
    {
        var most = threshold.EndsWith('%') ? new ErrorThreshold(double.Parse(threshold[..^1], System.Globalization.CultureInfo.InvariantCulture), true) : new ErrorThreshold(double.Parse(threshold, System.Globalization.CultureInfo.InvariantCulture), false);
        // all that may run at once have begun before one of them ends
        var script = $"while [ $(wc -l <{Effects}) -lt {concurrency} ]; do sleep 0.05; done; case ' {failing} ' in *\" $LC_HOST \"*) echo broken >&2; exit 1;; esac";
        var run = await Start(On(Hosts("web1", "web2", "web3", "web4", "web5"), script) with { Concurrency = concurrency, Threshold = most });
        var step = Of(run);
        Assert.Equal((state, begun), (step.State, Done.Length));
        var failed = failing.Split(' ').Where(host => Done.Contains(host)).Select(host => "ssh://" + host);
        var detail = _world.Entries(run.Run).Select(entry => entry.Data).OfType<StepFinished>().Single().Detail!;
        Assert.Equal(failed, ((IReadOnlyList<object?>)detail["failedHosts"]!).Cast<string>());
        Assert.Equal(5 - begun, Values(step).Count(host => host["status"] is "NotStarted"));
        if (state == "Failed") Assert.Equal("HostsFailed", step.Error);
        Assert.All(failed, host => Assert.Contains(host, step.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_where_it_failed_it_is_tried_again()
    {
        var flag = _server.Of("flag");
        var run = await Start(On(Hosts("web1", "web2", "web3"), $"if [ $LC_HOST = web2 ] && ! [ -e {flag} ]; then touch {flag}; exit 1; fi") with { Attempts = 2, Retry = new(TimeSpan.Zero, 1, TimeSpan.Zero, 0) });
        Assert.Equal(("Succeeded", "web1:Succeeded web2:Succeeded web3:Succeeded"), (run.State, Statuses(Of(run))));
        Assert.Equal(["web1", "web2", "web2", "web3"], Done);
    }

    [Fact]
    public async Task A_connection_that_breaks_off_leaves_the_step_in_doubt_and_only_that_machine_is_done_again()
    {
        var (pidFile, flag) = (_server.Of("pid"), _server.Of("flag"));
        var starting = Start(On(Hosts("web1", "web2"), $"if [ $LC_HOST = web2 ] && ! [ -e {flag} ]; then touch {flag}; echo $$ >{pidFile}; exec sleep 600; fi") with { Idempotent = false });
        var pid = await Programs.PidAsync(pidFile);
        foreach (var connection in _server.Connections) Programs.End(connection);
        var run = await starting;
        await Programs.GoneAsync(pid);
        Assert.Equal(("Waiting", "InDoubt"), (run.State, run.WaitReason));
        Assert.Contains(_world.Entries(run.Run), entry => entry.Data is StepHostFinished { Host: "ssh://web2", Status: "InDoubt", Error: "ConnectionLost" });
        _runs.Answer(run.Run, "a", AnswerKind.Settle, Say("NotDone"));
        run = await Go(run);
        Assert.Equal(("Succeeded", "web1:Succeeded web2:Succeeded"), (run.State, Statuses(Of(run))));
        Assert.Equal(["web1", "web2", "web2"], Done);
    }

    [Fact]
    public async Task A_slow_machine_runs_out_of_its_own_time_and_no_other()
    {
        var run = await Start(On(Hosts("web1", "web2", "web3"), "[ $LC_HOST != web2 ] || sleep 600") with { Timeout = TimeSpan.FromSeconds(4), Threshold = new ErrorThreshold(1, false) });
        Assert.Equal(("Succeeded", "web1:Succeeded web2:InDoubt web3:Succeeded"), (Of(run).State, Statuses(Of(run))));
        Assert.Equal("Timeout", Values(Of(run))[1]["error"]);
        run = await Start(On(Hosts("web2"), "sleep 600") with { Timeout = TimeSpan.FromSeconds(3), Idempotent = false });
        Assert.Equal(("Waiting", "InDoubt"), (run.State, run.WaitReason));
    }

    [Fact]
    public async Task A_machine_that_is_not_believed_is_an_error_of_its_own_and_gets_nothing()
    {
        var run = await Start(On(Hosts("web1", "strange1", "web2")) with { Threshold = new ErrorThreshold(1, false) });
        Assert.Equal(("Succeeded", "HostKeyChanged"), (run.State, Values(Of(run))[1]["error"]));
        Assert.Equal(["web1", "web2"], Done);
        run = await Start(On(Hosts("strange1")));
        Assert.Equal(("Failed", "HostKeyChanged"), (Of(run).State, Of(run).Error));
    }

    [Fact]
    public async Task Whether_it_took_effect_there_is_asked_there_and_of_whom_it_is_not_known()
    {
        var pidFile = _server.Of("pid");
        var check = Step("x", "probe.command", ("program", "sh"), ("args", new List<object?> { "-c", $"echo asked $LC_HOST >>{Effects}; grep -qx $LC_HOST {Effects}" })).Use;
        var starting = Start(On(Hosts("web1", "web2"), $"if [ $LC_HOST = web2 ]; then echo $$ >{pidFile}; exec sleep 600; fi") with { Idempotent = false, Check = check });
        await Programs.PidAsync(pidFile);
        foreach (var connection in _server.Connections) Programs.End(connection);
        var run = await starting;
        Assert.Equal(("Succeeded", "check"), (run.State, _world.Entries(run.Run).Select(entry => entry.Data).OfType<StepFinished>().Single().SettledBy));
        Assert.Equal(["web1", "web2", "asked web2"], Done);
    }

    [Fact]
    public async Task After_the_runner_died_between_two_machines_none_is_done_twice()
    {
        for (var at = 1; at < 12; at++)
        {
            File.Delete(Effects);
            using var world = new RunWorld { Processes = Programs.Runner };
            world.Add(Book(On(Hosts("web1", "web2", "web3")) with { Idempotent = false }));
            var (runs, store) = world.Open(dieAt: at);
            string id;
            try
            {
                var run = await runs.StartAsync(Request("book"), Park, TestContext.Current.CancellationToken);
                Assert.Equal("Succeeded", run.State);
                return; // it died no more: every place was tried
            }
            catch (PowerFailure) { }
            world.Time.Advance(TimeSpan.FromMinutes(5));
            var next = world.Open().Runs;
            if (next.List(null, null, null) is not [var left]) continue; // it was never started
            id = left.Run;
            var again = await next.ContinueAsync(id, Park, TestContext.Current.CancellationToken);
            var known = world.Entries(id).Select(entry => entry.Data).OfType<StepHostFinished>().Select(host => host.Host[6..]).ToList();
            if (again.WaitReason == "InDoubt")
            {
                next.Answer(id, "a", AnswerKind.Settle, Say("NotDone"));
                again = await next.ContinueAsync(id, Park, TestContext.Current.CancellationToken);
            }
            Assert.Equal("Succeeded", again.State);
            // what was recorded was not done again; what ran and was not recorded is what the person was asked about
            Assert.All(known, host => Assert.Equal(1, Done.Count(line => line == host)));
            Assert.Equal(["web1", "web2", "web3"], Done.Distinct());
        }
        Assert.Fail("it died at every append");
    }

    [Fact]
    public async Task Machines_may_come_from_an_expression_and_must_be_machines()
    {
        var run = await Start(On([_world.Expressions.Value("$service.hosts", _ => new List<object?> { "web1", "ssh://web2" })]));
        Assert.Equal("web1:Succeeded web2:Succeeded", Statuses(Of(run)));
        foreach (var (wrong, why) in new (object?, string)[]
        {
            (new List<object?>(), "empty"), (new List<object?> { "web1", "ssh://web1" }, "twice"), ("-oProxyCommand=x", "expected"), (7L, "a text"), (null, "no value"), ("winrm://web1", "ssh://"), ("ssh://me:pw@web1", "password"),
        })
        {
            run = await Start(On([_world.Expressions.Value("$params.hosts", _ => wrong)]));
            Assert.Equal(("Failed", "TargetInvalid"), (Of(run).State, Of(run).Error));
            Assert.Contains(why, Of(run).Message, StringComparison.Ordinal);
        }
        run = await Start(Step("a", "action.count") with { Target = Hosts("web1") });
        Assert.Equal(("TargetInvalid", 0), (Of(run).Error, _world.Action.Count));
        Assert.Equal(["web1", "web2"], Done);
    }

    [Fact]
    public async Task It_is_taken_back_where_it_was_done()
    {
        var undo = Step("x", "command", ("program", "sh"), ("args", new List<object?> { "-c", $"echo back $LC_HOST >>{Effects}" })).Use;
        var run = await Start(On(Hosts("web1", "web2")) with { Undo = undo });
        await _runs.UndoAsync(run.Run, "a", TestContext.Current.CancellationToken);
        Assert.Equal("Undone", Of(run).State);
        Assert.Equal(["web1", "web2", "back web1", "back web2"], Done);
    }

    [Fact]
    public async Task A_runbooks_target_is_that_of_every_step_that_can_have_one()
    {
        _world.Add(Book(On([]), Step("b", "probe.count"), On(["local"]) with { Id = "c" }) with { Target = Hosts("web2") });
        var run = await _runs.StartAsync(Request("book"), Park, TestContext.Current.CancellationToken);
        Assert.Equal("Succeeded", run.State);
        Assert.Equal(["web2", ""], Done);
    }

    [Fact]
    public async Task Here_may_be_one_of_them()
    {
        var run = await Start(On(["local", "ssh://web1"], "echo ${LC_HOST:-here}"));
        Assert.Equal(["here", "web1"], Values(Of(run)).Select(host => ((IReadOnlyDictionary<string, object?>)host["value"]!)["output"]));
    }

    [Fact]
    public async Task The_plan_names_the_machines_and_an_approval_binds_to_them()
    {
        var book = Book(On(Hosts("web1", "web2")) with { Concurrency = 2 });
        _world.Add(book);
        var plan = Assert.Single(_runs.Plan(Request("book")));
        Assert.Equal("sh on ssh://web1, ssh://web2", plan.Target);
        Assert.Equal("on ssh://web1, ssh://web2:", plan.Plan[0]);
        Assert.Empty(Done);
        await Task.CompletedTask;
    }
}
