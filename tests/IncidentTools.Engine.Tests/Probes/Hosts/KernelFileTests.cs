using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Hosts;

namespace IncidentTools.Engine.Tests.Probes.Hosts;

public sealed class KernelFileTests
{
    private const string Group = "/sys/fs/cgroup/a/b";

    private static KernelSnapshot At(params (string Path, string Text)[] files) => new(files.ToDictionary(file => file.Path, file => file.Text));

    private static Task<ControlGroup> Named(string path) => ControlGroup.OfAsync(new Arguments(new Dictionary<string, object?> { ["cgroup"] = path }), new ProbeContext(TimeProvider.System, new NoPrograms(), new Secrets([]), new SecretMask()), default);

    [Fact]
    public async Task Limits_of_a_control_group_are_those_of_all_above_it()
    {
        var group = await Named("a/b");
        var before = At(($"{Group}/cpu.stat", "usage_usec 5\nnr_periods 100\nnr_throttled 10\n"), ("/sys/fs/cgroup/a/cpu.stat", "nr_periods 100\nnr_throttled 0\n"));
        var now = At(($"{Group}/cpu.max", "max 100000\n"), ("/sys/fs/cgroup/a/cpu.max", "50000 100000\n"), ($"{Group}/cpu.stat", "usage_usec 9\nnr_periods 200\nnr_throttled 15\n"), ("/sys/fs/cgroup/a/cpu.stat", "nr_periods 200\nnr_throttled 60\n"),
            ($"{Group}/memory.max", "max\n"), ("/sys/fs/cgroup/a/memory.max", "1000\n"), ("/sys/fs/cgroup/a/memory.current", "990\n"), ("/sys/fs/cgroup/a/memory.stat", "anon 100\ninactive_file 500\n"), ($"{Group}/memory.events", "low 0\noom 2\noom_kill 3\n"));
        Assert.Equal((0.5, 60d, 3L), (group.Quota(now), group.ThrottledPercent(before, now), group.OomKills(now)));
        Assert.Equal(new GroupMemory("/sys/fs/cgroup/a", 1000, 490, 49), group.Memory(now));
    }

    [Fact]
    public async Task Without_limits_there_are_none()
    {
        var (group, empty) = (await Named("a"), At());
        Assert.Equal((null, null, null, null), (group.Quota(empty), group.ThrottledPercent(empty, empty), group.OomKills(empty), group.Memory(empty)));
    }

    [Fact]
    public void Memory_is_what_can_be_had_and_not_what_is_free()
    {
        var memory = MemoryReading.Parse("MemTotal:       1000 kB\nMemFree:          10 kB\nMemAvailable:    400 kB\nSwapTotal:       200 kB\nSwapFree:         50 kB\n");
        Assert.Equal((40d, 75d), (memory.AvailablePercent, memory.SwapUsedPercent));
        Assert.Null(new MemoryReading(100, 50, 0, 0).SwapUsedPercent);
        Assert.Throws<CannotCheckException>(() => MemoryReading.Parse("MemTotal: 5 kB\n"));
    }

    [Fact]
    public void Windows_tells_memory_and_page_files_together()
    {
        var memory = WindowsHost.Read(new WindowsHost.MemoryStatus { TotalPhysical = 1000, AvailablePhysical = 200, TotalPageFile = 1500, AvailablePageFile = 300 });
        // 1200 are promised, 800 of them in memory, 400 in the page file of 500
        Assert.Equal((20d, 80d, 80d), (memory.AvailablePercent, memory.SwapUsedPercent, memory.CommitPercent));
    }

    [Fact]
    public void Pressure_is_read_as_the_kernel_writes_it()
    {
        Assert.Equal(new Pressure(12.5, 3, 1, 4), Pressure.Parse("some avg10=12.50 avg60=3.00 avg300=1.00 total=123\nfull avg10=4.00 avg60=1.00 avg300=0.00 total=12\n"));
        Assert.Null(Pressure.Parse("some avg10=1.00 avg60=0.00 avg300=0.00 total=1\n").Full10);
        Assert.Throws<CannotCheckException>(() => Pressure.Parse("whatever"));
    }

    [Fact]
    public async Task What_the_kernel_says_here_is_within_reason()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var memory = await ProbeRun.Check("probe.memory", "sample: 200ms\nwarnAvailablePercent: 0\nminAvailablePercent: 0\nwarnSwapPercent: 100\nwarnMajorFaults: 1000000000\nwarnLimitPercent: 100\nmaxLimitPercent: 100");
        Assert.InRange(memory.Get<double>("availablePercent"), 0.1, 100);
        Assert.True(memory.Get<double>("majorFaultsPerSecond") >= 0);
        (await ProbeRun.Check("probe.memory", "sample: 200ms\nwarnAvailablePercent: 100\nminAvailablePercent: 100")).Is(ProbeStatus.Fail, ProbeErrors.LowMemory);
        var pressure = await ProbeRun.Check("probe.pressure", "warnAvg10: 100");
        if (!File.Exists("/proc/pressure/cpu")) pressure.Is(ProbeStatus.Error, ProbeErrors.NotSupported);
        else Assert.InRange(pressure.Get<double>("cpu"), 0, 100);
    }

    [Fact]
    public async Task Processes_ended_for_want_of_memory_count_from_the_earlier_value()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.ReadAllText("/proc/vmstat").Contains("oom_kill ", StringComparison.Ordinal), "this kernel does not count them");
        const string Quiet = "sample: 100ms\nwarnAvailablePercent: 0\nminAvailablePercent: 0\nwarnSwapPercent: 100\nwarnMajorFaults: 1000000000\nwarnLimitPercent: 100\nmaxLimitPercent: 100\n";
        var now = (await ProbeRun.Check("probe.memory", Quiet)).Get<long>("oomKills");
        // a machine that was booted in between counts from nothing: all of its count came since
        var result = await ProbeRun.Check("probe.memory", Quiet + $"previous: {{ oomKills: {now + 5} }}");
        Assert.Equal(now, result.Get("oomKillsSince"));
        if (now > 0) (await ProbeRun.Check("probe.memory", Quiet + $"previous: {{ oomKills: {now - 1} }}")).Is(ProbeStatus.Fail, ProbeErrors.OutOfMemory);
    }

    [Fact]
    public void Files_of_another_machine_are_told_apart_by_their_names()
    {
        var files = KernelFiles.Split("\n==> /proc/uptime\n12.5 3\n\n==> /proc/stat\ncpu 1 2 3 4\nintr ==> 5\n");
        Assert.Equal((12.5, "cpu 1 2 3 4\nintr ==> 5\n"), (new KernelSnapshot(files).Seconds, files["/proc/stat"]));
        Assert.Empty(KernelFiles.Split("nothing of the kind"));
    }

    [Fact]
    public async Task Another_machine_is_asked_through_its_shell()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the other machine is this one, as Linux");
        var (with, found) = ProbeRun.Read("probe.cpu", "samples: 1\ninterval: 200ms\nwarnBusyPercent: 100\nmaxBusyPercent: 100\nwarnIowaitPercent: 100\nwarnStealPercent: 100\nwarnLoadPerCore: 10000\nmaxLoadPerCore: 10000");
        Assert.Empty(found);
        var result = await ProbeTable.All["probe.cpu"].CheckAsync(with, new ProbeContext(TimeProvider.System, new ProcessRunner(TimeProvider.System), new Secrets([]), new SecretMask()) { Remote = "web1" }, default);
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((long)Environment.ProcessorCount, result.Get("cores"));
    }

    [Fact]
    public async Task A_machine_without_these_files_is_not_called_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        var (with, _) = ProbeRun.Read("probe.memory", "sample: 100ms");
        var silent = new Answers("no such thing\n");
        (await ProbeTable.All["probe.memory"].CheckAsync(with, new ProbeContext(TimeProvider.System, silent, new Secrets([]), new SecretMask()) { Remote = "mac1" }, default)).Is(ProbeStatus.Error, ProbeErrors.NotSupported);
    }
}

/// <summary>Every program says the same.</summary>
internal sealed class Answers(string output, int exitCode = 0) : IProcessRunner
{
    public List<ProcessRequest> Asked { get; } = [];
    public string? Find(string program) => program;

    public Task<ProcessResult> RunAsync(ProcessRequest request, CancellationToken cancellation)
    {
        lock (Asked) Asked.Add(request);
        return Task.FromResult(new ProcessResult(exitCode, output, "", false, false, false, null, TimeSpan.Zero));
    }
}
