using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Hosts;

namespace IncidentTools.Engine.Tests.Probes.Hosts;

public sealed class DiskIoProbeTests
{
    // reads merged sectors ms, writes merged sectors ms, in flight, busy ms, weighted ms
    private const string Before = "   8       0 sda 100 0 800 1000 100 0 800 1000 0 500 2000 0 0 0 0 0 0\n   8       1 sda1 100 0 800 1000 100 0 800 1000 0 500 2000\n   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0\n 259 0 nvme0n1 5 0 5 5 5 0 5 5 0 5 5\n";
    private const string After = "   8       0 sda 200 0 2848 4000 150 0 1800 7000 0 1500 11000 0 0 0 0 0 0\n   8       1 sda1 200 0 2848 4000 150 0 1800 7000 0 1500 11000\n   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0\n 259 0 nvme0n1 5 0 5 5 5 0 5 5 0 5 5\n 259 5 nvme1n1 5 0 5 5 5 0 5 5 0 5 5\n";

    [Fact]
    public void The_kernels_counters_become_latency_use_and_queue()
    {
        var all = DiskActivities.Between(Before, After, 2);
        var disk = all.Single(item => item.Device == "sda");
        Assert.Equal(new DiskActivity("sda", 60, 30, 120, 50, 4.5, 150, 75, 780_288), disk);
        Assert.Null(all.Single(item => item.Device == "nvme0n1").LatencyMs);
        Assert.DoesNotContain(all, item => item.Device == "nvme1n1"); // it came in between
        Assert.Throws<CannotCheckException>(() => DiskActivities.Between(Before, After, 0));
    }

    [Theory]
    [InlineData("sda", true), InlineData("sda1", false), InlineData("nvme0n1", true), InlineData("nvme0n1p1", false), InlineData("md1", true), InlineData("md12", true), InlineData("dm-1", true), InlineData("dm-12", true), InlineData("loop3", false), InlineData("zram0", false), InlineData("vda2", false)]
    public void Whole_disks_are_told_from_their_partitions(string device, bool disk) =>
        Assert.Equal(disk, DiskActivities.IsDisk(device, ["sda", "sda1", "nvme0n1", "nvme0n1p1", "md1", "md12", "dm-1", "dm-12", "loop3", "zram0", "vda", "vda2"]));

    /// <summary>The form in which typeperf gives it; the figures are made up.</summary>
    [Fact]
    public void Windows_counters_are_read_by_their_names()
    {
        const string Output = "\r\n\"(PDH-CSV 4.0)\",\"\\\\WEB1\\PhysicalDisk(0 C:)\\Avg. Disk sec/Read\",\"\\\\WEB1\\PhysicalDisk(0 C:)\\Avg. Disk sec/Write\",\"\\\\WEB1\\PhysicalDisk(0 C:)\\% Idle Time\",\"\\\\WEB1\\PhysicalDisk(0 C:)\\Avg. Disk Queue Length\",\"\\\\WEB1\\PhysicalDisk(0 C:)\\Disk Reads/sec\",\"\\\\WEB1\\PhysicalDisk(0 C:)\\Disk Writes/sec\",\"\\\\WEB1\\PhysicalDisk(_Total)\\Disk Writes/sec\"\r\n"
            + "\"11/24/2026 12:00:01.123\",\"0.010000\",\"0.040000\",\"30.000000\",\"3.500000\",\"30.000000\",\"10.000000\",\"99.0\"\r\n\"11/24/2026 12:00:02.123\",\"0.010000\",\"0.040000\",\"10.000000\",\"4.500000\",\"30.000000\",\"10.000000\",\" \"\r\nExiting, please wait...\r\nThe command completed successfully.\r\n";
        var disk = Assert.Single(DiskActivities.Of(Typeperf.Parse(Output), 2));
        Assert.Equal(("0 C:", 17.5, 10d, 40d, 80d, 4d), (disk.Device, disk.LatencyMs, disk.ReadMs, disk.WriteMs, disk.BusyPercent, disk.Queue));
        Assert.Equal(80, disk.Operations);
    }

    [Fact]
    public void Counters_without_a_value_have_none_and_what_is_no_csv_is_nothing()
    {
        var column = Assert.Single(Typeperf.Parse("\"(PDH-CSV 4.0)\",\"\\\\WEB1\\System\\Processor Queue Length\"\n\"x\",\"4,5\"\n\"y\",\"-1\"\n"));
        Assert.Equal((4.5, "", true), (column.Last, column.Instance, column.Is("Processor Queue Length")));
        Assert.Empty(Typeperf.Parse("Error: No valid counters.\n"));
        Assert.Empty(Typeperf.Parse("\"(PDH-CSV 4.0)\",\"a\"\n"));
    }

    [Fact]
    public async Task A_windows_that_does_not_know_the_names_is_not_called_well()
    {
        var context = new ProbeContext(TimeProvider.System, new Answers("Error: No valid counters.\r\n", -1), new Secrets([]), new());
        Assert.Equal(ProbeErrors.NotSupported, (await Assert.ThrowsAsync<CannotCheckException>(() => Typeperf.AskAsync(context, ["""\System\Threads"""], 1, default))).Word);
    }

    [Fact]
    public async Task The_disks_of_this_machine_are_measured()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var result = await ProbeRun.Check("probe.disk-io", "sample: 500ms\nwarnLatency: 1h\nmaxLatency: 2h\nwarnBusyPercent: 100\nmaxBusyPercent: 100");
        if (result.Status == ProbeStatus.Error) result.Is(ProbeStatus.Error, ProbeErrors.NotFound);
        else Assert.NotEmpty(result.Get<IReadOnlyList<object?>>("devices"));
    }
}
