using System.Diagnostics;
using System.Globalization;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Processes;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Real processes and pid files.</summary>
public sealed class ProcessProbeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            try { process.Kill(); }
            catch (InvalidOperationException) { } // has ended
            process.WaitForExit();
            process.Dispose();
        }
        _folder.Dispose();
    }

    private Process Sleeper()
    {
        // a program of the test's own name, so that no other process of the machine is meant
        var windows = OperatingSystem.IsWindows();
        var file = Path.Combine(_folder.Path, windows ? "it-sleeper.exe" : "it-sleeper");
        if (!File.Exists(file)) File.Copy(windows ? Path.Combine(Environment.SystemDirectory, "ping.exe") : "/bin/sleep", file);
        var process = Process.Start(new ProcessStartInfo(file, windows ? "-n 300 127.0.0.1" : "300") { RedirectStandardOutput = windows })!;
        _started.Add(process);
        return process;
    }

    private string PidFile(int pid) => _folder.Write("service.pid", pid.ToString(CultureInfo.InvariantCulture) + "\n");

    [Fact]
    public async Task A_running_program_is_found_by_name_by_id_by_file_and_by_its_command()
    {
        var before = DateTimeOffset.UtcNow;
        var process = Sleeper();
        string[] ways = ["name: it-sleeper", $"pid: {process.Id}", $"pidFile: {PidFile(process.Id)}"];
        if (OperatingSystem.IsLinux()) ways = [.. ways, $"commandPattern: '{_folder.Path}/it-sleeper 300'"];
        foreach (var with in ways)
        {
            var result = await ProbeRun.Check("probe.process", with);
            result.Is(ProbeStatus.Pass, null);
            Assert.Equal(((object?)1L, (object?)(long)process.Id), (result.Get("count"), result.Get("pid")));
            Assert.InRange(result.Get<DateTimeOffset>("startedAt"), before - TimeSpan.FromSeconds(1), DateTimeOffset.UtcNow.AddSeconds(1));
            var item = (IReadOnlyDictionary<string, object?>)result.Get<IReadOnlyList<object?>>("processes")[0]!;
            if (OperatingSystem.IsLinux()) Assert.EndsWith("it-sleeper 300", (string)item["command"]!, StringComparison.Ordinal);
            Assert.True((long)item["rssBytes"]! > 0);
        }
    }

    [Fact]
    public async Task This_process_is_found_on_every_system()
    {
        using var self = Process.GetCurrentProcess();
        var result = await ProbeRun.Check("probe.process", $"pid: {Environment.ProcessId}");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(new DateTimeOffset(self.StartTime).ToUniversalTime(), result.Get<DateTimeOffset>("startedAt"), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task The_count_has_limits()
    {
        Sleeper();
        Sleeper();
        (await ProbeRun.Check("probe.process", "name: it-sleeper\nminCount: 3")).Is(ProbeStatus.Fail, "NotRunning");
        (await ProbeRun.Check("probe.process", "name: it-sleeper\nmaxCount: 1")).Is(ProbeStatus.Fail, "TooMany");
        (await ProbeRun.Check("probe.process", "name: it-sleeper\nminCount: 2\nmaxCount: 2")).Is(ProbeStatus.Pass, null);
        (await ProbeRun.Check("probe.process", "name: it-sleeper\nminCount: 0\nmaxCount: 0")).Is(ProbeStatus.Fail, "Running");
        (await ProbeRun.Check("probe.process", "name: it-sleeper-not\nminCount: 0\nmaxCount: 0")).Is(ProbeStatus.Pass, null);
        (await ProbeRun.Check("probe.process", "name: it-sleeper-not")).Is(ProbeStatus.Fail, "NotRunning");
    }

    [Fact]
    public async Task A_dead_process_of_a_pid_file_is_told()
    {
        var process = Sleeper();
        process.Kill();
        process.WaitForExit();
        var result = await ProbeRun.Check("probe.process", $"pidFile: {PidFile(process.Id)}");
        result.Is(ProbeStatus.Fail, "StalePidFile");
        Assert.Equal("stale", result.Observations["pidFile"]);
    }

    [Fact]
    public async Task A_reused_process_id_is_not_the_service()
    {
        var process = Sleeper();
        var file = PidFile(process.Id);
        (await ProbeRun.Check("probe.process", $"pidFile: {file}\nname: nginx")).Is(ProbeStatus.Fail, "StalePidFile");
        (await ProbeRun.Check("probe.process", $"pidFile: {file}\nname: it-sleeper")).Is(ProbeStatus.Pass, null);
        // the file is from before the process was born
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        (await ProbeRun.Check("probe.process", $"pidFile: {file}")).Is(ProbeStatus.Fail, "StalePidFile");
    }

    [Fact]
    public async Task A_pid_file_that_is_missing_means_not_running_and_a_bad_one_means_nothing()
    {
        (await ProbeRun.Check("probe.process", $"pidFile: '{Path.Combine(_folder.Path, "none.pid")}'")).Is(ProbeStatus.Fail, "NotRunning");
        (await ProbeRun.Check("probe.process", $"pidFile: '{_folder.Write("bad.pid", "hello")}'")).Is(ProbeStatus.Error, "Unreadable");
        (await ProbeRun.Check("probe.process", $"pidFile: '{_folder.Path}'")).Is(ProbeStatus.Error, "Unreadable");
    }

    [Fact]
    public async Task A_process_that_ended_but_was_not_collected_does_not_run()
    {
        Script.Require();
        // the shell starts a child that ends at once, becomes a sleeper itself and never asks for it
        var start = new ProcessStartInfo("/bin/sh", ["-c", "sleep 0.01 & exec sleep 300"]);
        var parent = Process.Start(start)!;
        _started.Add(parent);
        var zombie = await Until(() => ProcessList.All(TimeProvider.System, default).FirstOrDefault(item => item.ParentPid == parent.Id && item.IsZombie));
        var result = await ProbeRun.Check("probe.process", $"pid: {zombie.Pid}");
        result.Is(ProbeStatus.Fail, "NotRunning");
        Assert.Equal(1L, result.Observations["zombies"]);
    }

    [Fact]
    public async Task A_long_name_is_not_taken_for_another_that_begins_the_same()
    {
        Script.Require();
        foreach (var name in new[] { "it-a-very-long-name-one", "it-a-very-long-name-two" }) File.Copy("/bin/sleep", Path.Combine(_folder.Path, name));
        _started.Add(Process.Start(new ProcessStartInfo(Path.Combine(_folder.Path, "it-a-very-long-name-one"), "300"))!);
        (await ProbeRun.Check("probe.process", "name: it-a-very-long-name-one")).Is(ProbeStatus.Pass, null);
        (await ProbeRun.Check("probe.process", "name: it-a-very-long-name-two")).Is(ProbeStatus.Fail, "NotRunning");
    }

    [Fact]
    public async Task The_port_must_be_held_by_the_program_itself()
    {
        using var server = LoopbackServer.Raw(connection => connection.HangAsync());
        var result = await ProbeRun.Check("probe.process", $"pid: {Environment.ProcessId}\nlistenPort: {server.Port}");
        if (!OperatingSystem.IsLinux())
        {
            result.Is(ProbeStatus.Warn, "NotSupported");
            return;
        }
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(true, result.Get("listening"));
        var other = Sleeper();
        (await ProbeRun.Check("probe.process", $"pid: {other.Id}\nlistenPort: {server.Port}")).Is(ProbeStatus.Fail, "NotListening");
    }

    [Fact]
    public async Task A_port_nobody_listens_on_fails() =>
        (await ProbeRun.Check("probe.process", $"pid: {Environment.ProcessId}\nlistenPort: {LoopbackServer.FreePort()}")).Is(ProbeStatus.Fail, "NotListening");

    [Fact]
    public async Task Memory_has_a_limit() => (await ProbeRun.Check("probe.process", $"pid: {Environment.ProcessId}\nmaxRssBytes: 1000")).Is(ProbeStatus.Fail, "LimitExceeded");

    [Fact]
    public async Task Processor_time_has_a_limit()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Wine tells the processor time of another process only now and then");
        var child = TestChild.Request("spin");
        var busy = Process.Start(new ProcessStartInfo(child.Program, child.Arguments) { RedirectStandardOutput = true })!;
        _started.Add(busy);
        Assert.Equal("spinning", await busy.StandardOutput.ReadLineAsync());
        var result = await ProbeRun.Check("probe.process", $"pid: {busy.Id}\nmaxCpuPercent: 1\ncpuSample: 1s");
        result.Is(ProbeStatus.Fail, "LimitExceeded");
        Assert.True(result.Get<double>("cpuPercent") > 1);
        (await ProbeRun.Check("probe.process", $"pid: {Sleeper().Id}\nmaxCpuPercent: 50\ncpuSample: 200ms")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Nothing_asked_for_is_an_error() => (await ProbeRun.Check("probe.process", "minCount: 1")).Is(ProbeStatus.Error, "InvalidArgument");

    private static async Task<T> Until<T>(Func<T?> get) where T : class
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (get() is { } value) return value;
            await Task.Delay(50);
        }
        throw new TimeoutException();
    }
}
