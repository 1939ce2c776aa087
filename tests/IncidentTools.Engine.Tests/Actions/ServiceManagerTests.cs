using System.Diagnostics;
using System.Globalization;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Actions.Services;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.service-control");

    public void Dispose() => _folder.Dispose();

    /// <summary>A script in the place of a service manager: answers "show" with a file, and "restart" by writing another state into it.</summary>
    private void StandIn(string program, string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell script");
        _bench.Programs.Files[program] = _folder.Write(program, $"d='{_folder.Path}'\n{script}".Replace("\r", "", StringComparison.Ordinal));
    }

    private Arguments With(string manager, string name, string operation = "restart") =>
        Arguments(_action.Parameters, ("manager", manager), ("name", name), ("operation", operation), ("waitFor", TimeSpan.FromSeconds(2)));

    private static string Unit(string state, TimeSpan? ago = null, string load = "loaded", int pid = 4242, string group = "/system.slice/web.service")
    {
        var micro = ago is { } back ? ((long)((Stopwatch.GetElapsedTime(0) - back).TotalMilliseconds * 1000)).ToString(CultureInfo.InvariantCulture) : "0";
        return $"LoadState={load}\nActiveState={state}\nSubState=sub\nMainPID={pid}\nControlGroup={group}\nActiveEnterTimestampMonotonic={micro}\nStateChangeTimestampMonotonic={micro}\n";
    }

    private const string Systemctl = "case $1 in show) cat \"$d/state\" ;; restart) echo \"$2\" >> \"$d/did\"; cp \"$d/next\" \"$d/state\" ;; esac";

    [Fact]
    public async Task Systemd_restarts_and_its_own_times_tell_whether_it_did()
    {
        StandIn("systemctl", Systemctl);
        var (with, context) = (With("systemd", "web.service"), _bench.Context);
        _folder.Write("state", Unit("active", TimeSpan.FromMinutes(5)));
        Assert.Null(await _action.PreconditionAsync(with, context, default));
        Assert.Equal(CheckState.NotDone, (await _action.CheckAsync(with, context, default)).State);
        _folder.Write("next", Unit("active", TimeSpan.FromSeconds(-1)));
        Assert.Equal(ActionOutcome.Succeeded, (await _action.ExecuteAsync(with, context, default)).Outcome);
        Assert.Equal("web.service\n", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "did")));
        Assert.Equal(CheckState.Done, (await _action.CheckAsync(with, context, default)).State);
        foreach (var (state, expected) in new[] { ("activating", CheckState.InProgress), ("deactivating", CheckState.InProgress), ("failed", CheckState.NotDone), ("inactive", CheckState.NotDone), ("maintenance", CheckState.Unknown) })
        {
            _folder.Write("state", Unit(state));
            Assert.Equal(expected, (await _action.CheckAsync(with, context, default)).State);
        }
    }

    [Theory]
    [InlineData("no-such", "LoadState=not-found", "no unit"), InlineData("web", "LoadState=masked", "masked"), InlineData("web", "nothing", "cannot be told"), InlineData("reboot.target", "", "not one service"),
     InlineData("system.slice", "", "not one service"), InlineData("-x", "", "not the name"), InlineData("a b", "", "not the name"), InlineData("a;b", "", "not the name"), InlineData("", "", "name is needed")]
    public async Task A_unit_that_is_none_or_more_than_one_service_is_refused(string name, string state, string why)
    {
        StandIn("systemctl", "cat \"$d/state\"");
        _folder.Write("state", state + "\n");
        Assert.Contains(why, await _action.PreconditionAsync(With("systemd", name), _bench.Context, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_we_run_in_is_refused()
    {
        StandIn("systemctl", "cat \"$d/state\"");
        Assert.SkipUnless(File.Exists("/proc/self/cgroup"), "needs control groups");
        var own = (await File.ReadAllLinesAsync("/proc/self/cgroup")).Select(line => line.Split(':', 3)[^1]).FirstOrDefault(group => group.Length > 1);
        Assert.SkipWhen(own is null, "this process is in the root control group");
        _folder.Write("state", Unit("active", TimeSpan.FromMinutes(5), group: own!));
        Assert.Contains("runs inside", await _action.PreconditionAsync(With("systemd", "web"), _bench.Context, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manager_that_does_not_answer_is_no_permission()
    {
        StandIn("systemctl", "echo 'System has not been booted with systemd' >&2; exit 1");
        Assert.Contains("has not been booted", await _action.PreconditionAsync(With("systemd", "web"), _bench.Context, default), StringComparison.Ordinal);
        Assert.Equal(CheckState.Unknown, (await _action.CheckAsync(With("systemd", "web"), _bench.Context, default)).State);
    }

    [Fact]
    public async Task Docker_tells_since_when_a_container_runs()
    {
        StandIn("docker", "case \"$1 $2\" in 'container inspect') cat \"$d/state\" ;; esac; [ ! -f \"$d/fail\" ] || { cat \"$d/fail\" >&2; exit 1; }");
        var (with, context) = (With("docker", "web_1"), _bench.Context);
        async Task<CheckState> Check(string status, double seconds)
        {
            _folder.Write("state", $"0123456789abcdef {{\"Status\":\"{status}\",\"Pid\":7,\"StartedAt\":\"{context.IntendedAt.AddSeconds(seconds):yyyy-MM-dd'T'HH:mm:ss.fffffff}00Z\"}}");
            return (await _action.CheckAsync(with, context, default)).State;
        }

        Assert.Equal(CheckState.Done, await Check("running", 1));
        Assert.Equal(CheckState.NotDone, await Check("running", -60));
        Assert.Equal(CheckState.InProgress, await Check("restarting", -60));
        Assert.Equal(CheckState.NotDone, await Check("exited", -60));
        Assert.Equal(CheckState.Unknown, await Check("paused", -60));
        _folder.Write("state", "not json");
        Assert.Equal(CheckState.Unknown, (await _action.CheckAsync(with, context, default)).State);
        _folder.Write("fail", "Error response from daemon: No such container: web_1");
        Assert.Contains("no container web_1", await _action.PreconditionAsync(with, context, default), StringComparison.Ordinal);
        _folder.Write("fail", "Cannot connect to the Docker daemon");
        Assert.Contains("Cannot connect", await _action.PreconditionAsync(with, context, default), StringComparison.Ordinal);
        Assert.Equal(["docker kill --signal=HUP web_1"], _action.Plan(With("docker", "web_1", "reload")).Commands);
    }

    [Theory]
    [InlineData("        STATE              : 4  RUNNING \n        PID                : 612\n", "Running", 612)]
    [InlineData("        STATUS             : 1  STOPPED \n        PID                : 0\n", "Stopped", null)]
    [InlineData("        STATE              : 3  STOP_PENDING\n", "Stopping", null), InlineData("  STATE : 2  START_PENDING\n", "Starting", null), InlineData("  STATE : 7  PAUSED\n", "Unknown", null), InlineData("[SC] failed", "Unknown", null)]
    public void The_answer_of_sc_is_read_by_words_that_no_language_changes(string text, string phase, int? pid)
    {
        var state = WindowsServices.Read("SERVICE_NAME: web\n        TYPE               : 20  WIN32_SHARE_PROCESS\n" + text);
        Assert.Equal((phase, pid, (DateTimeOffset?)null), (state.Phase.ToString(), state.Pid, state.StartedAt));
    }

    [Fact]
    public void A_windows_restart_is_a_stop_that_is_awaited_and_a_start()
    {
        Assert.Equal(["sc.exe stop 'My Service'", "sc.exe start 'My Service'"], _action.Plan(With("scm", "My Service")).Commands);
        Assert.Contains("no reload", _action.Plan(With("scm", "w3svc", "reload")).Summary, StringComparison.Ordinal);
        foreach (var bad in new[] { "\\\\other", "/x", "-x", "a\nb" }) Assert.NotNull(new WindowsServices(bad).WhyNot("stop"));
    }

    [Fact]
    public async Task A_windows_service_is_stopped_waited_for_and_started()
    {
        StandIn("sc.exe", "case $1 in queryex) cat \"$d/state\"; [ -f \"$d/ticks\" ] && { rm \"$d/ticks\"; echo 'STATE : 1 STOPPED' > \"$d/state\"; } ;; stop) echo 'STATE : 3 STOP_PENDING' > \"$d/state\"; touch \"$d/ticks\" ;; start) grep -q STOPPED \"$d/state\" || exit 56; echo 'STATE : 4 RUNNING' > \"$d/state\" ;; esac; exit 0");
        _folder.Write("state", "STATE : 4 RUNNING\n");
        var result = await _action.ExecuteAsync(With("scm", "web"), _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal(2, _bench.Started.Count);
    }

    [Fact]
    public async Task On_windows_the_real_sc_answers()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "needs Windows");
        Assert.SkipWhen(File.Exists(Path.Combine(Environment.SystemDirectory, "winecfg.exe")), "Wine's sc.exe has no queryex");
        Assert.Contains("no service", await _action.PreconditionAsync(With("auto", "no-such-service-here"), _bench.Context, default), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_of_the_check_cover_stop_and_reload()
    {
        var now = TimeProvider.System.GetUtcNow();
        ServiceState Runs(double seconds) => new(ServicePhase.Running, "active") { StartedAt = now.AddSeconds(seconds) };
        CheckState Check(string operation, ServiceState state) => ServiceRules.Check(operation, state, now).State;
        Assert.Equal(CheckState.Done, Check("stop", new(ServicePhase.Stopped, "")));
        Assert.Equal(CheckState.NotDone, Check("stop", Runs(-60)));
        Assert.Equal(CheckState.Unknown, Check("stop", Runs(1)));
        Assert.Equal(CheckState.Unknown, Check("restart", new(ServicePhase.Running, "")));
        Assert.Equal(CheckState.Unknown, Check("reload", Runs(-60)));
        Assert.Equal(CheckState.Done, Check("reload", Runs(-60) with { ChangedAt = now.AddSeconds(1) }));
        Assert.Equal(CheckState.NotDone, Check("reload", Runs(-60) with { ChangedAt = now.AddSeconds(-60) }));
        Assert.Equal(CheckState.InProgress, Check("reload", new(ServicePhase.Reloading, "")));
    }
}
