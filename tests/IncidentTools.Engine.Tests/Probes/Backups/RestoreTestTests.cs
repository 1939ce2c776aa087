using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Tests.Execution;

namespace IncidentTools.Engine.Tests.Probes.Backups;

public sealed class RestoreTestTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public RestoreTestTests()
    {
        _folder.Write("set/a", new string('a', 5000));
        _folder.Write("set/sub/b", "b");
        Directory.CreateDirectory(At("set/empty"));
        _folder.Write("site/a", "the source");
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);
    private Task<ProbeResult> Try(string more = "", string scratch = "scratch", string backup = "set") =>
        ProbeRun.Check("probe.restore-test", $"path: '{At(backup)}'\nscratch: '{(Path.IsPathRooted(scratch) ? scratch : At(scratch))}'\nsource: '{At("site")}'\n{more}");

    [Fact]
    public async Task A_folder_is_restored_measured_checked_and_taken_away_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix programs");
        var result = await Try($"checks: [[/bin/sh, -c, 'test -d \"$1/empty\" && cat \"$1/sub/b\"', sh, '{{target}}']]\nfullBytes: 50010");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((true, 2L, 5001L), (result.Get("restored"), result.Get("files"), result.Get("bytes")));
        Assert.InRange(result.Get<double>("estimatedSeconds"), result.Get<double>("seconds") * 5, double.MaxValue);
        Assert.Equal("b", ((IReadOnlyDictionary<string, object?>)Assert.Single(result.Get<IReadOnlyList<object?>>("checks"))!)["output"]);
        Assert.False(Directory.Exists(At("scratch")));
        Assert.Equal("the source", await File.ReadAllTextAsync(At("site/a")));
    }

    [Fact]
    public async Task A_check_that_fails_or_a_restore_that_takes_too_long_fails()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix programs");
        (await Try("checks: [[/bin/sh, -c, 'exit 3']]\nkeep: true")).Is(ProbeStatus.Fail, "CheckFailed");
        Assert.True(File.Exists(At("scratch/a")));
        (await Try("rto: 1s\nfullBytes: 9007199254740992", "scratch2")).Is(ProbeStatus.Fail, "TooSlow");
    }

    [Theory]
    [InlineData("site", "in one another")]
    [InlineData("site/below", "in one another")]
    [InlineData(".", "in one another")]
    [InlineData("set/below", "in one another")]
    [InlineData("shop-prod", "looks like production")]
    [InlineData("live/data", "looks like production")]
    [InlineData("full", "is not empty")]
    [InlineData("/var/lib/postgresql/15/scratch", "production service")]
    [InlineData("/", "whole volume")]
    [InlineData("link/below", "in one another")]
    public async Task What_is_or_looks_like_production_is_refused(string scratch, string why)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix paths");
        _folder.Write("full/x", "x");
        Directory.CreateSymbolicLink(At("link"), At("site"));
        var result = await Try("", scratch);
        result.Is(ProbeStatus.Error, "LooksLikeProduction");
        Assert.Contains(why, result.Message, StringComparison.Ordinal);
        Assert.Equal("the source", await File.ReadAllTextAsync(At("site/a")));
    }

    [Fact]
    public async Task A_command_that_names_production_is_not_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs Unix programs");
        foreach (var (arguments, more) in new[] { ("-d, shop_prod", ""), ("-d, shop", "production: shop"), ($"-o, '{At("site")}'", "") })
            (await Try($"by: command\ncommand: [/bin/touch, {arguments}, '{{target}}/x']\n{more}")).Is(ProbeStatus.Error, "LooksLikeProduction");
        (await Try("by: command\ncommand: [/bin/cp, '{backup}', '{target}']\nname: shop_live")).Is(ProbeStatus.Error, "LooksLikeProduction");
    }

    [Fact]
    public async Task A_tampered_backup_is_not_even_unpacked_and_a_broken_one_fails()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs tar");
        await Programs.RunAsync(new("tar", ["-c", "-z", "-f", At("a.tar.gz"), "-C", At("set"), "."]));
        (await Try("by: tar", backup: "a.tar.gz")).Is(ProbeStatus.Pass, null);
        _folder.Write("a.tar.gz.sha256", $"{new string('0', 64)}  a.tar.gz\n");
        (await Try("by: tar", backup: "a.tar.gz")).Is(ProbeStatus.Error, "HashMismatch");
        File.Delete(At("a.tar.gz.sha256"));
        await File.WriteAllBytesAsync(At("a.tar.gz"), (await File.ReadAllBytesAsync(At("a.tar.gz")))[..^20]);
        (await Try("by: tar", backup: "a.tar.gz")).Is(ProbeStatus.Fail, "RestoreFailed");
        Assert.False(Directory.Exists(At("scratch")));
    }
}
