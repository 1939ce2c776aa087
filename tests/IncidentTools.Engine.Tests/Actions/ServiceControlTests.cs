using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

public sealed class ServiceControlTests : IDisposable
{
    private readonly LittleService _service = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.service-control");

    public void Dispose() => _service.Dispose();

    private Task<ActionResult> DoAsync(Arguments with) => _action.ExecuteAsync(with, _bench.Context, default);

    [Fact]
    public async Task Start_stop_and_restart_do_and_confirm_what_they_say()
    {
        var start = await DoAsync(_service.With("start"));
        Assert.Equal((ActionOutcome.Succeeded, true), (start.Outcome, _service.Runs));
        var first = _service.Pid;
        var restart = await DoAsync(_service.With("restart"));
        Assert.Equal(ActionOutcome.Succeeded, restart.Outcome);
        Assert.NotEqual(first, _service.Pid);
        Assert.Equal((long)_service.Pid, Assert.IsType<IReadOnlyDictionary<string, object?>>(restart.Value, exactMatch: false)["pid"]);
        Assert.Equal(ActionOutcome.Succeeded, (await DoAsync(_service.With("reload"))).Outcome);
        var stop = await DoAsync(_service.With("stop"));
        Assert.Equal((ActionOutcome.Succeeded, false), (stop.Outcome, _service.Runs));
        Assert.Equal(4, _bench.Started.Count); // the status commands are questions, not processes of the attempt
    }

    [Fact]
    public async Task A_failing_start_fails_with_what_it_said()
    {
        _service.Set("broken");
        var result = await DoAsync(_service.With("start"));
        Assert.Equal((ActionOutcome.Failed, "ExitCode"), (result.Outcome, result.Error));
        Assert.Contains("cannot bind to port 80", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_says_it_started_and_dies_a_moment_later_did_not_start()
    {
        _service.Set("dies");
        var result = await DoAsync(_service.With("start", ("waitFor", TimeSpan.FromSeconds(2))));
        Assert.Equal((ActionOutcome.Failed, "NotRunning"), (result.Outcome, result.Error));
    }

    [Fact]
    public async Task A_restart_that_left_the_old_process_is_not_one()
    {
        await DoAsync(_service.With("start"));
        await Task.Delay(200);
        var result = await DoAsync(_service.With("restart", ("command", new List<object?> { "/bin/sh", "-c", "exit 0" }), ("waitFor", TimeSpan.FromSeconds(1))));
        Assert.Equal((ActionOutcome.Failed, "NotRestarted"), (result.Outcome, result.Error));
    }

    [Fact]
    public async Task When_its_state_cannot_be_told_afterwards_the_attempt_is_in_doubt()
    {
        _service.Set("blind");
        var result = await DoAsync(_service.With("start", ("waitFor", TimeSpan.FromSeconds(1))));
        Assert.Equal((ActionOutcome.InDoubt, "StateUnknown"), (result.Outcome, result.Error));
        Assert.Equal(CheckState.Unknown, (await _action.CheckAsync(_service.With("start"), _bench.Context, default)).State);
    }

    [Theory, InlineData("before", CheckState.NotDone, true), InlineData("between", CheckState.NotDone, false), InlineData("after", CheckState.Done, true)]
    public async Task A_restart_cut_off_in_the_middle_is_in_doubt_and_the_check_tells_what_became_of_it(string where, CheckState expected, bool runs)
    {
        await DoAsync(_service.With("start"));
        await Task.Delay(200);
        _service.Set("hang-" + where);
        using var cancel = new CancellationTokenSource();
        var context = _bench.Context;
        var running = _action.ExecuteAsync(_service.With("restart"), context, cancel.Token);
        var hanging = await _service.HangsAsync();
        await cancel.CancelAsync();
        var result = await running;
        Assert.Equal((ActionOutcome.InDoubt, "Cancelled"), (result.Outcome, result.Error));
        Assert.False(Execution.Programs.Lives(hanging));
        Assert.Equal(runs, _service.Runs);
        Assert.Equal(expected, (await _action.CheckAsync(_service.With("restart"), context, default)).State);
    }

    [Fact]
    public async Task After_a_crash_of_the_runner_the_successor_ends_the_restart_and_then_asks()
    {
        await DoAsync(_service.With("start"));
        await Task.Delay(200);
        _service.Set("hang-between");
        var context = _bench.Context;
        var command = CommandLine.Of(_service.Command("restart"));
        // the runner is gone: nobody waits for this one
        using var orphan = System.Diagnostics.Process.Start(command[0], command.Skip(1));
        var identity = ProcessIdentity.Here(orphan.Id, new DateTimeOffset(orphan.StartTime.ToUniversalTime()));
        await _service.HangsAsync();
        Assert.Equal(ProcessLife.Lives, identity.Life());
        Assert.Equal(ProcessLife.Gone, await identity.EndAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System, default));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(_service.With("restart"), context, default)).State);
        _service.Unset("hang-between");
        Assert.Equal(ActionOutcome.Succeeded, (await DoAsync(_service.With("restart"))).Outcome);
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(_service.With("restart"), context, default)).State);
    }

    [Fact]
    public async Task Start_and_stop_take_each_other_back_only_where_they_changed_something()
    {
        var with = _service.With("start", ("undo", _service.Command("stop")));
        Assert.True(_action.CanUndo(with));
        Assert.Contains("stop", _action.Plan(with).Undo, StringComparison.Ordinal);
        var first = await DoAsync(with);
        var second = await DoAsync(with);
        Assert.Contains("ran already", second.Message, StringComparison.Ordinal);
        await _action.UndoAsync(with, second.UndoData, _bench.Context, default)!;
        Assert.True(_service.Runs);
        var undone = await _action.UndoAsync(with, first.UndoData, _bench.Context, default)!;
        Assert.Equal((ActionOutcome.Succeeded, false), (undone.Outcome, _service.Runs));
    }

    [Fact]
    public void A_restart_has_no_undo_and_the_plan_says_so()
    {
        var with = _service.With("restart", ("undo", _service.Command("stop")));
        Assert.False(_action.CanUndo(with));
        Assert.Null(_action.Plan(with).Undo);
        Assert.Null(_action.UndoAsync(with, new Dictionary<string, object?>(), _bench.Context, default));
        Assert.False(_action.CanUndo(_service.With("start"))); // by command, without one for the opposite
    }

    [Fact]
    public async Task The_first_process_ourselves_and_what_holds_the_journal_are_never_touched()
    {
        async Task<string?> Refused(int pid, ActionContext? context = null)
        {
            await File.WriteAllTextAsync(_service.PidFile, $"{pid}\n");
            var with = _service.With("stop", ("status", null));
            var why = await _action.PreconditionAsync(with, context ?? _bench.Context, default);
            Assert.Equal((ActionOutcome.Failed, "Refused"), (await _action.ExecuteAsync(with, context ?? _bench.Context, default)) is var result ? (result.Outcome, result.Error) : default);
            return why;
        }

        Assert.Contains("first process", await Refused(1), StringComparison.Ordinal);
        Assert.Contains("this very process", await Refused(Environment.ProcessId), StringComparison.Ordinal);
        using var store = System.Diagnostics.Process.Start("/bin/sleep", ["300"]);
        try { Assert.Contains("holds the journal", await Refused(store.Id, _bench.Context with { ProtectedProcesses = new Dictionary<int, string> { [store.Id] = "the server that holds the journal" } }), StringComparison.Ordinal); }
        finally { store.Kill(); }
        File.Delete(_service.PidFile);
        Assert.Empty(_bench.Started);
    }

    [Fact]
    public async Task A_pid_file_of_another_time_is_not_believed()
    {
        using var other = System.Diagnostics.Process.Start("/bin/sleep", ["300"]);
        try
        {
            await File.WriteAllTextAsync(_service.PidFile, $"{other.Id}");
            File.SetLastWriteTimeUtc(_service.PidFile, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));
            var check = await _action.CheckAsync(_service.With("start", ("status", null)), _bench.Context, default);
            Assert.Equal(CheckState.NotDone, check.State);
            Assert.Contains("it is another", check.Message, StringComparison.Ordinal);
            await File.WriteAllTextAsync(_service.PidFile, "not a number");
            Assert.Equal(CheckState.Unknown, (await _action.CheckAsync(_service.With("start", ("status", null)), _bench.Context, default)).State);
        }
        finally
        {
            other.Kill();
            File.Delete(_service.PidFile);
        }
    }

    [Fact]
    public async Task Without_anything_to_ask_with_success_says_that_it_was_not_confirmed()
    {
        var with = _service.With("start", ("status", null), ("pidFile", null));
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        var result = await DoAsync(with);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Contains("not confirmed", result.Message, StringComparison.Ordinal);
        Assert.Equal(CheckState.Unknown, (await _action.CheckAsync(with, _bench.Context, default)).State);
    }
}
