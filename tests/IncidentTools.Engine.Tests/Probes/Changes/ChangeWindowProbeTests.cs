using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using IncidentTools.Engine.Probes;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes.Changes;

/// <summary>Changes in a real repository, in logs of packages, in files and in what a release system says.</summary>
public sealed class ChangeWindowProbeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Check(string yaml) => ProbeRun.Check("probe.change-window", "timeZone: Etc/UTC\n" + yaml, new FakeTimeProvider(Now), new RealProcesses(_folder.Path));
    private static string[] What(ProbeResult result) => [.. result.Get<IReadOnlyList<object?>>("changes").Select(item => (string)((IReadOnlyDictionary<string, object?>)item!)["what"]!)];

    [Fact]
    public async Task Commits_and_moves_of_a_work_tree_count_by_when_they_came()
    {
        var tree = Path.Combine(_folder.Path, "shop");
        Directory.CreateDirectory(tree);
        Git(tree, Now.AddDays(-30), "init", "--quiet", "--initial-branch=main");
        Git(tree, Now.AddDays(-30), "commit", "--quiet", "--allow-empty", "-m", "The first release");
        Git(tree, Now.AddDays(-20), "commit", "--quiet", "--allow-empty", "-m", "The second release");
        Git(tree, Now.AddDays(-20), "tag", "v2");
        Git(tree, Now.AddDays(-19), "checkout", "--quiet", "--detach", "HEAD~1");
        (await Check($"repositories: '{tree}'")).Is(ProbeStatus.Pass, null);
        // an old commit that was put in place an hour ago
        Git(tree, Now.AddHours(-1), "checkout", "--quiet", "v2");
        var result = await Check($"repositories: '{tree}'");
        result.Is(ProbeStatus.Warn, "Changed");
        Assert.Equal((1L, 1L, Now.AddHours(-1)), (result.Get("count"), result.Get("near"), result.Get("newest")));
        Assert.Contains("The second release", Assert.Single(What(result)), StringComparison.Ordinal);
        Git(tree, Now.AddHours(-5), "commit", "--quiet", "--allow-empty", "-m", "Earlier today");
        result = await Check($"repositories: '{tree}'");
        Assert.Equal((2L, 1L), (result.Get("count"), result.Get("near")));
        Assert.Equal(0L, (await Check($"repositories: '{tree}'\nuntil: 2026-11-01T03:00:00Z")).Get("count"));
    }

    [Fact]
    public async Task A_folder_that_is_no_repository_is_an_error()
    {
        Assert.SkipUnless(new RealProcesses().Find("git") is not null, "there is no git here");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "plain"));
        (await Check($"repositories: '{_folder.Path}/plain'")).Is(ProbeStatus.Error, "NotFound");
        (await Check($"repositories: '{_folder.Path}/none'")).Is(ProbeStatus.Error, "NotFound");
        (await Check("repositories: somewhere")).Is(ProbeStatus.Error, "InvalidArgument");
    }

    private const string Dpkg = """
        2026-10-20 08:00:00 upgrade old:amd64 1 2
        2026-11-01 07:30:00 startup archives unpack
        2026-11-01 07:30:01 upgrade nginx:amd64 1.22.0 1.22.1
        2026-11-01 07:30:01 status half-configured nginx:amd64 1.22.0
        2026-11-01 03:10:00 install libfoo:amd64 <none> 2.0

        """;

    [Fact]
    public async Task Packages_are_read_from_the_logs_of_their_managers()
    {
        var dpkg = _folder.Write("dpkg.log", Dpkg);
        var apt = _folder.Write("history.log", "Start-Date: 2026-11-01  07:29:58\nCommandline: apt-get upgrade nginx\nUpgrade: nginx:amd64 (1.22.0, 1.22.1)\nEnd-Date: 2026-11-01  07:30:03\n\nStart-Date: 2026-10-01  07:29:58\nCommandline: apt-get install old\n");
        var dnf = _folder.Write("dnf.rpm.log", "2026-11-01T06:00:00+0000 SUBDEBUG Upgrade: openssl-3.0.7-28.el9.x86_64\n2026-11-01T06:00:00+0000 INFO --- logging initialized ---\n");
        var yum = _folder.Write("yum.log", "Nov 01 05:00:00 Updated: kernel-3.10.0\nOct 02 05:00:00 Installed: old\n");
        var result = await Check($"packageLogs: ['{dpkg}', '{apt}', '{dnf}', '{yum}']");
        result.Is(ProbeStatus.Warn, "Changed");
        Assert.Equal(["upgrade nginx:amd64 1.22.0 1.22.1", "apt-get upgrade nginx", "upgrade openssl-3.0.7-28.el9.x86_64", "updated kernel-3.10.0", "install libfoo:amd64 <none> 2.0"], What(result));
        Assert.Equal(2L, result.Get("near"));
    }

    [Fact]
    public async Task The_turn_of_a_month_hides_nothing()
    {
        var log = _folder.Write("dpkg.log", "");
        using (var zip = new GZipStream(File.Create(log + ".1.gz"), CompressionMode.Compress)) zip.Write(System.Text.Encoding.UTF8.GetBytes(Dpkg));
        Assert.Equal(2L, (await Check($"packageLogs: '{log}'")).Get("count"));
    }

    [Fact]
    public async Task Rpm_tells_when_its_packages_came()
    {
        Script.Require();
        Script.Write(_folder, "rpm", $"echo '{Now.AddHours(-3).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)} nginx-1.22.1-2.el9.x86_64'\necho '{Now.AddDays(-90).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)} bash-5.1.8-6.el9.x86_64'\n");
        Assert.Contains("install nginx-1.22.1-2.el9.x86_64", What(await Check("packages: true\nwindow: 1h\nuntil: 2026-11-01T06:30:00Z")));
        Script.Write(_folder, "rpm", "echo 'error: cannot open Packages database' >&2; exit 1\n");
        var result = await Check("packages: true");
        Assert.Equal((ProbeStatus.Error, "ExitCode"), (result.Status, result.Error));
    }

    [Fact]
    public async Task Files_count_by_their_time_of_change()
    {
        var tree = Path.Combine(_folder.Path, "etc");
        File.SetLastWriteTimeUtc(_folder.Write("etc/nginx/nginx.conf", "x"), Now.AddMinutes(-30).UtcDateTime);
        File.SetLastWriteTimeUtc(_folder.Write("etc/hosts", "x"), Now.AddDays(-3).UtcDateTime);
        Directory.SetLastWriteTimeUtc(Path.Combine(tree, "nginx"), Now.AddDays(-9).UtcDateTime);
        Assert.Equal([Path.Combine("nginx", "nginx.conf") + " written"], What(await Check($"folders: '{tree}'")));
        (await Check($"folders: '{tree}'\nwindow: 10m")).Is(ProbeStatus.Pass, null);
        Assert.Equal(2L, (await Check($"folders: '{tree}'\nsince: 2026-10-25T00:00:00Z")).Get("count"));
        // what was removed shows at its folder
        Directory.SetLastWriteTimeUtc(Path.Combine(tree, "nginx"), Now.AddMinutes(-5).UtcDateTime);
        Assert.Equal("nginx: files came or went", What(await Check($"folders: '{tree}'"))[0]);
        (await Check($"folders: ['{tree}/none', '{tree}']")).Is(ProbeStatus.Error, "NotFound");
    }

    [Theory]
    [InlineData("""[{"created_at":"2026-11-01T08:20:00Z","name":"shop 1.5","creator":{"login":"ana"}},{"created_at":"2026-10-01T08:20:00Z","name":"shop 1.4"}]""", "shop 1.5", "ana")]
    [InlineData("""{"total":1,"deployments":[{"finishedAt":1793521200,"version":"1.5","by":"pipeline"}]}""", "1.5", "pipeline")]
    [InlineData("2026-11-01T08:20:00Z shop 1.5 by hand\n2026-10-01T08:20:00Z shop 1.4\n", "shop 1.5 by hand", null)]
    public async Task A_release_system_says_what_it_released(string answer, string what, string? by)
    {
        using var server = LoopbackServer.Http("200 OK", answer);
        var result = await Check($"url: http://127.0.0.1:{server.Port}/releases");
        Assert.Equal([what], What(result));
        Assert.Equal(by, ((IReadOnlyDictionary<string, object?>)result.Get<IReadOnlyList<object?>>("changes")[0]!)["by"]);
        Script.Require();
        _folder.Write("answer", answer);
        Assert.Equal([what], What(await Check($"command: ['{Script.Write(_folder, "releases", $"cat '{_folder.Path}/answer'\n")}', list]")));
    }

    [Theory]
    [InlineData("<html>log in</html>")]
    [InlineData("""[{"name":"no time"}]""")]
    [InlineData("[{")]
    [InlineData("""{"error":"token expired"}""")]
    public async Task An_answer_without_times_is_not_nothing_changed(string answer)
    {
        using var server = LoopbackServer.Http("200 OK", answer);
        (await Check($"url: http://127.0.0.1:{server.Port}/")).Is(ProbeStatus.Error, "InvalidResponse");
    }

    [Fact]
    public async Task A_release_system_that_fails_is_an_error_and_what_others_found_is_kept()
    {
        Script.Require();
        var result = await Check($"command: ['{Script.Write(_folder, "broken", "echo no such project >&2; exit 2\n")}']\npackageLogs: '{_folder.Write("dpkg.log", Dpkg)}'");
        result.Is(ProbeStatus.Error, "ExitCode");
        Assert.Equal(2L, result.Get("count"));
        (await Check($"url: http://127.0.0.1:{LoopbackServer.FreePort()}/")).Is(ProbeStatus.Error, "ConnectionRefused");
    }

    private void Git(string tree, DateTimeOffset at, params string[] arguments)
    {
        var git = new RealProcesses().Find("git");
        Assert.SkipUnless(git is not null, "there is no git here");
        var start = new ProcessStartInfo(git, ["-C", tree, "-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false", .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        (start.Environment["GIT_COMMITTER_DATE"], start.Environment["GIT_AUTHOR_DATE"]) = (at.ToString("O", CultureInfo.InvariantCulture), at.ToString("O", CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, text);
    }
}
