using IncidentTools.Engine.Execution;
using static IncidentTools.Engine.Tests.Execution.Programs;

namespace IncidentTools.Engine.Tests.Execution;

public sealed class ProcessTreeTests
{
    [Fact]
    public async Task At_the_time_limit_children_and_grandchildren_end_too()
    {
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var running = RunAsync(TestChild.Request("tree", "2", folder.Path) with { Grace = TimeSpan.FromSeconds(1) }, cancel.Token);
        var pids = new List<int>();
        foreach (var name in new[] { "2", "1", "0" }) pids.Add(await PidAsync(Path.Combine(folder.Path, name)));
        Assert.All(pids, pid => Assert.True(Lives(pid)));
        await cancel.CancelAsync();
        var result = await running;
        Assert.True(result is { Cancelled: true, TimedOut: false, ExitCode: null });
        Assert.All(pids, pid => Assert.False(Lives(pid)));
    }

    [Fact]
    public async Task At_the_time_limit_what_was_written_until_then_is_kept()
    {
        var result = await RunAsync(TestChild.Request("sleep", "300") with { Timeout = TimeSpan.FromSeconds(4), Grace = TimeSpan.FromMilliseconds(200) });
        Assert.True(result is { TimedOut: true, Cancelled: false, ExitCode: null });
        Assert.Equal("sleeping\n", result.Output);
    }

    [Fact]
    public async Task A_program_is_asked_first_and_may_clean_up()
    {
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var done = Path.Combine(folder.Path, "cleaned");
        var running = RunAsync(Shell("trap 'echo cleaned > \"$1\"; exit 0' TERM; echo $$ > \"$1.pid\"; while :; do sleep 0.05; done", done) with { Grace = TimeSpan.FromSeconds(30) }, cancel.Token);
        await PidAsync(done + ".pid");
        await cancel.CancelAsync();
        Assert.True((await running).Took < TimeSpan.FromSeconds(25));
        Assert.Equal("cleaned\n", await File.ReadAllTextAsync(done));
    }

    [Fact]
    public async Task A_program_that_does_not_listen_is_ended_after_the_grace()
    {
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var file = Path.Combine(folder.Path, "pid");
        // the child ignores the signal as well: that is inherited
        var running = RunAsync(Shell("trap '' TERM HUP INT; sleep 300 & echo $! > \"$1\"; while :; do sleep 0.2; done", file) with { Grace = TimeSpan.FromMilliseconds(300) }, cancel.Token);
        var child = await PidAsync(file);
        await cancel.CancelAsync();
        Assert.True((await running).Cancelled);
        Assert.False(Lives(child));
    }

    [Fact]
    public async Task One_that_left_its_parent_but_holds_the_output_belongs_to_the_tree()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "who holds a pipe can be seen on Linux only");
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var file = Path.Combine(folder.Path, "pid");
        // the middle shell ends, so that the sleeper has another parent before anybody looks
        var running = RunAsync(Shell("sh -c 'sleep 300 & echo $! > \"$1\"' sh \"$1\"; sleep 300", file) with { Grace = TimeSpan.FromMilliseconds(300) }, cancel.Token);
        var stray = await PidAsync(file);
        await cancel.CancelAsync();
        await running;
        Assert.False(Lives(stray));
    }

    [Fact]
    public async Task A_program_that_ends_well_may_leave_a_service_running()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "pid");
        var result = await RunAsync(Shell("(setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $! > \"$1\"); echo started", file));
        var service = await PidAsync(file);
        try
        {
            Assert.Equal((0, "started\n", false), (result.ExitCode, result.Output, result.Truncated));
            Assert.True(Lives(service));
        }
        finally { End(service); }
    }

    [Fact]
    public async Task One_left_behind_that_holds_the_output_does_not_hold_us()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "pid");
        var result = await RunAsync(TestChild.Request("leave", file) with { Timeout = TimeSpan.FromMinutes(4) });
        var left = await PidAsync(file);
        try
        {
            Assert.True(result is { ExitCode: 0, TimedOut: false, Truncated: true });
            Assert.Contains("started\n", result.Output, StringComparison.Ordinal);
            Assert.Contains("left behind", result.Output, StringComparison.Ordinal);
            Assert.True(Lives(left));
        }
        finally { End(left); }
    }

    [Fact]
    public async Task One_left_behind_that_never_stops_writing_does_not_hold_us()
    {
        var result = await RunAsync(Shell("yes > /dev/stderr & echo started") with { Timeout = TimeSpan.FromMinutes(4) });
        Assert.True(result is { ExitCode: 0, TimedOut: false, Truncated: true });
    }

    [Fact]
    public void The_list_of_ps_and_that_of_the_kernel_are_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/ps"), "needs both /proc and ps");
        var own = Assert.Single(ProcessTable.FromPs(), row => row.Pid == Environment.ProcessId);
        Assert.Equal(ProcessTable.Find(Environment.ProcessId)!.Value.Parent, own.Parent);
        Assert.False(own.Ended);
    }
}
