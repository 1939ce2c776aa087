using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Tests.Execution;

namespace IncidentTools.Engine.Tests.Probes.Backups;

/// <summary>A remote of rclone's own configuration, over a folder: it stands for Google Drive.</summary>
public sealed class OffsiteTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _config;

    public OffsiteTests()
    {
        _config = _folder.Write("rclone.conf", $"[gdrive]\ntype = alias\nremote = {Path.Combine(_folder.Path, "drive")}\n");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "drive"));
    }

    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Look(string more = "", string remote = "gdrive:backups")
    {
        Assert.SkipUnless(Programs.Runner.Find("rclone") is not null, "needs rclone");
        return ProbeRun.Check("probe.offsite", $"path: '{Path.Combine(_folder.Path, "local")}'\nremote: '{remote}'\nconfig: '{_config}'\n{more}");
    }

    private void Both(string name, string text)
    {
        _folder.Write($"local/{name}", text);
        _folder.Write($"drive/backups/{name}", text);
    }

    [Fact]
    public async Task Same_missing_and_other_content_are_told_apart()
    {
        Both("same", "s");
        Both("bent", "left");
        _folder.Write("drive/backups/bent", "rite");
        _folder.Write("local/sub/new", "n");
        _folder.Write("drive/backups/old", "only there is no matter");
        var result = await Look();
        result.Is(ProbeStatus.Fail, "Differs");
        Assert.Equal((1L, 1L, 1L, 0L), (result.Get("same"), result.Get("missing"), result.Get("differ"), result.Get("errors")));
        Assert.Equal(["sub/new", "bent"], [.. result.Get<IEnumerable<object?>>("missingFiles"), .. result.Get<IEnumerable<object?>>("differFiles")]);
        (await Look("exclude: [bent]")).Is(ProbeStatus.Fail, "Missing");
        (await Look("exclude: [bent, 'sub/**']")).Is(ProbeStatus.Pass, null);
        (await Look("exclude: [bent]\nsettled: 1h")).Is(ProbeStatus.Error, "NotFound"); // all of it is too young to be there
    }

    [Fact]
    public async Task Nothing_to_compare_and_a_remote_that_is_not_there_are_no_agreement()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "local"));
        (await Look()).Is(ProbeStatus.Error, "NotFound");
        _folder.Write("local/a", "a");
        (await Look(remote: "nowhere:backups")).Is(ProbeStatus.Error, "ExitCode");
        (await Look()).Is(ProbeStatus.Fail, "Missing");
    }

    [Fact]
    public async Task Sizes_that_agree_hide_other_content_and_a_full_read_does_not()
    {
        Both("bent", "left");
        _folder.Write("drive/backups/bent", "rite");
        (await Look("by: size")).Is(ProbeStatus.Pass, null);
        (await Look("by: download")).Is(ProbeStatus.Fail, "Differs");
    }

    [Theory, InlineData(":local:/etc"), InlineData("gdrive,token=abc:x"), InlineData("--config=x:"), InlineData("gdrive")]
    public void A_connection_string_or_an_option_is_no_remote(string remote) =>
        Assert.NotEmpty(ProbeRun.Read("probe.offsite", $"path: /a\nremote: '{remote}'").Found);

    [Fact]
    public async Task A_set_on_a_remote_has_an_age_and_one_that_is_not_there_is_missing()
    {
        Assert.SkipUnless(Programs.Runner.Find("rclone") is not null, "needs rclone");
        File.SetLastWriteTimeUtc(_folder.Write("drive/backups/shop-20261101.dump", "x"), DateTime.UtcNow.AddDays(-3));
        Task<ProbeResult> Fresh(string remote, string more = "") => ProbeRun.Check("probe.backup-freshness", $"remote: '{remote}'\nconfig: '{_config}'\n{more}");
        var result = await Fresh("gdrive:backups", "maxAge: 2d");
        result.Is(ProbeStatus.Fail, "TooOld");
        Assert.Equal("gdrive:backups/shop-20261101.dump", result.Get("newestPath"));
        Assert.Equal("name", (await Fresh("gdrive:backups", "timeFormat: yyyyMMdd")).Get("timedBy"));
        (await Fresh("gdrive:none")).Is(ProbeStatus.Fail, "Missing");
        (await Fresh("nowhere:none")).Is(ProbeStatus.Error, "ExitCode");
    }
}
