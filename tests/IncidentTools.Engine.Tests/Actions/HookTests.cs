using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

public sealed class HookTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private string Flag => Path.Combine(_folder.Path, "out");

    public void Dispose() => _folder.Dispose();

    private List<object?> Sh(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        return ["/bin/sh", "-c", script, "sh", Flag];
    }

    private Arguments Drain(params (string, object?)[] more) => Arguments(Action("action.drain").Parameters,
        [("command", Sh("touch \"$1\"")), ("verify", Sh("test -f \"$1\"")), ("undo", Sh("rm \"$1\"")), ("waitFor", TimeSpan.FromSeconds(1)), .. more]);

    [Fact]
    public async Task Draining_is_verified_checked_and_taken_back()
    {
        var (action, with) = (Action("action.drain"), Drain());
        Assert.Null(await action.PreconditionAsync(with, _bench.Context, default));
        Assert.Equal(CheckState.NotDone, (await action.CheckAsync(with, _bench.Context, default)).State);
        var result = await action.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal((ActionOutcome.Succeeded, true), (result.Outcome, File.Exists(Flag)));
        Assert.Equal(CheckState.Done, (await action.CheckAsync(with, _bench.Context, default)).State);
        Assert.Equal(ActionOutcome.Succeeded, (await action.UndoAsync(with, result.UndoData, _bench.Context, default)!).Outcome);
        Assert.False(File.Exists(Flag));
    }

    [Fact]
    public async Task A_hook_that_says_yes_and_does_nothing_has_failed()
    {
        var (action, with) = (Action("action.drain"), Drain(("command", Sh("exit 0")), ("undo", Sh("exit 0"))));
        var result = await action.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "NotVerified"), (result.Outcome, result.Error));
        await File.WriteAllTextAsync(Flag, "");
        Assert.Equal((ActionOutcome.Failed, "NotVerified"), await action.UndoAsync(with, result.UndoData, _bench.Context, default)! is var undone ? (undone.Outcome, undone.Error) : default);
    }

    [Fact]
    public async Task A_verify_that_cannot_be_asked_leaves_it_in_doubt()
    {
        var (action, with) = (Action("action.undrain"), Drain(("verify", new List<object?> { "no-such-program-at-all" })));
        Assert.Contains("no-such-program-at-all", await action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        Assert.Equal(ActionOutcome.InDoubt, (await action.ExecuteAsync(with, _bench.Context, default)).Outcome);
        Assert.Equal(CheckState.Unknown, (await action.CheckAsync(with, _bench.Context, default)).State);
    }

    [Fact]
    public async Task A_hook_that_takes_too_long_is_in_doubt()
    {
        var result = await Action("action.drain").ExecuteAsync(Drain(("command", Sh("sleep 300")), ("timeout", TimeSpan.FromMilliseconds(500))), _bench.Context, default);
        Assert.Equal((ActionOutcome.InDoubt, "TimedOut"), (result.Outcome, result.Error));
    }

    [Fact]
    public async Task Cancelled_while_waiting_for_the_effect_it_is_in_doubt()
    {
        using var cancel = new CancellationTokenSource();
        var context = _bench.Context with { OnProcessStarted = (_, _) => cancel.CancelAfter(700) };
        var result = await Action("action.drain").ExecuteAsync(Drain(("command", Sh("exit 0")), ("waitFor", TimeSpan.FromMinutes(5))), context, cancel.Token);
        Assert.Equal((ActionOutcome.InDoubt, "Cancelled"), (result.Outcome, result.Error));
    }

    [Fact]
    public async Task Rolling_back_hands_the_version_over_as_one_argument()
    {
        var action = Action("action.rollback");
        Arguments With(string? version) => Arguments(action.Parameters, ("command", Sh("printf '%s' \"$2\" > \"$1\"")), ("version", version), ("verify", Sh("grep -q 1.4.1 \"$1\"")), ("forward", Sh("echo 1.5.0 > \"$1\"")), ("waitFor", TimeSpan.FromSeconds(1)));
        var result = await action.ExecuteAsync(With("1.4.1"), _bench.Context, default);
        Assert.Equal((ActionOutcome.Succeeded, "1.4.1"), (result.Outcome, await File.ReadAllTextAsync(Flag)));
        Assert.EndsWith(" 1.4.1", action.Plan(With("1.4.1")).Commands[0], StringComparison.Ordinal);
        Assert.Equal(ActionOutcome.Succeeded, (await action.UndoAsync(With("1.4.1"), result.UndoData, _bench.Context, default)!).Outcome);
        Assert.Equal(CheckState.NotDone, (await action.CheckAsync(With(null), _bench.Context, default)).State);
        foreach (var bad in new[] { "--force", "1.4 1", "$(x)", "" }) Assert.Contains("not the name of a release", await action.PreconditionAsync(With(bad), _bench.Context, default), StringComparison.Ordinal);
        Assert.Null(action.Plan(Arguments(action.Parameters, ("command", Sh("x")))).Undo);
    }
}
