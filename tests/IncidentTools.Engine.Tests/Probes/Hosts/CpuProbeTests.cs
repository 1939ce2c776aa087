using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Hosts;

namespace IncidentTools.Engine.Tests.Probes.Hosts;

public sealed class CpuProbeTests
{
    // user nice system idle iowait irq softirq steal guest guest_nice
    private const string Before = "cpu  1000 0 500 8000 300 10 90 100 50 0\ncpu0 500 0 250 4000 150 5 45 50 25 0\ncpu1 500 0 250 4000 150 5 45 50 25 0\nintr 1 2 3\nprocs_running 3\nprocs_blocked 1\n";
    private const string After = "cpu  1400 0 600 8200 400 10 90 300 50 0\ncpu0 900 0 350 4000 150 5 45 150 25 0\ncpu1 500 0 250 4200 250 5 45 150 25 0\nprocs_running 7\nprocs_blocked 0\n";

    [Fact]
    public void The_kernels_counters_become_shares_of_the_time_that_passed()
    {
        var (before, after) = (CpuReading.Parse(Before), CpuReading.Parse(After));
        // 400 + 100 + 200 busy, 100 waiting, 200 idle of 1000
        Assert.Equal(new CpuShare(70, 10, 20), after.All.Since(before.All));
        Assert.Equal((2, 7L, 0L), (after.CoreCount, after.Running, after.Blocked));
        Assert.Equal([100d, 25d], after.Cores.Zip(before.Cores, (now, then) => now.Since(then)!.Busy));
        Assert.Null(before.All.Since(before.All));
        Assert.Throws<CannotCheckException>(() => CpuReading.Parse("nothing\n"));
        Assert.Throws<CannotCheckException>(() => CpuReading.Parse("cpu x y z\n"));
    }

    [Fact]
    public void Old_kernels_say_less_and_are_understood() => Assert.Equal(new CpuShare(50, 0, 0), CpuReading.Parse("cpu 20 0 30 150\n").All.Since(CpuReading.Parse("cpu 0 0 0 100\n").All));

    [Fact]
    public void Shares_stay_within_a_hundred_whatever_the_counters_did() => Prop.ForAll(Gen.Choose(0, 1000).ListOf(8).ToArbitrary(), steps =>
    {
        // the counter of waiting may go backwards
        var share = new CpuTimes(steps[0], steps[1], steps[2], Math.Min(steps[0], steps[3])).Since(new CpuTimes(0, 0, steps[4] % 7, 0));
        return share is null || (share.Busy is >= 0 and <= 100 && share.IoWait is >= 0 and <= 100 && share.Steal is >= 0 and <= 100);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Windows_counts_idle_time_as_the_kernels()
    {
        var share = WindowsHost.Times(idle: 250, kernel: 400, user: 600).Since(WindowsHost.Times(0, 0, 0));
        Assert.Equal(new CpuShare(75, 0, 0), share);
    }

    [Fact]
    public void The_tightest_quota_and_the_most_held_back_group_count()
    {
        var folders = ControlGroup.Above("/sys/fs/cgroup/system.slice/shop.service");
        Assert.Equal(["/sys/fs/cgroup/system.slice/shop.service", "/sys/fs/cgroup/system.slice", "/sys/fs/cgroup"], folders);
        Assert.Equal(folders, ControlGroup.Above("system.slice/shop.service"));
        Assert.Throws<CannotCheckException>(() => ControlGroup.Above("a/../../etc"));
    }

    [Fact]
    public async Task A_process_that_never_rests_is_seen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        using var hog = Hog.Start(1);
        var result = await ProbeRun.Check("probe.cpu", "samples: 3\ninterval: 300ms\nmaxBusyPercent: 0.1\nwarnLoadPerCore: 1000\nmaxLoadPerCore: 1000");
        result.Is(ProbeStatus.Fail, ProbeErrors.CpuBusy);
        Assert.True(result.Get<double>("busyPercent") > 50.0 / Environment.ProcessorCount, result.Message);
        Assert.Equal((long)Environment.ProcessorCount, result.Get("cores"));
        Assert.Equal(3, ((IReadOnlyList<object?>)result.Observations["samples"]!).Count);
        if (OperatingSystem.IsLinux()) Assert.True(result.Get<double>("load1") >= 0);
    }

    [Fact]
    public async Task What_no_limit_is_set_for_is_told_and_judged_good()
    {
        var result = await ProbeRun.Check("probe.cpu", "samples: 1\ninterval: 200ms\nwarnBusyPercent: 100\nmaxBusyPercent: 100\nwarnIowaitPercent: 100\nwarnStealPercent: 100\nwarnLoadPerCore: 10000\nmaxLoadPerCore: 10000\nwarnThrottledPercent: 100");
        result.Is(ProbeStatus.Pass, null);
        Assert.InRange(result.Get<double>("busyPercent"), 0, 100);
        Assert.Equal(100d, result.Thresholds["maxBusyPercent"]);
    }

    [Theory, InlineData(new[] { 5d, 99d, 6d }, 6d), InlineData(new[] { 4d }, 4d), InlineData(new[] { 1d, 2d }, 2d)]
    public void One_spike_is_not_a_state(double[] samples, double judged) => Assert.Equal(judged, CpuProbe.Median(samples));

    /// <summary>Shells that do nothing as fast as they can.</summary>
    internal sealed class Hog : IDisposable
    {
        private readonly List<Process> _shells = [];

        public static Hog Start(int count)
        {
            var hog = new Hog();
            for (var index = 0; index < count; index++) hog._shells.Add(Process.Start("/bin/sh", ["-c", "while :; do :; done"]));
            return hog;
        }

        public IReadOnlyList<int> Pids => [.. _shells.Select(shell => shell.Id)];

        public void Dispose()
        {
            foreach (var shell in _shells)
            {
                shell.Kill();
                shell.WaitForExit();
                shell.Dispose();
            }
        }
    }
}
