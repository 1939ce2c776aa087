using System.Globalization;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Security;

namespace IncidentTools.Engine.Tests.Probes.Security;

public sealed class FailedLogonsProbeTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Line(double secondsAgo, string text) => $"{Now.AddSeconds(-secondsAgo).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture)} web1 {text}\n";
    private static string Failed(double ago, string user, string ip, int pid = 77) => Line(ago, $"sshd[{pid}]: Failed password for {user} from {ip} port 50022 ssh2");
    private static string Many(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(line));
    private Task<ProbeResult> Check(string text, string more = "") => ProbeRun.Check("probe.failed-logons", $"files: '{_folder.Write("auth.log", text)}'\n{more}");
    private static IEnumerable<object?> List(ProbeResult result, string key) => (IEnumerable<object?>)result.Get(key)!;

    [Fact]
    public async Task A_few_typing_errors_pass()
    {
        var result = await Check(Many(3, n => Failed(100 + n, "ana", "192.0.2.5")) + Line(1, "sshd[1]: Accepted publickey for ana from 192.0.2.5 port 1 ssh2"));
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((3L, 1L), (result.Get("failures"), result.Get("successes")));
    }

    [Fact]
    public async Task Guessing_one_account_is_over_the_limit_and_the_same_number_over_hours_is_not()
    {
        (await Check(Many(12, n => Failed(200 - n, "root", "192.0.2.66")))).Is(ProbeStatus.Fail, "TooManyFailures");
        (await Check(Many(12, n => Failed(80_000 - (n * 3600), "root", "192.0.2.66")))).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task Somebody_who_gets_in_after_guessing_is_what_is_said_first()
    {
        var result = await Check(Many(60, n => Failed(300 - n, "ana", "203.0.113.9")) + Line(10, "sshd[9]: Accepted password for ana from 203.0.113.9 port 1 ssh2"));
        result.Is(ProbeStatus.Fail, "SuccessAfterFailures");
        var hit = (IReadOnlyDictionary<string, object?>)Assert.Single(List(result, "successAfterFailures"))!;
        Assert.Equal(("ana", "203.0.113.9", 60L), (hit["account"], hit["source"], hit["failures"]));
        Assert.Equal("203.0.113.9", result.Get("topSource"));
    }

    [Fact]
    public async Task A_spray_over_many_accounts_is_found_by_its_source()
    {
        var result = await Check(Many(12, n => Line(3000 - (n * 200), $"sshd[{n + 1}]: Invalid user user{n} from 203.0.113.9 port 1") + Failed(2999 - (n * 200), $"invalid user user{n}", "203.0.113.9", n + 1)));
        result.Is(ProbeStatus.Fail, "TooManyFailures");
        Assert.Equal(["203.0.113.9"], List(result, "spraySources"));
        Assert.Equal(12L, result.Get("failures")); // two lines of one try
    }

    [Fact]
    public async Task A_new_administrator_and_a_new_account_are_found()
    {
        var result = await Check(Line(50, "useradd[9]: new user: name=support, UID=1001, GID=1001, home=/home/support, shell=/bin/bash, from=none") + Line(49, "usermod[9]: add 'support' to group 'sudo'") + Line(48, "gpasswd[3]: user www added by root to group docker") + Line(47, "usermod[9]: add 'support' to group 'video'"));
        result.Is(ProbeStatus.Fail, "NewAdministrator");
        Assert.Equal(["support", "www"], List(result, "newAdministrators"));
        Assert.Equal(["support"], List(result, "newAccounts"));
    }

    [Fact]
    public async Task Known_scanners_and_what_is_older_than_the_window_do_not_count()
    {
        (await Check(Many(60, n => Failed(300 - n, "x", "10.1.2.3")), "allow: [10.1.0.0/16]")).Is(ProbeStatus.Pass, null);
        Assert.Equal(0L, (await Check(Many(60, n => Failed(7200 - n, "x", "10.1.2.3")), "window: 1h")).Get("failures"));
    }

    [Fact]
    public async Task Rotated_compressed_files_are_read_and_come_before()
    {
        var old = Many(8, n => Failed(4000 - n, "ana", "203.0.113.9"));
        await using (var file = new GZipStream(File.Create(Path.Combine(_folder.Path, "auth.log.2.gz")), CompressionMode.Compress)) file.Write(Encoding.UTF8.GetBytes(old));
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "auth.log.2.gz"), Now.UtcDateTime.AddHours(-1));
        var text = Line(10, "sshd[9]: Accepted password for ana from 203.0.113.9 port 1 ssh2");
        (await Check(text)).Is(ProbeStatus.Fail, "SuccessAfterFailures");
        (await Check(text, "rotated: false")).Is(ProbeStatus.Pass, null);
        _folder.Write("auth.log.3.gz", "this is no gzip");
        Assert.Contains("auth.log.3.gz", (await Check("", "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_whose_lines_have_no_time_is_an_error() => (await Check("sshd[1]: Failed password for x from 192.0.2.1 port 2 ssh2\n")).Is(ProbeStatus.Error, "Unreadable");

    [Fact]
    public async Task Lastb_is_read_oldest_first()
    {
        Script.Require();
        string Row(int ago) => $"root     ssh:notty    203.0.113.9      {Now.AddSeconds(-ago).ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture)} - {Now.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture)}  (00:00)";
        Script.Write(_folder, "lastb", $"cat <<'END'\n{string.Join('\n', Enumerable.Range(1, 11).Select(Row))}\n\nbtmp begins 2026-11-01T00:00:00+00:00\nEND\n");
        var result = await ProbeRun.Check("probe.failed-logons", "btmp: /var/log/btmp", processes: new RealProcesses(_folder.Path));
        result.Is(ProbeStatus.Fail, "TooManyFailures");
        Assert.Equal((11L, "203.0.113.9"), (result.Get("failures"), result.Get("topSource")));
    }

    [Fact]
    public async Task A_source_that_gives_no_answer_hides_no_other_and_is_said()
    {
        Script.Require();
        Script.Write(_folder, "lastb", "echo 'lastb: cannot open' >&2; exit 1\n");
        var log = _folder.Write("auth.log", Failed(10, "x", "192.0.2.1"));
        var result = await ProbeRun.Check("probe.failed-logons", $"files: '{log}'\nbtmp: /var/log/btmp", processes: new RealProcesses(_folder.Path));
        result.Is(ProbeStatus.Error, "ExitCode");
        Assert.Equal(1L, result.Get("failures"));
    }

    private const string Windows = """
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4625</EventID><TimeCreated SystemTime='2026-11-24T10:00:00.0000000Z'/></System><EventData><Data Name='TargetUserName'>admin</Data><Data Name='SubStatus'>0xc000006a</Data><Data Name='LogonType'>3</Data><Data Name='IpAddress'>::ffff:203.0.113.9</Data></EventData></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4624</EventID><TimeCreated SystemTime='2026-11-24T10:01:00.0000000Z'/></System><EventData><Data Name='TargetUserName'>admin</Data><Data Name='LogonType'>10</Data><Data Name='IpAddress'>203.0.113.9</Data></EventData></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4624</EventID><TimeCreated SystemTime='2026-11-24T10:01:00.0000000Z'/></System><EventData><Data Name='TargetUserName'>SYSTEM</Data><Data Name='LogonType'>5</Data><Data Name='IpAddress'>-</Data></EventData></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4720</EventID><TimeCreated SystemTime='2026-11-24T10:02:00.0000000Z'/></System><EventData><Data Name='TargetUserName'>helper</Data><Data Name='SubjectUserName'>admin</Data></EventData></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4732</EventID><TimeCreated SystemTime='2026-11-24T10:03:00.0000000Z'/></System><EventData><Data Name='MemberName'>-</Data><Data Name='MemberSid'>S-1-5-21-1-2-3-1009</Data><Data Name='TargetUserName'>Administratoren</Data><Data Name='TargetSid'>S-1-5-32-544</Data><Data Name='SubjectUserName'>admin</Data></EventData></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>4732</EventID><TimeCreated SystemTime='2026-11-24T10:03:00.0000000Z'/></System><EventData><Data Name='MemberSid'>S-1-5-21-1-2-3-1009</Data><Data Name='TargetUserName'>Users</Data><Data Name='TargetSid'>S-1-5-32-545</Data></EventData></Event>
        <Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>1102</EventID><TimeCreated SystemTime='2026-11-24T10:04:00.0000000Z'/></System><UserData><LogFileCleared xmlns='http://manifests.microsoft.com/win/2004/08/windows/eventlog'><SubjectUserName>admin</SubjectUserName></LogFileCleared></UserData></Event>
        """;

    [Fact]
    public void The_windows_security_log_is_read_by_numbers_not_by_words()
    {
        var events = WindowsSecurityLog.Read(Windows).ToList();
        Assert.Equal(["Failure admin 203.0.113.9", "Success admin 203.0.113.9", "NewAccount helper ", "NewAdministrator S-1-5-21-1-2-3-1009 ", "LogCleared admin "], events.Select(item => $"{item.Kind} {item.Account} {item.Source}"));
        Assert.Equal("wrong password", events[0].Detail);
        Assert.Empty(WindowsSecurityLog.Read(""));
        Assert.Throws<CannotCheckException>(() => WindowsSecurityLog.Read("<!DOCTYPE x [<!ENTITY a 'b'>]><Event/>").ToList());
        Assert.Throws<CannotCheckException>(() => WindowsSecurityLog.Read("Access is denied.<Event>").ToList());
    }

    /// <summary>However they lie, the worst of the sliding window is what counting every window by hand gives.</summary>
    [Fact]
    public void The_sliding_count_is_that_of_a_plain_count() => Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), ArbMap.Default.ArbFor<PositiveInt>(), (gaps, within) =>
    {
        var (time, times, window) = (0, new List<int>(), (within.Get % 100) + 1);
        foreach (var gap in gaps.Get) times.Add(time += gap % 30);
        var count = new SlidingCount(TimeSpan.FromSeconds(window));
        foreach (var at in times) count.Add(DateTimeOffset.UnixEpoch.AddSeconds(at));
        // those of one second come one after the other, the last one sees them all
        return count.Worst == times.Max(end => times.Count(at => at <= end && end - at <= window)) && count.All == times.Count;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
}
