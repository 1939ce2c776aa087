using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Disks;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes;

public sealed class DiskProbeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    /// <summary>No limit but the one that is tried.</summary>
    private Task<ProbeResult> Check(string more, string loose = "warnFreePercent: 0\nminFreePercent: 0\ncheckReadOnly: false\n") =>
        ProbeRun.Check("probe.disk", $"paths: '{_folder.Path}'\n{loose}{more}", new FakeTimeProvider(Now));

    [Fact]
    public async Task A_volume_has_its_figures()
    {
        var result = await Check("");
        result.Is(ProbeStatus.Pass, null);
        var volume = (IReadOnlyDictionary<string, object?>)result.Get<IReadOnlyList<object?>>("volumes")[0]!;
        var drive = new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(_folder.Path)! : _folder.Path);
        Assert.Equal(drive.TotalSize, volume["totalBytes"]);
        Assert.Equal(drive.AvailableFreeSpace, (double)(long)volume["freeBytes"]!, drive.TotalSize / 10d);
        Assert.InRange((double)volume["freePercent"]!, 0, 100);
        Assert.Equal(_folder.Path, result.Get("worstPath"));
        if (OperatingSystem.IsLinux()) Assert.Equal(false, volume["readOnly"]);
    }

    [Theory]
    [InlineData("warnFreePercent: 100", ProbeStatus.Warn, "LowSpace")]
    [InlineData("warnFreePercent: 100\nminFreePercent: 100", ProbeStatus.Fail, "LowSpace")]
    [InlineData("minFreeBytes: 9000000000000000000", ProbeStatus.Fail, "LowSpace")]
    [InlineData("minFreeBytes: 1", ProbeStatus.Pass, null)]
    public async Task Little_space_warns_then_fails(string more, ProbeStatus status, string? error)
    {
        var loose = more.Contains("warn", StringComparison.Ordinal) ? "inodes: false\n" + (more.Contains("minFreeP", StringComparison.Ordinal) ? "" : "minFreePercent: 0\n") : "warnFreePercent: 0\nminFreePercent: 0\n";
        (await Check(more, loose)).Is(status, error);
    }

    [Fact]
    public async Task The_fixed_volumes_are_found()
    {
        var result = await ProbeRun.Check("probe.disk", "warnFreePercent: 0\nminFreePercent: 0\ncheckReadOnly: false");
        result.Is(ProbeStatus.Pass, null);
        Assert.NotEmpty(result.Get<IReadOnlyList<object?>>("volumes"));
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_an_error_and_does_not_hide_the_others()
    {
        var result = await ProbeRun.Check("probe.disk", $"paths: ['{_folder.Path}', '{Path.Combine(_folder.Path, "gone")}']\nwarnFreePercent: 0\nminFreePercent: 0");
        result.Is(ProbeStatus.Error, "NotFound");
        Assert.Single(result.Get<IReadOnlyList<object?>>("volumes"));
    }

    [Fact]
    public async Task A_read_only_volume_fails_when_named()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows does not tell read-only volumes this way");
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Where(fields => fields.Length > 5 && fields[5].Split(',').Contains("ro") && Directory.Exists(fields[4])).Select(fields => fields[4]).ToList();
        Assert.SkipWhen(mounts.Count == 0, "no read-only volume is mounted here");
        (await ProbeRun.Check("probe.disk", $"paths: '{mounts[0]}'\nwarnFreePercent: 0\nminFreePercent: 0")).Is(ProbeStatus.Fail, "ReadOnly");
    }

    [Theory]
    [InlineData(1, 3, ProbeStatus.Fail, "FillingUp")]
    [InlineData(1, 10, ProbeStatus.Warn, "FillingUp")]
    [InlineData(1, 100, ProbeStatus.Pass, null)]
    public async Task The_trend_since_an_earlier_look_tells_when_it_will_be_full(double hoursAgo, double hoursToFull, ProbeStatus status, string? error)
    {
        var free = (await Check("")).Get<long>("freeBytes");
        Assert.SkipWhen(free < 1_000_000_000, "too little is free here to show a trend");
        var before = free + (free / hoursToFull * hoursAgo);
        var at = Now.AddHours(-hoursAgo);
        var previous = new Dictionary<string, object?> { ["at"] = at, ["volumes"] = new List<object?> { new Dictionary<string, object?> { ["path"] = _folder.Path, ["freeBytes"] = (long)before } } };
        var arguments = new Dictionary<string, object?>(ProbeRun.Read("probe.disk", $"paths: ['{_folder.Path}']\nwarnFreePercent: 0\nminFreePercent: 0").With.Values) { ["previous"] = PlainJson.Read(PlainJson.Write(previous)) };
        var result = await ProbeTable.All["probe.disk"].CheckAsync(new Arguments(arguments), new ProbeContext(new FakeTimeProvider(Now), new NoPrograms(), new Secrets([]), new SecretMask()), default);
        result.Is(status, error);
        Assert.Equal(hoursToFull, result.Get<double>("hoursToFull"), hoursToFull / 5);
    }

    [Fact]
    public async Task What_is_no_earlier_look_is_an_error() => (await Check("previous: { at: yesterday }")).Is(ProbeStatus.Error, "InvalidArgument");

    [Fact]
    public void Images_memory_and_second_mounts_are_no_fixed_volumes()
    {
        const string mounts = """
            22 27 0:21 / /proc rw,relatime - proc proc rw
            27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
            28 27 254:0 /data /srv/data rw,relatime - ext4 /dev/vda rw
            29 27 7:0 / /snap/core ro,nodev - squashfs /dev/loop0 ro
            30 27 254:1 / /var/lib/my\040data rw - xfs /dev/vdb rw
            31 27 0:40 / /run rw - tmpfs tmpfs rw
            32 27 254:2 /resolv.conf /etc/resolv.conf rw - ext4 /dev/vdc rw
            33 27 0:50 / /mnt/far rw - nfs4 far:/x rw
            """;
        Assert.Equal(["/", "/var/lib/my data"], LinuxMounts.Fixed(mounts.Split('\n'), path => path != "/etc/resolv.conf"));
    }

    [Fact]
    public async Task Inodes_are_counted_as_df_counts_them()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "inodes are counted on Linux");
        var answer = await new RealProcesses().RunAsync(new("df", ["-Pi", _folder.Path]), default);
        Assert.SkipUnless(answer.ExitCode == 0, "df does not count inodes here");
        var fields = answer.Output.Split('\n')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var volume = LinuxMounts.Read(_folder.Path);
        Assert.SkipWhen(fields[1] == "0", "the file system here has no fixed number of inodes");
        Assert.Equal(100d * double.Parse(fields[3], CultureInfo.InvariantCulture) / double.Parse(fields[1], CultureInfo.InvariantCulture), volume.InodesFreePercent!.Value, 0.5);
    }
}
