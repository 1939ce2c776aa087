using System.Globalization;
using IncidentTools.Engine.Probes;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes.Backups;

public sealed class FreshnessTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Look(string more = "") =>
        ProbeRun.Check("probe.backup-freshness", $"path: '{Path.Combine(_folder.Path, "sets")}'\npattern: '*.dump'\ntimeFormat: yyyyMMdd-HHmmss\n{more}", new FakeTimeProvider(Now));

    private void Backup(double hoursAgo, int bytes = 1000) => _folder.Write($"sets/shop-{Now.AddHours(-hoursAgo).ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.dump", new string('x', bytes));

    [Fact]
    public async Task The_newest_by_its_name_counts_and_not_by_when_it_was_copied()
    {
        Backup(25);
        Backup(1);
        File.SetLastWriteTimeUtc(Directory.GetFiles(Path.Combine(_folder.Path, "sets")).Order().First(), Now.UtcDateTime);
        var result = await Look("maxAge: 2h");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(("name", 3600d, 2L), (result.Get("timedBy"), result.Get("ageSeconds"), result.Get("count")));
        (await Look("maxAge: 30m")).Is(ProbeStatus.Fail, "TooOld");
        (await Look("warnAge: 30m")).Is(ProbeStatus.Warn, "TooOld");
        Assert.Equal(Now.AddHours(-25), (await Look($"before: {Now.AddHours(-2):yyyy-MM-ddTHH:mm:ssZ}")).Get("newestAt"));
    }

    [Fact]
    public async Task Nothing_there_fails_and_a_folder_that_is_no_folder_is_an_error()
    {
        (await Look()).Is(ProbeStatus.Fail, "Missing");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sets"));
        (await Look()).Is(ProbeStatus.Fail, "Missing");
        Directory.Delete(Path.Combine(_folder.Path, "sets"));
        _folder.Write("sets", "a file");
        (await Look()).Is(ProbeStatus.Error, "InvalidTarget");
    }

    [Fact]
    public async Task A_sudden_small_one_fails_against_the_median_of_those_before()
    {
        foreach (var (hours, bytes) in new[] { (6, 900), (5, 1000), (4, 50_000), (3, 1000), (2, 1100) }) Backup(hours, bytes);
        Backup(1, 800);
        Assert.Equal((1000d, 20d), ((await Look()).Get("medianBytes"), (await Look()).Get("dropPercent")));
        (await Look("maxDropPercent: 10")).Is(ProbeStatus.Fail, "SizeDropped");
        Backup(0.5, 0);
        (await Look("maxDropPercent: 100")).Is(ProbeStatus.Fail, "TooSmall");
    }

    [Fact]
    public async Task A_backup_that_was_not_made_is_a_gap_and_a_set_without_a_full_one_is_worth_nothing()
    {
        foreach (var hours in new[] { 5, 4, 2, 1 }) Backup(hours);
        var result = await Look("every: 1h");
        result.Is(ProbeStatus.Warn, "Gap");
        Assert.Single(result.Get<IEnumerable<object?>>("gaps"));
        (await Look("full: '*-full-*'")).Is(ProbeStatus.Fail, "ChainBroken");
    }

    [Fact]
    public async Task A_name_without_a_time_and_a_time_to_come_are_no_age()
    {
        _folder.Write("sets/shop-latest.dump", "x");
        (await Look()).Is(ProbeStatus.Error, "NoTimestamps");
        File.Delete(Path.Combine(_folder.Path, "sets", "shop-latest.dump"));
        Backup(-3);
        (await Look("maxAge: 1h")).Is(ProbeStatus.Error, "InFuture");
    }

    /// <summary>The hour that is there twice when clocks go back: the older reading, so that no backup looks younger than it is.</summary>
    [Theory]
    [InlineData("20261124-130000", "2026-11-24T12:00:00Z")]
    [InlineData("20261025-023000", "2026-10-25T00:30:00Z")]
    [InlineData("20260701-120000", "2026-07-01T10:00:00Z")]
    public async Task The_zone_of_the_names_is_minded(string name, string utc)
    {
        _folder.Write($"sets/shop-{name}.dump", "x");
        Assert.Equal(DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture), (await Look("timeZone: Europe/Berlin")).Get("newestAt"));
    }

    [Fact]
    public async Task A_missing_log_segment_breaks_the_chain()
    {
        foreach (var name in new[] { "0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000.gz", "000000010000000100000002", "00000002.history", "0000000100000000000000FE.00000028.backup" }) _folder.Write($"wal/{name}", "x");
        var result = await ProbeRun.Check("probe.backup-freshness", $"path: '{Path.Combine(_folder.Path, "wal")}'\nchain: wal");
        result.Is(ProbeStatus.Fail, "ChainBroken");
        Assert.Equal(["000000010000000100000001"], result.Get<IEnumerable<object?>>("gaps"));
        _folder.Write("wal/000000010000000100000001", "x");
        (await ProbeRun.Check("probe.backup-freshness", $"path: '{Path.Combine(_folder.Path, "wal")}'\nchain: wal")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Folders_are_backups_too_and_time_by_change_says_so()
    {
        _folder.Write("base/one/a", "12345");
        _folder.Write("base/one/sub/b", "1");
        var result = await ProbeRun.Check("probe.backup-freshness", $"path: '{Path.Combine(_folder.Path, "base")}'\nkind: folders");
        Assert.Equal(("modified", 6L), (result.Get("timedBy"), result.Get("bytes")));
    }
}
