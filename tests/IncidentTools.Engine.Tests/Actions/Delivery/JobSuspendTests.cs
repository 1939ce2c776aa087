using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Actions.Delivery;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions.Delivery;

public sealed class JobSuspendTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private static IAction Suspend => Action("action.job-suspend");

    public void Dispose() => _folder.Dispose();

    private static Arguments With(params (string, object?)[] more) => Arguments(Suspend.Parameters, [("name", "job"), .. more]);

    [Fact]
    public async Task A_file_of_cron_is_put_aside_under_a_name_that_cron_leaves_out()
    {
        var file = _folder.Write("report", "* * * * * root /bin/true\n");
        var with = With(("file", file));
        Assert.Null(await Suspend.PreconditionAsync(with, _bench.Context, default));
        var result = await Suspend.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal((ActionOutcome.Succeeded, false), (result.Outcome, File.Exists(file)));
        Assert.Equal(".report.suspended", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder.Path))));
        Assert.Equal(CheckState.Done, (await Suspend.CheckAsync(with, _bench.Context, default)).State);
        var again = await Suspend.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal((ActionOutcome.Succeeded, false), (again.Outcome, again.UndoData["changed"]));
        Assert.Equal(ActionOutcome.Succeeded, (await Suspend.UndoAsync(with, again.UndoData, _bench.Context, default)!).Outcome);
        Assert.False(File.Exists(file)); // it was suspended before the second: that one has nothing to take back
        Assert.Equal(ActionOutcome.Succeeded, (await Suspend.UndoAsync(with, result.UndoData, _bench.Context, default)!).Outcome);
        Assert.Equal("* * * * * root /bin/true\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Commands_are_verified_and_one_that_does_nothing_has_failed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        var flag = Path.Combine(_folder.Path, "flag");
        List<object?> Sh(string script) => ["/bin/sh", "-c", script, "sh", flag];
        var with = With(("command", Sh("touch \"$1\"")), ("undo", Sh("rm \"$1\"")), ("verify", Sh("test -f \"$1\"")));
        var result = await Suspend.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal((ActionOutcome.Succeeded, true), (result.Outcome, File.Exists(flag)));
        Assert.Equal(ActionOutcome.Succeeded, (await Suspend.UndoAsync(with, result.UndoData, _bench.Context, default)!).Outcome);
        Assert.Equal("NotVerified", (await Suspend.ExecuteAsync(With(("command", Sh("exit 0")), ("undo", Sh("exit 0")), ("verify", Sh("test -f \"$1\""))), _bench.Context, default)).Error);
        Assert.False(Suspend.CanUndo(With(("command", Sh("exit 0")))));
        await File.WriteAllTextAsync(flag, "");
        var resume = With(("operation", "resume"), ("command", Sh("touch \"$1\"")), ("undo", Sh("rm \"$1\"")), ("verify", Sh("test -f \"$1\"")));
        Assert.StartsWith("/bin/sh -c 'rm", Suspend.Plan(resume).Commands[0], StringComparison.Ordinal);
        Assert.Equal((ActionOutcome.Succeeded, false), ((await Suspend.ExecuteAsync(resume, _bench.Context, default)).Outcome, File.Exists(flag)));
        Assert.Equal(CheckState.Done, (await Suspend.CheckAsync(resume, _bench.Context, default)).State);
    }

    [Theory]
    [InlineData("LoadState=loaded\nActiveState=active\n", false), InlineData("LoadState=loaded\nActiveState=inactive\n", true), InlineData("LoadState=not-found\nActiveState=inactive\n", null), InlineData("", null)]
    public void Systemd_is_read_as_it_says_and_a_timer_that_is_not_there_is_not_suspended(string output, bool? suspended) => Assert.Equal(suspended, SystemdTimer.Read(output).Suspended);

    /// <summary>The form of the scheduler's definition; the content is made up.</summary>
    [Theory]
    [InlineData("<Task><Triggers><Enabled>false</Enabled></Triggers><Settings><Enabled>true</Enabled></Settings></Task>", false), InlineData("<Task><Settings><Hidden>false</Hidden></Settings></Task>", false)]
    [InlineData("<Task><Settings>\r\n<Enabled>false</Enabled>\r\n</Settings></Task>", true), InlineData("ERROR", null)]
    public void A_task_of_windows_is_disabled_only_by_its_settings(string xml, bool? suspended) => Assert.Equal(suspended, ScheduledTask.Read(xml).Suspended);
}
