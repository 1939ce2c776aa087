using System.Globalization;
using System.IO.Compression;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Logs;
using Microsoft.Extensions.Time.Testing;
using NodaTime;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>Real files, small, big, rotated, damaged and forbidden.</summary>
public sealed partial class LogProbeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private static Task<ProbeResult> Check(string yaml, SecretMask? mask = null, RealProcesses? processes = null) => ProbeRun.Check("probe.log", yaml, new FakeTimeProvider(Now), processes, mask: mask);
    private string Files(string name, string text) => $"files: '{_folder.Write(name, text)}'\n";
    private static IReadOnlyDictionary<string, object?> Detail(ProbeResult result, string list, int index = 0) => (IReadOnlyDictionary<string, object?>)((IReadOnlyList<object?>)result.Observations[list]!)[index]!;
    private const string Upstream = "patterns: [{ name: upstream, pattern: 'connect\\(\\) failed \\(111' }]\n";

    private const string Nginx = """
        2026/11/01 08:10:00 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream
        2026/11/01 08:45:00 [error] 7#7: *2 connect() failed (111: Connection refused) while connecting to upstream
        2026/11/01 08:50:00 [warn] 7#7: *3 an upstream response is buffered
        2026/11/01 08:55:00 [error] 7#7: *4 connect() failed (111: Connection refused) while connecting to upstream
        2026/11/01 08:59:00 [error] 7#7: *5 upstream timed out (110: Connection timed out)

        """;

    [Fact]
    public async Task A_pattern_in_the_window_fails_with_counts_and_times()
    {
        var result = await Check(Files("error.log", Nginx) + "window: 30m\ntimeZone: Etc/UTC\npatterns: [{ name: upstream, pattern: 'connect\\(\\) failed \\(111' }, { name: slow, pattern: upstream timed out, severity: warn }]");
        result.Is(ProbeStatus.Fail, "PatternFound");
        Assert.Equal(3L, result.Get("matches"));
        var counts = result.Get<IReadOnlyDictionary<string, object?>>("counts");
        Assert.Equal(((object?)2L, (object?)1L), (counts["upstream"], counts["slow"]));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 8, 45, 0, TimeSpan.Zero), result.Get("first"));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 8, 59, 0, TimeSpan.Zero), result.Get("last"));
        Assert.Equal(4L, result.Get("lines"));
        Assert.Equal("nginx", Detail(result, "files")["timestampFormat"]);
        Assert.Equal(result.Get("last"), Detail(result, "files")["newest"]);
    }

    [Theory]
    [InlineData("window: 2m", ProbeStatus.Pass)]
    [InlineData("window: 10m", ProbeStatus.Fail)]
    [InlineData("since: 2026-11-01T08:56:00Z", ProbeStatus.Pass)]
    [InlineData("until: 2026-11-01T08:00:00Z", ProbeStatus.Pass)]
    [InlineData("since: 2026-11-01T09:44:00+01:00\nuntil: 2026-11-01T08:46:00Z", ProbeStatus.Fail)]
    [InlineData("window: 3m\nuntil: 2026-11-01T08:47:00Z", ProbeStatus.Fail)]
    [InlineData("", ProbeStatus.Fail)]
    public async Task Only_the_window_counts(string window, ProbeStatus status) => Assert.Equal(status, (await Check(Files("error.log", Nginx) + Upstream + "timeZone: Etc/UTC\n" + window)).Status);

    [Theory]
    [InlineData("max: 3", ProbeStatus.Pass, null)]
    [InlineData("max: 2", ProbeStatus.Fail, "PatternFound")]
    [InlineData("severity: warn", ProbeStatus.Warn, "PatternFound")]
    public async Task Each_pattern_has_its_limit_and_weight(string more, ProbeStatus status, string? error) =>
        (await Check(Files("error.log", Nginx) + $"patterns: [{{ pattern: 'CONNECT\\(\\) failed', ignoreCase: true, {more} }}]")).Is(status, error);

    [Fact]
    public async Task Times_without_a_zone_are_in_the_zone_given()
    {
        // 08:55 in Berlin is 07:55 UTC: outside
        Assert.Equal(0L, (await Check(Files("error.log", Nginx) + Upstream + "window: 30m\ntimeZone: Europe/Berlin")).Get("matches"));
        var time = new FakeTimeProvider(Now);
        time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("here", TimeSpan.FromHours(1), "here", "here"));
        Assert.Equal(0L, (await ProbeRun.Check("probe.log", Files("error.log", Nginx) + Upstream + "window: 30m", time)).Get("matches"));
    }

    [Fact]
    public async Task Lines_without_a_time_belong_to_the_line_before()
    {
        var text = "2026-11-01T08:00:00Z ERROR old\n  at Old.Method()\n2026-11-01T08:58:00Z ERROR new\n  at New.Method()\n  at Deep.Method()\n";
        var result = await Check(Files("app.log", text) + "window: 10m\npatterns: [{ pattern: 'at \\w+\\.Method', max: 1 }]");
        result.Is(ProbeStatus.Fail, "PatternFound");
        Assert.Equal(2L, result.Get("matches"));
        Assert.Equal(3L, Detail(result, "files")["linesWithoutTime"]);
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 8, 58, 0, TimeSpan.Zero), result.Get("first"));
    }

    [Fact]
    public async Task A_window_over_lines_without_any_time_is_an_error()
    {
        (await Check(Files("app.log", "boom\nboom\n") + "window: 10m\npatterns: [{ pattern: boom }]")).Is(ProbeStatus.Error, "NoTimestamps");
        (await Check(Files("app.log", "boom\nboom\n") + "patterns: [{ pattern: boom }]")).Is(ProbeStatus.Fail, "PatternFound");
        (await Check(Files("empty.log", "") + "window: 10m\npatterns: [{ pattern: boom }]")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task What_cannot_be_read_is_an_error_and_does_not_hide_the_rest()
    {
        (await Check($"files: '{Path.Combine(_folder.Path, "none.log")}'\n" + Upstream)).Is(ProbeStatus.Error, "NotFound");
        (await Check($"files: '{Path.Combine(_folder.Path, "*.none")}'\n" + Upstream)).Is(ProbeStatus.Error, "NotFound");
        (await Check($"files: '{Path.Combine(_folder.Path, "no-folder", "*.log")}'\n" + Upstream)).Is(ProbeStatus.Error, "NotFound");
        Assert.Equal(ProbeStatus.Error, (await Check($"files: '{_folder.Path}'\n" + Upstream)).Status);
        var good = _folder.Write("error.log", Nginx);
        var result = await Check($"files: ['{Path.Combine(_folder.Path, "none.log")}', '{good}']\n" + Upstream);
        result.Is(ProbeStatus.Fail, "PatternFound");
        (await Check($"files: ['{Path.Combine(_folder.Path, "none.log")}', '{good}']\npatterns: [{{ pattern: nothing like that }}]")).Is(ProbeStatus.Error, "NotFound");
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_an_error()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "this account may read every file");
        var file = _folder.Write("secret.log", "boom");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.None);
        (await Check($"files: '{file}'\n" + Upstream)).Is(ProbeStatus.Error, "PermissionDenied");
    }

    [Fact]
    public async Task Globs_and_rotated_files_are_read_compressed_ones_too()
    {
        _folder.Write("a/error.log", "x\n");
        _folder.Write("b/error.log", "boom now\n");
        _folder.Write("b/error.log.1", "boom yesterday\n");
        _folder.Write("b/error.log.bak", "boom elsewhere\n");
        Zip("b/error.log.2.gz", "boom before\n");
        Zip("b/error.log-20261030.gz", "boom long ago\n");
        var glob = $"files: '{Path.Combine(_folder.Path, "?", "*.log")}'\npatterns: [{{ name: boom, pattern: boom }}]\n";
        Assert.Equal(1L, (await Check(glob)).Get("matches"));
        var result = await Check(glob + "rotated: true");
        Assert.Equal(4L, result.Get("matches"));
        Assert.Equal(5, ((IReadOnlyList<object?>)result.Observations["files"]!).Count);
        _folder.Write("b/error.log.3.gz", "this is no gzip");
        Assert.Contains("PatternFound", (await Check(glob + "rotated: true")).Error, StringComparison.Ordinal);
        (await Check(glob.Replace("pattern: boom", "pattern: nothing", StringComparison.Ordinal) + "rotated: true")).Is(ProbeStatus.Error, "Unreadable");
    }

    private void Zip(string name, string text)
    {
        using var stream = new GZipStream(File.Create(Path.Combine(_folder.Path, name)), CompressionLevel.Fastest);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public async Task Of_a_big_log_only_the_window_is_read()
    {
        var text = new StringBuilder();
        // a line a second for about 55 hours, with some disorder
        var from = Now.AddSeconds(-200_000);
        for (var second = 0; second < 200_000; second++)
            text.Append(CultureInfo.InvariantCulture, $"{from.AddSeconds(second - (second % 7 == 0 ? 2 : 0)):yyyy-MM-dd HH:mm:ss},000 INFO request number {second} was answered\n");
        var file = _folder.Write("big.log", text.ToString());
        var result = await Check($"files: '{file}'\nwindow: 10m\ntimeZone: Etc/UTC\npatterns: [{{ name: all, pattern: request, severity: warn }}]");
        Assert.InRange(result.Get<long>("matches"), 599, 602);
        var scanned = (long)result.Observations["bytesScanned"]!;
        Assert.InRange(scanned, 1, 1024 * 1024);
        Assert.True(scanned < new FileInfo(file).Length / 10);
    }

    [Fact]
    public void Halving_finds_the_same_lines_as_reading_all()
    {
        // the oracle is the whole file read line by line; stretches without times, equal times and long lines included
        FsCheck.Check.One(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(20), FsCheck.Fluent.Prop.ForAll(FsCheck.Fluent.ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var text = new StringBuilder();
            var (time, times) = (Now.AddDays(-2), new List<DateTimeOffset>());
            while (text.Length < 900_000)
            {
                time = time.AddSeconds(random.Next(0, 40));
                times.Add(time);
                text.Append(CultureInfo.InvariantCulture, $"{time:yyyy-MM-ddTHH:mm:ss}Z m{times.Count - 1} ").Append('x', random.Next(0, 400)).Append('\n');
                for (var extra = random.Next(0, 50) == 0 ? random.Next(1, 300) : 0; extra > 0; extra--) text.Append("   at Some.Method()\n");
            }
            var file = _folder.Write("log", text.ToString());
            var from = times[random.Next(times.Count)].AddSeconds(random.Next(-1, 2));
            var window = new LogWindow(from, null);
            var pattern = new LogPattern("p", @" m\d+ ", false, true, 0, 0);
            new LogFileReader(window, new UTF8Encoding(), long.MaxValue, null, lines => LogClock.Detect(lines, DateTimeZone.Utc, Now)).Read(file, new LogScan([pattern], window), default);
            return pattern.Count == times.Count(item => item >= from);
        }));
    }

    [Fact]
    public async Task Without_a_window_the_newest_part_is_read_and_said_to_be_a_part()
    {
        var text = "boom at the beginning\n" + string.Concat(Enumerable.Repeat("nothing here\n", 1000)) + "boom at the end\n";
        var result = await Check(Files("app.log", text) + "maxBytes: 2000\npatterns: [{ name: boom, pattern: boom }]");
        result.Is(ProbeStatus.Fail, "PatternFound");
        Assert.Equal((true, (object?)1L), (result.Get("truncated"), result.Get("matches")));
        (await Check(Files("app.log", text) + "maxBytes: 2000\npatterns: [{ pattern: at the beginning }]")).Is(ProbeStatus.Warn, "Truncated");
    }

    [Fact]
    public async Task Samples_are_bounded_and_hold_no_secret()
    {
        var text = string.Concat(Enumerable.Range(1, 50).Select(index => string.Create(CultureInfo.InvariantCulture, $"login {index} with canary-value password=hunter2 Authorization: Bearer abc.def {new string('y', 2000)}\n")));
        var mask = new SecretMask();
        mask.Add("canary-value");
        var result = await Check(Files("app.log", text) + "samples: 4\npatterns: [{ pattern: login }]", mask);
        var samples = (IReadOnlyList<object?>)Detail(result, "patterns")["samples"]!;
        Assert.Equal(4, samples.Count);
        Assert.StartsWith("login 1 ", (string)samples[0]!, StringComparison.Ordinal);
        Assert.StartsWith("login 50 ", (string)samples[3]!, StringComparison.Ordinal);
        var all = PlainJson.Write(result.Observations) + result.Message;
        foreach (var secret in new[] { "canary-value", "hunter2", "abc.def" }) Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        Assert.All(samples, sample => Assert.InRange(((string)sample!).Length, 1, 600));
    }

    [Fact]
    public async Task A_pattern_that_never_ends_is_an_error() =>
        (await Check(Files("app.log", new string('a', 5000) + "!\n") + "patterns: [{ pattern: '^(?=(a+)+$)b' }]")).Is(ProbeStatus.Error, "RegexTimeout");

    [Fact]
    public async Task A_file_that_is_one_endless_line_is_cut()
    {
        var result = await Check(Files("app.log", new string('z', 3_000_000)) + "patterns: [{ pattern: z }]");
        Assert.Equal(1L, result.Get("matches"));
    }

    [Theory]
    [InlineData("latin1", 28591)]
    [InlineData("utf-16", 1200)]
    [InlineData("utf-8", 65001)]
    public async Task Other_encodings_are_read(string name, int page)
    {
        var file = Path.Combine(_folder.Path, "app.log");
        File.WriteAllText(file, "2026-11-01T08:00:00Z früher\n2026-11-01T08:59:00Z Gerät überhitzt\n", Encoding.GetEncoding(page));
        var result = await Check($"files: '{file}'\nencoding: {name}\nwindow: 5m\npatterns: [{{ pattern: 'Gerät überhitzt' }}, {{ pattern: früher }}]");
        Assert.Equal(1L, result.Get("matches"));
    }

    [Theory]
    [InlineData("2026-11-01T08:00:00.5Z x", "iso", "2026-11-01T08:00:00.5Z")]
    [InlineData("2026-11-01 08:00:00,250 INFO x", "iso", "2026-11-01T07:00:00.25Z")]
    [InlineData("[main] 2026-11-01 08:00:00 +0200 x", "iso", "2026-11-01T06:00:00Z")]
    [InlineData("2026-11-01 08:00:00.123 UTC [99] LOG: x", "iso", "2026-11-01T08:00:00.123Z")]
    [InlineData("2026/11/01 08:00:00 [error] x", "nginx", "2026-11-01T07:00:00Z")]
    [InlineData("192.0.2.1 - - [01/Nov/2026:08:00:00 -0500] \"GET / HTTP/1.1\" 200 5", "common", "2026-11-01T13:00:00Z")]
    [InlineData("[Sun Nov 01 08:00:00.123456 2026] [core:error] x", "apache", "2026-11-01T07:00:00.123456Z")]
    [InlineData("Nov  1 08:00:00 host app[1]: x", "syslog", "2026-11-01T07:00:00Z")]
    [InlineData("<34>Oct 11 22:14:15 host su: x", "syslog", "2026-10-11T20:14:15Z")]
    [InlineData("Dec 24 08:00:00 host app[1]: x", "syslog", "2025-12-24T07:00:00Z")]
    [InlineData("2016-12-31T23:59:60Z leap", "iso", "2017-01-01T00:00:00Z")]
    [InlineData("1793520000.250 x", "epoch", "2026-11-01T08:00:00.25Z")]
    [InlineData("1793520000123 x", "epoch", "2026-11-01T08:00:00.123Z")]
    public void Times_are_read_in_the_forms_of_the_field(string line, string form, string utc)
    {
        var clock = LogClock.Detect([line, "  and more"], DateTimeZoneProviders.Tzdb["Europe/Berlin"], Now);
        Assert.Equal(form, clock?.Name);
        Assert.Equal(DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture), clock!.Read(line));
    }

    [Theory]
    [InlineData("2026-13-01T08:00:00Z x")]
    [InlineData("2026-02-30 08:00:00 x")]
    [InlineData("2026-11-01 25:00:00 x")]
    [InlineData("2026-11-01 08:00:61 x")]
    [InlineData("2026-11-01T08:00:00+99:00 x")]
    [InlineData("0000-11-01T08:00:00Z x")]
    [InlineData("9999-12-31T23:59:59-05:00 x")]
    [InlineData("Nov 31 08:00:00 x")]
    [InlineData("Foo 12 08:00:00 x")]
    [InlineData("12345 x")]
    [InlineData("")]
    public void What_only_looks_like_a_time_is_none(string line) => Assert.Null(LogClock.Detect([line], DateTimeZone.Utc, Now));

    [Fact]
    public async Task A_form_of_ones_own_can_be_given()
    {
        var text = "id=1 at=01.11.2026-08:00 boom\nid=2 at=01.11.2026-08:59 boom\n";
        var more = "timestampPattern: 'at=(?<time>\\S+)'\ntimestampFormat: dd.MM.yyyy-HH:mm\ntimeZone: Etc/UTC\n";
        Assert.Equal(1L, (await Check(Files("own.log", text) + more + "window: 5m\npatterns: [{ pattern: boom }]")).Get("matches"));
        (await Check(Files("own.log", text) + "timestampFormat: dd.MM.yyyy\npatterns: [{ pattern: boom }]")).Is(ProbeStatus.Error, "InvalidArgument");
    }

    [Fact]
    public async Task Files_or_a_unit_must_be_given_and_not_both()
    {
        (await Check(Upstream)).Is(ProbeStatus.Error, "InvalidArgument");
        (await Check(Upstream + "files: x\nunit: y")).Is(ProbeStatus.Error, "InvalidArgument");
        (await ProbeRun.Check("probe.log", "unit: y\n" + Upstream, processes: new NoPrograms())).Is(ProbeStatus.Error, "ManagerMissing");
    }
}
