using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Execution.Remote;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Disks;
using IncidentTools.Engine.Probes.Processes;
using IncidentTools.Engine.Tests.Actions;

namespace IncidentTools.Engine.Tests.Execution;

/// <summary>Probes that look at another machine, which here is this one: what is seen over there must be what is seen from here.</summary>
public sealed class RemoteProbeTests : IDisposable
{
    private readonly SshServer _server = new();
    public void Dispose() => _server.Dispose();

    private Task<ProbeResult> Look(string probe, params (string Key, object? Value)[] with) => Look(probe, true, with);

    private Task<ProbeResult> Look(string probe, bool there, params (string Key, object? Value)[] with)
    {
        var found = ProbeTable.All[probe];
        var context = new ProbeContext(TimeProvider.System, there ? _server.Runner : Programs.Runner, new SecretChain([]), new SecretMask()) { Remote = there ? "ssh://there" : null };
        return found.CheckAsync(ActionBench.Arguments(found.Parameters, with), context, TestContext.Current.CancellationToken);
    }

    private static IReadOnlyDictionary<string, object?> Map(ProbeResult result) => (IReadOnlyDictionary<string, object?>)result.Value!;

    [Fact]
    public async Task Disks()
    {
        var (there, here) = (await Look("probe.disk", ("paths", "/"), ("minFreePercent", 0L), ("warnFreePercent", 0L)), await Look("probe.disk", false, ("paths", "/"), ("minFreePercent", 0L), ("warnFreePercent", 0L)));
        Assert.Equal(here.Status, there.Status);
        var (mine, theirs) = ((IReadOnlyDictionary<string, object?>)((IReadOnlyList<object?>)Map(here)["volumes"]!)[0]!, (IReadOnlyDictionary<string, object?>)((IReadOnlyList<object?>)Map(there)["volumes"]!)[0]!);
        Assert.Equal((mine["path"], mine["fileSystem"], mine["readOnly"]), (theirs["path"], theirs["fileSystem"], theirs["readOnly"]));
        Assert.InRange((double)theirs["freePercent"]!, (double)mine["freePercent"]! - 2, (double)mine["freePercent"]! + 2);
        Assert.Equal("LowSpace", (await Look("probe.disk", ("paths", "/"), ("minFreePercent", 100L))).Error);
        var missing = await Look("probe.disk", ("paths", "/no/such; touch x"));
        Assert.Equal((ProbeStatus.Error, "NotFound"), (missing.Status, missing.Error));
        Assert.Equal((ProbeStatus.Error, "InvalidArgument"), (await Look("probe.disk", ("paths", "-h"))) is var wrong ? (wrong.Status, wrong.Error) : default);
    }

    [Theory]
    [InlineData("Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1000 400 500 45% /srv/a b\n==\nFilesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 100 90 10 90% /srv/a b\n==\nx /srv/a\\040b ext4 ro,relatime 0 0\n", 55.6, 10.0, true)]
    [InlineData("Filesystem 1024-blocks Used Available Capacity Mounted on\n//host/a share 1000 1000 0 100% /mnt\n==\n==\n", 0.0, null, null)]
    public void What_df_says_is_read(string output, double free, double? inodes, bool? readOnly)
    {
        var volume = RemoteVolumes.Read("/x", output)!;
        Assert.Equal((free, inodes, readOnly, 1000L * 1024), (volume.FreePercent, volume.InodesFreePercent, volume.ReadOnly, volume.TotalBytes));
        Assert.Null(RemoteVolumes.Read("/x", "df: command not found\n"));
    }

    [Fact]
    public async Task Logs()
    {
        var log = Path.Combine(_server.Folder, "a 'log'.txt");
        var now = DateTimeOffset.UtcNow;
        File.WriteAllLines(log, Enumerable.Range(0, 20_000).Select(n => $"{now.AddMinutes((n - 20_000) / 100.0).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)} {(n % 1000 == 999 ? "ERROR disk" : "fine")}"));
        var pattern = new List<object?> { new Dictionary<string, object?> { ["name"] = "errors", ["pattern"] = "ERROR" } };
        var (there, here) = (await Look("probe.log", ("files", log), ("patterns", pattern), ("window", TimeSpan.FromMinutes(55))), await Look("probe.log", false, ("files", log), ("patterns", pattern), ("window", TimeSpan.FromMinutes(55))));
        Assert.Equal((ProbeStatus.Fail, "PatternFound", Map(here)["matches"]), (there.Status, there.Error, Map(there)["matches"]));
        Assert.Equal(false, Map(there)["truncated"]);
        // only the end is read, and it says so when the window may begin before it
        var cut = await Look("probe.log", ("files", log), ("patterns", pattern), ("window", TimeSpan.FromMinutes(55)), ("maxBytes", 65536L));
        Assert.Equal(true, Map(cut)["truncated"]);
        Assert.Equal(false, Map(await Look("probe.log", ("files", log), ("patterns", pattern), ("window", TimeSpan.FromMinutes(5)), ("maxBytes", 65536L)))["truncated"]);
        Assert.Equal("NotFound", (await Look("probe.log", ("files", log + "x"), ("patterns", pattern))).Error);
        Assert.Equal("NotSupported", (await Look("probe.log", ("files", "/var/log/*.log"), ("patterns", pattern))).Error);
    }

    [Fact]
    public async Task Processes_and_never_those_that_ask()
    {
        var name = "it-" + Guid.NewGuid().ToString("N")[..8];
        var program = Path.Combine(_server.Folder, name);
        File.Copy("/bin/sleep", program);
        using var running = System.Diagnostics.Process.Start(program, "600");
        try
        {
            var there = await Look("probe.process", ("name", name));
            Assert.Equal((ProbeStatus.Pass, (object)1, (object)running.Id), (there.Status, Convert.ToInt32(Map(there)["count"], CultureInfo.InvariantCulture), Convert.ToInt32(Map(there)["pid"], CultureInfo.InvariantCulture)));
            Assert.InRange((DateTimeOffset)Map(there)["startedAt"]!, running.StartTime.ToUniversalTime().AddSeconds(-5), running.StartTime.ToUniversalTime().AddSeconds(5));
            Assert.Equal(ProbeStatus.Pass, (await Look("probe.process", ("commandPattern", $"{name} 600$"))).Status);
            var pidFile = _server.Of("pid");
            File.WriteAllText(pidFile, $"{running.Id}\n");
            Assert.Equal(ProbeStatus.Pass, (await Look("probe.process", ("pidFile", pidFile), ("name", name))).Status);
            Assert.Equal("StalePidFile", (await Look("probe.process", ("pidFile", pidFile), ("name", "other"))).Error);
            Assert.Equal("InvalidArgument", (await Look("probe.process", ("pidFile", pidFile))).Error);
            Assert.Equal("LimitExceeded", (await Look("probe.process", ("name", name), ("maxRssBytes", 1L))).Error);
        }
        finally { running.Kill(); running.WaitForExit(); }
        Assert.Equal("NotRunning", (await Look("probe.process", ("name", name))).Error);
        Assert.Equal("NotRunning", (await Look("probe.process", ("commandPattern", "^ps -A"))).Error);
        Assert.Equal("NotRunning", (await Look("probe.process", ("commandPattern", "^(timeout .*)?/bin/sh -c echo .*ps -A"))).Error);
        Assert.Equal("NotSupported", (await Look("probe.process", ("name", name), ("listenPort", 22L))).Error);
    }

    [Fact]
    public void What_ps_says_is_read()
    {
        var now = DateTimeOffset.UnixEpoch;
        var all = RemoteProcesses.Read("50\n    1     0 Ss    9000 10-01:02:03 00:00:09 systemd\n   40     1 Ss  100 05:00 00:00:00 sshd\n   50    40 S  1 00:01 00:00:00 sh\n   51    50 R  1 00:00 00:00:00 ps\n   60     1 Z  0 01:00:00 00:00:00 web worker\n==\n  1 /sbin/init splash\n 60 /usr/bin/web worker --x\n", now);
        Assert.Equal([1, 40, 60], all.Select(process => process.Pid));
        Assert.Equal((now - new TimeSpan(10, 1, 2, 3), 9000L * 1024, "init", "/sbin/init splash"), (all[0].StartedAt!.Value, all[0].RssBytes, all[0].Program, all[0].Command));
        Assert.True(all[2] is { IsZombie: true, Name: "web worker" });
    }

    [Fact]
    public async Task A_machine_that_cannot_be_reached_is_an_error_and_never_a_pass()
    {
        _server.Known(null);
        foreach (var (probe, with) in new (string, (string, object?)[])[] { ("probe.disk", [("paths", "/")]), ("probe.process", [("name", "x"), ("minCount", 0L)]), ("probe.log", [("files", "/x"), ("patterns", new List<object?> { new Dictionary<string, object?> { ["pattern"] = "x" } })]), ("probe.command", [("program", "true")]) })
        {
            var result = await Look(probe, with);
            Assert.Equal((ProbeStatus.Error, "HostKeyUnknown"), (result.Status, result.Error));
        }
    }
}
