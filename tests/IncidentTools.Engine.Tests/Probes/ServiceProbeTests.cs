using System.Diagnostics;
using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Services;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>What managers say, in their own words, and what a restart's check makes of it.</summary>
public sealed class ServiceProbeTests : IDisposable
{
    private const string Active = """
        LoadState=loaded
        ActiveState=active
        SubState=running
        Result=success
        MainPID=4242
        ExecMainStatus=0
        NRestarts=3
        ActiveEnterTimestamp=Sun 2026-11-01 09:00:00.250000 UTC
        ExecMainStartTimestamp=Sun 2026-11-01 08:59:59.750000 UTC
        UnitFileState=enabled
        Type=notify
        """;

    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    /// <summary>A systemctl that gives this answer, whatever it is asked.</summary>
    private Task<ProbeResult> Systemd(string answer, string more = "", int exit = 0, string error = "")
    {
        Script.Require();
        Script.Write(_folder, "systemctl", $"cat <<'END'\n{answer}\nEND\nprintf '%s' '{error}' >&2\nexit {exit}\n");
        return ProbeRun.Check("probe.service", $"name: web.service\nmanager: systemd\n{more}", processes: new RealProcesses(_folder.Path));
    }

    [Fact]
    public async Task A_running_unit_passes_with_its_figures()
    {
        var result = await Systemd(Active);
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(("running", (object?)true, (object?)4242L, (object?)3L), (result.Get("state"), result.Get("running"), result.Get("pid"), result.Get("restarts")));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 9, 0, 0, 250, TimeSpan.Zero), result.Get("startedAt"));
        Assert.Equal("success", result.Observations["result"]);
    }

    [Theory]
    [InlineData("ActiveState=active", "ActiveState=failed", ProbeStatus.Fail, "NotRunning", "failed")]
    [InlineData("ActiveState=active", "ActiveState=inactive", ProbeStatus.Fail, "NotRunning", "stopped")]
    [InlineData("ActiveState=active", "ActiveState=activating", ProbeStatus.Fail, "Starting", "starting")]
    [InlineData("ActiveState=active", "ActiveState=deactivating", ProbeStatus.Fail, "Stopping", "stopping")]
    [InlineData("ActiveState=active\nSubState=running", "ActiveState=activating\nSubState=auto-restart", ProbeStatus.Fail, "NotRunning", "restarting")]
    [InlineData("LoadState=loaded\nActiveState=active", "LoadState=not-found\nActiveState=inactive", ProbeStatus.Fail, "NotFound", "notFound")]
    [InlineData("ActiveState=active", "ActiveState=reloading", ProbeStatus.Pass, null, "running")]
    [InlineData("ActiveState=active", "ActiveState=perplexed", ProbeStatus.Error, "InvalidResponse", "unknown")]
    public async Task Every_state_of_a_unit_has_its_answer(string from, string to, ProbeStatus status, string? error, string state)
    {
        var answer = Active.ReplaceLineEndings("\n").Replace(from, to, StringComparison.Ordinal);
        var result = await Systemd(answer);
        result.Is(status, error);
        Assert.Equal(state, result.Get("state"));
    }

    [Theory]
    [InlineData("2026-11-01T09:00:00Z", ProbeStatus.Pass, null)]
    [InlineData("2026-11-01T09:00:00.250Z", ProbeStatus.Pass, null)]
    [InlineData("2026-11-01T09:00:00.400Z", ProbeStatus.Fail, "NotRestarted")]
    [InlineData("2026-11-01T10:00:00+02:00", ProbeStatus.Pass, null)]
    public async Task The_check_of_a_restart_is_whether_it_started_after_its_intent(string moment, ProbeStatus status, string? error) =>
        (await Systemd(Active, $"startedAfter: {moment}")).Is(status, error);

    [Fact]
    public async Task An_older_systemd_tells_seconds_and_gets_the_benefit_of_one()
    {
        Script.Require();
        Script.Write(_folder, "systemctl", $"case \"$*\" in *--timestamp*) echo \"systemctl: unrecognized option '--timestamp=us+utc'\" >&2; exit 1;; esac\ncat <<'END'\n{Active.Replace(".250000", "", StringComparison.Ordinal)}\nEND\n");
        Task<ProbeResult> Check(string moment) => ProbeRun.Check("probe.service", $"name: web\nmanager: systemd\nstartedAfter: {moment}", processes: new RealProcesses(_folder.Path));
        (await Check("2026-11-01T09:00:00.900Z")).Is(ProbeStatus.Pass, null);
        (await Check("2026-11-01T09:00:01Z")).Is(ProbeStatus.Fail, "NotRestarted");
    }

    [Fact]
    public async Task A_start_time_that_is_not_known_settles_nothing() =>
        (await Systemd("LoadState=loaded\nActiveState=active\nSubState=exited\nActiveEnterTimestamp=n/a", "startedAfter: 2026-11-01T09:00:00Z")).Is(ProbeStatus.Error, "StartUnknown");

    [Fact]
    public async Task Many_restarts_are_a_warning() => (await Systemd(Active, "maxRestarts: 2")).Is(ProbeStatus.Warn, "TooManyRestarts");

    [Fact]
    public async Task A_stopped_service_can_be_what_is_wanted()
    {
        (await Systemd(Active.Replace("=active", "=inactive", StringComparison.Ordinal), "expectState: stopped")).Is(ProbeStatus.Pass, null);
        (await Systemd(Active, "expectState: stopped")).Is(ProbeStatus.Fail, "Running");
    }

    [Fact]
    public async Task A_manager_that_cannot_be_asked_is_an_error()
    {
        (await Systemd("", exit: 1, error: "System has not been booted with systemd as init system (PID 1).")).Is(ProbeStatus.Error, "ManagerMissing");
        (await Systemd("", exit: 1, error: "Access denied")).Is(ProbeStatus.Error, "ExitCode");
        (await Systemd("")).Is(ProbeStatus.Error, "InvalidResponse");
        (await ProbeRun.Check("probe.service", "name: web\nmanager: docker", processes: new NoPrograms())).Is(ProbeStatus.Error, "ManagerMissing");
        if (!OperatingSystem.IsWindows()) (await ProbeRun.Check("probe.service", "name: web\nmanager: scm")).Is(ProbeStatus.Error, "ManagerMissing");
        if (OperatingSystem.IsLinux() && !Directory.Exists("/run/systemd/system")) (await ProbeRun.Check("probe.service", "name: web")).Is(ProbeStatus.Error, "ManagerMissing");
    }

    [Fact]
    public async Task A_manager_that_hangs_is_an_error()
    {
        Script.Require();
        Script.Write(_folder, "systemctl", "exec sleep 300\n");
        (await ProbeRun.Check("probe.service", "name: web\nmanager: systemd\ntimeout: 300ms", processes: new RealProcesses(_folder.Path))).Is(ProbeStatus.Error, "Timeout");
    }

    private const string Container = """{"state":{"Status":"running","Running":true,"OOMKilled":false,"Pid":77,"ExitCode":0,"Error":"","StartedAt":"2026-11-01T09:00:00.123456789Z"},"restarts":1,"image":"web:1"}""";

    [Theory]
    [InlineData("\"Pid\"", "\"Pid\"", ProbeStatus.Pass, null)]
    [InlineData("\"OOMKilled\":false", "\"Health\":{\"Status\":\"unhealthy\"},\"OOMKilled\":false", ProbeStatus.Fail, "Unhealthy")]
    [InlineData("\"OOMKilled\":false", "\"Health\":{\"Status\":\"starting\"},\"OOMKilled\":false", ProbeStatus.Fail, "Starting")]
    [InlineData("running\",\"Running\":true,\"OOMKilled\":false,\"Pid\":77,\"ExitCode\":0", "exited\",\"Running\":false,\"OOMKilled\":true,\"Pid\":0,\"ExitCode\":137", ProbeStatus.Fail, "NotRunning")]
    [InlineData("\"Status\":\"running\"", "\"Status\":\"restarting\"", ProbeStatus.Fail, "NotRunning")]
    [InlineData("{\"state\"", "[{\"state\"", ProbeStatus.Error, "InvalidResponse")]
    public async Task A_container_is_asked_of_docker(string from, string to, ProbeStatus status, string? error)
    {
        Script.Require();
        Assert.Contains(from, Container, StringComparison.Ordinal);
        Script.Write(_folder, "docker", $"cat <<'END'\n{Container.Replace(from, to, StringComparison.Ordinal)}\nEND\n");
        var result = await ProbeRun.Check("probe.service", "name: web\nmanager: docker", processes: new RealProcesses(_folder.Path));
        result.Is(status, error);
        if (to.Contains("137", StringComparison.Ordinal)) Assert.Contains("lack of memory", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Error: No such container: web", ProbeStatus.Fail, "NotFound")]
    [InlineData("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", ProbeStatus.Error, "ManagerMissing")]
    public async Task What_docker_refuses_is_told_apart(string said, ProbeStatus status, string error)
    {
        Script.Require();
        Script.Write(_folder, "docker", $"echo '{said}' >&2\nexit 1\n");
        (await ProbeRun.Check("probe.service", "name: web\nmanager: docker", processes: new RealProcesses(_folder.Path))).Is(status, error);
    }

    [Theory]
    [InlineData(0, ProbeStatus.Pass, null)]
    [InlineData(1, ProbeStatus.Fail, "NotRunning")]
    [InlineData(3, ProbeStatus.Fail, "NotRunning")]
    [InlineData(4, ProbeStatus.Error, "ExitCode")]
    [InlineData(127, ProbeStatus.Error, "ExitCode")]
    [InlineData(137, ProbeStatus.Error, "Killed")]
    public async Task A_status_command_tells_by_its_exit_code(int exit, ProbeStatus status, string? error)
    {
        Script.Require();
        var program = Script.Write(_folder, "status", $"echo \"asked: $1\"\nexit {exit}\n");
        var result = await ProbeRun.Check("probe.service", $"status: ['{program}', 'a b']");
        result.Is(status, error);
        if (status != ProbeStatus.Error) Assert.Equal("asked: a b", result.Observations["output"]);
    }

    [Fact]
    public async Task A_status_command_that_is_not_there_is_an_error() => (await ProbeRun.Check("probe.service", "status: [no-such-program-here]")).Is(ProbeStatus.Error, "NotStarted");

    [Fact]
    public async Task A_pid_file_answers_when_the_service_started()
    {
        using var self = Process.GetCurrentProcess();
        var started = new DateTimeOffset(self.StartTime).ToUniversalTime();
        var file = _folder.Write("it.pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Task<ProbeResult> Check(DateTimeOffset moment) => ProbeRun.Check("probe.service", $"pidFile: '{file}'\nstartedAfter: {moment.ToString("O", CultureInfo.InvariantCulture)}");
        (await Check(started.AddSeconds(-2))).Is(ProbeStatus.Pass, null);
        (await Check(started.AddSeconds(2))).Is(ProbeStatus.Fail, "NotRestarted");
        File.Delete(file);
        (await Check(started)).Is(ProbeStatus.Fail, "NotRunning");
    }

    [Fact]
    public async Task A_stale_pid_file_is_told()
    {
        var child = TestChild.Request("exit", "0");
        using var ended = Process.Start(new ProcessStartInfo(child.Program, child.Arguments))!;
        ended.WaitForExit();
        (await ProbeRun.Check("probe.service", $"pidFile: {_folder.Write("old.pid", ended.Id.ToString(CultureInfo.InvariantCulture))}")).Is(ProbeStatus.Fail, "StalePidFile");
    }

    [Fact]
    public async Task Windows_is_asked_for_its_services()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "needs the service control manager of Windows");
        (await ProbeRun.Check("probe.service", "name: no-such-service-here")).Is(ProbeStatus.Fail, "NotFound");
        var result = await ProbeRun.Check("probe.service", "name: PlugPlay");
        Assert.Equal("scm", result.Get("manager"));
        Assert.Contains(result.Get("state"), new object?[] { "running", "stopped", "starting" });
    }

    [Fact]
    public void A_unit_that_never_started_has_no_start() => Assert.Null(SystemdService.Read("LoadState=loaded\nActiveState=inactive\nSubState=dead\nActiveEnterTimestamp=\nMainPID=0").StartedAt);

    [Fact]
    public async Task Nothing_asked_for_is_an_error() => (await ProbeRun.Check("probe.service", "expectState: running")).Is(ProbeStatus.Error, "InvalidArgument");
}

/// <summary>A machine without any program.</summary>
internal sealed class NoPrograms : IProcessRunner
{
    public string? Find(string program) => null;
    public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation) => Task.FromResult(new ProcessResult(null, "", "", false, false, false, "there is no such program", TimeSpan.Zero));
}
