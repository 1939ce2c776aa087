using System.Globalization;
using System.IO.Compression;
using System.Text;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Logs;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes.Logs;

/// <summary>Groups, rates, gaps, entries of several lines, context, encodings and the event log of Windows.</summary>
public sealed class LogFeatureTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private static Task<ProbeResult> Check(string yaml, RealProcesses? processes = null) => ProbeRun.Check("probe.log", "timeZone: Etc/UTC\n" + yaml, new FakeTimeProvider(Now), processes);
    private Task<ProbeResult> Read(string text, string more) => Check($"files: '{_folder.Write("app.log", text)}'\n{more}");
    private static IReadOnlyDictionary<string, object?> Pattern(ProbeResult result, int index = 0) => (IReadOnlyDictionary<string, object?>)((IReadOnlyList<object?>)result.Observations["patterns"]!)[index]!;
    private static string Groups(ProbeResult result, string pattern) => string.Join(' ', ((IReadOnlyList<object?>)result.Get<IReadOnlyDictionary<string, object?>>("groups")[pattern]!).Cast<IReadOnlyDictionary<string, object?>>().Select(item => $"{item["key"]}={item["count"]}"));

    private const string Logons = """
        2026-11-01T08:50:00Z sshd[1]: Failed password for invalid user admin from 192.0.2.7 port 4711 ssh2
        2026-11-01T08:50:20Z sshd[1]: Failed password for root from 192.0.2.7 port 4712 ssh2
        2026-11-01T08:51:00Z sshd[1]: Failed password for root from 2001:db8::7 port 4713 ssh2
        2026-11-01T08:52:00Z sshd[1]: Failed password for root from 198.51.100.2 port 4714 ssh2
        2026-11-01T08:52:10Z sshd[1]: Accepted publickey for ana from 198.51.100.9 port 4715 ssh2

        """;

    [Theory]
    [InlineData("ip", "192.0.2.7=2 198.51.100.2=1 2001:db8::7=1")]
    [InlineData("user", "root=3 admin=1")]
    [InlineData("minute", "2026-11-01T08:50Z=2 2026-11-01T08:51Z=1 2026-11-01T08:52Z=1")]
    [InlineData("port", "4711=1 4712=1 4713=1 4714=1")]
    public async Task Lines_are_counted_by_what_is_asked_for(string by, string expected)
    {
        var result = await Read(Logons, $"window: 10m\npatterns: [{{ name: failed, pattern: 'Failed password .* port (?<port>\\d+)', groupBy: {by} }}]");
        result.Is(ProbeStatus.Fail, "PatternFound");
        Assert.Equal(expected, Groups(result, "failed"));
        Assert.Equal(0.4, result.Get<IReadOnlyDictionary<string, object?>>("perMinute")["failed"]);
        Assert.Equal(0L, Pattern(result)["groupsAtMostOver"]);
        Assert.Contains(expected.Split('=')[0], result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_grouped_by_is_said() =>
        (await Read(Logons, "patterns: [{ pattern: Failed, groupBy: colour }]")).Is(ProbeStatus.Error, "InvalidArgument");

    [Fact]
    public async Task A_group_that_is_a_secret_is_not_shown()
    {
        var result = await Read("2026-11-01T08:59:00Z login password=hunter2 failed\n", "patterns: [{ name: p, pattern: '(?<all>password=\\S+)', groupBy: all }]");
        Assert.Equal("password=***=1", Groups(result, "p"));
        Assert.DoesNotContain("hunter2", PlainJson.Write(result.Observations) + result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("window: 30m\nmaxGap: 5m", "LogGap", 1200d)] // 08:30 to 08:50, and 08:52:10 to 09:00
    [InlineData("window: 10m\nmaxGap: 5m", "LogGap", 470d)]
    [InlineData("window: 10m\nmaxGap: 8m", null, 470d)]
    [InlineData("window: 10m\nuntil: 2026-11-01T08:53:00Z\nmaxGap: 10m", null, 420d)]
    [InlineData("window: 1m\nmaxGap: 10m", "LogGap", null)]
    public async Task Silence_is_a_gap(string more, string? error, double? seconds)
    {
        var result = await Read("2026-11-01T08:00:00Z begin\n" + Logons, more + "\npatterns: [{ pattern: no such thing }]");
        result.Is(error is null ? ProbeStatus.Pass : ProbeStatus.Warn, error);
        Assert.Equal(seconds, result.Get("gapSeconds"));
    }

    [Fact]
    public async Task A_gap_cannot_be_told_without_a_window() => (await Read(Logons, "maxGap: 5m\npatterns: [{ pattern: x }]")).Is(ProbeStatus.Error, "InvalidArgument");

    private const string Traces = """
        2026-11-01T08:58:00Z ERROR request failed
        System.InvalidOperationException: no connection
          at Shop.Cart.Save()
        2026-11-01T08:58:30Z INFO fine
        2026-11-01T08:59:00Z ERROR request failed
        System.TimeoutException: too late
          at Shop.Cart.Save()

        """;

    [Fact]
    public async Task Entries_of_several_lines_are_matched_as_a_whole()
    {
        var result = await Read(Traces, "window: 5m\nmultilineStart: '^\\d{4}-'\npatterns: [{ name: late, pattern: '(?s)ERROR.*TimeoutException.*Cart' }, { name: both, pattern: 'request failed\\n.*Exception' }]");
        var counts = result.Get<IReadOnlyDictionary<string, object?>>("counts");
        Assert.Equal((1L, 2L, 3L), (counts["late"], counts["both"], result.Get("lines")));
    }

    [Fact]
    public async Task Samples_have_their_lines_around_them_redacted()
    {
        var result = await Read("a\nb token=abcdef\nhit one\nc\nhit two\nd\ne\n", "context: 2\npatterns: [{ pattern: hit }]");
        var context = ((IReadOnlyList<object?>)Pattern(result)["context"]!).Cast<IReadOnlyDictionary<string, object?>>().Select(item => string.Join('|', ((IReadOnlyList<object?>)item["before"]!).Append($"<{item["line"]}>").Concat((IReadOnlyList<object?>)item["after"]!)));
        Assert.Equal(["a|b token=***|<hit one>|c|hit two", "hit one|c|<hit two>|d|e"], context);
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-32", true)]
    [InlineData("utf-8", true)]
    [InlineData("utf-8", false)]
    [InlineData("iso-8859-1", false)]
    public async Task Encodings_are_read_by_name_or_by_their_mark(string name, bool mark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes("2026-11-01T08:58:00Z Zugriff für Jürgen verweigert\n2026-11-01T08:59:00Z ok\n")];
        var (plain, zipped) = (Path.Combine(_folder.Path, "a.log"), Path.Combine(_folder.Path, "b.log.gz"));
        File.WriteAllBytes(plain, bytes);
        using (var zip = new GZipStream(File.Create(zipped), CompressionMode.Compress)) zip.Write(bytes);
        foreach (var file in new[] { plain, zipped })
            Assert.Equal(1L, (await Check($"files: '{file}'\nwindow: 5m\n{(mark ? "" : $"encoding: {name}\n")}patterns: [{{ pattern: 'für J.rgen' }}]")).Get("matches"));
    }

    [Fact]
    public async Task A_window_in_a_big_log_is_found_without_reading_it_all()
    {
        var file = Path.Combine(_folder.Path, "big.log");
        using (var writer = new StreamWriter(file))
            for (var second = -90_000; second < 0; second++) writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Now.AddSeconds(second):yyyy-MM-dd'T'HH:mm:ss'Z'} INFO a request that was served as it should be, number {second}{(second % 100 == 0 ? " ERROR" : "")}\n"));
        var result = await Check($"files: '{file}'\nwindow: 10m\npatterns: [{{ pattern: ERROR }}]");
        Assert.Equal((6L, 600L), (result.Get("matches"), result.Get("lines")));
        Assert.InRange((long)result.Observations["bytesScanned"]!, 1, new FileInfo(file).Length / 4);
    }

    private const string Events = """
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Application Error'/><EventID Qualifiers='0'>1000</EventID><Level>2</Level><TimeCreated SystemTime='2026-11-01T08:58:00.123456700Z'/><Channel>Application</Channel><Computer>WEB01</Computer></System><EventData><Data>w3wp.exe</Data></EventData><RenderingInfo Culture='de-DE'><Message>Name der fehlerhaften Anwendung: w3wp.exe
        Ausnahmecode: 0xc0000005</Message><Level>Fehler</Level></RenderingInfo></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-WAS' Guid='{1}'/><EventID>5002</EventID><Level>2</Level><TimeCreated SystemTime='2026-11-01T08:59:00.0000000Z'/><Computer>WEB01</Computer></System><EventData><Data Name='AppPoolID'>Shop &amp; Co</Data></EventData></Event>
        """;

    private Task<ProbeResult> Wevtutil(string answer, string more, int exit = 0)
    {
        Script.Require();
        _folder.Write("events.xml", answer);
        Script.Write(_folder, "wevtutil", $"for a in \"$@\"; do echo \"$a\"; done > '{_folder.Path}/asked'\ncat '{_folder.Path}/events.xml'\nexit {exit}\n");
        return Check("eventLog: Application\n" + more, new RealProcesses(_folder.Path));
    }

    [Fact]
    public async Task Events_of_windows_are_a_line_each()
    {
        var result = await Wevtutil(Events, "eventIds: [1000, 5002]\nlevels: [critical, error]\nprovider: Application Error\nwindow: 30m\npatterns: [{ name: crash, pattern: ' error .* 1000 WEB01: .*w3wp.exe Ausnahmecode' }, { name: pool, pattern: 'AppPoolID=Shop & Co' }]");
        result.Is(ProbeStatus.Fail, "PatternFound");
        var counts = result.Get<IReadOnlyDictionary<string, object?>>("counts");
        Assert.Equal((1L, 1L, 2L), (counts["crash"], counts["pool"], result.Get("lines")));
        Assert.Equal(new DateTimeOffset(2026, 11, 1, 8, 58, 0, TimeSpan.Zero).AddTicks(1234567), result.Get("first"));
        Assert.Equal(["qe", "Application", "/q:*[System[(EventID=1000 or EventID=5002) and (Level=1 or Level=2) and Provider[@Name='Application Error'] and TimeCreated[@SystemTime>='2026-11-01T08:30:00.000Z']]]", "/f:RenderedXml", "/rd:false"], File.ReadAllLines(Path.Combine(_folder.Path, "asked")));
    }

    [Theory]
    [InlineData(5, "PermissionDenied")]
    [InlineData(15007, "ExitCode")] // a Unix program cannot end with more than 255
    [InlineData(87, "ExitCode")]
    public async Task An_event_log_that_cannot_be_read_is_an_error(int exit, string error) => (await Wevtutil("", "patterns: [{ pattern: x }]", exit)).Is(ProbeStatus.Error, error);

    [Fact]
    public async Task Events_that_are_no_xml_are_an_error_and_none_is_none()
    {
        (await Wevtutil("<Event><System>", "patterns: [{ pattern: x }]")).Is(ProbeStatus.Error, "InvalidResponse");
        (await Wevtutil("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><Event>&y;</Event>", "patterns: [{ pattern: x }]")).Is(ProbeStatus.Error, "InvalidResponse");
        (await Wevtutil("", "patterns: [{ pattern: x }]")).Is(ProbeStatus.Pass, null);
    }
}
