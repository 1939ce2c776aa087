using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Security;

namespace IncidentTools.Engine.Tests.Probes.Security;

/// <summary>Indicators, connections and web shells: found where they are, and nowhere else.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Ioc(params string[] lines) => _folder.Write("ioc.csv", "type,value,note\n# a comment\n" + string.Join('\n', lines) + "\n");
    private static IEnumerable<object?> List(ProbeResult result, string key) => (IEnumerable<object?>)result.Get(key)!;

    [Fact]
    public async Task A_file_is_found_by_hash_and_by_name_and_a_log_by_address_and_domain()
    {
        var bad = _folder.Write("www/a/logo.png", "evil bytes");
        _folder.Write("www/a/cache.php", "x");
        _folder.Write("www/good.txt", "good");
        var log = _folder.Write("access.log", "203.0.113.9 - - GET /\n203.0.113.99 - - GET /\n10.0.0.1 - - GET http://cdn.evil.example/x\n10.0.0.1 GET notevil.example\n");
        var (_, sha) = await Sha256File.OfAsync(bad, default);
        var result = await ProbeRun.Check("probe.ioc-sweep", $"indicators: '{Ioc($"hash,{sha.ToUpperInvariant()},\"dropper, stage 1\"", "path,*/www/a/cache.php,shell", "ip,203.0.113.9,c2", "domain,evil.example,c2")}'\npaths: '{_folder.Path}/www'\nlogs: '{log}'\nprocesses: false\nconnections: false");
        result.Is(ProbeStatus.Fail, "IndicatorFound");
        var hits = List(result, "hits").Cast<IReadOnlyDictionary<string, object?>>().Select(hit => $"{hit["type"]} {hit["scope"]} {Path.GetFileName((string)hit["where"]!)}").Order();
        Assert.Equal(["domain log access.log", "hash file logo.png", "ip log access.log", "path file cache.php"], hits);
        Assert.Equal(2, List(result, "paths").Count());
    }

    [Fact]
    public async Task Nothing_found_passes_only_when_everything_could_be_looked_at()
    {
        var ioc = Ioc("ip,203.0.113.9", "sha256," + new string('a', 64));
        _folder.Write("www/a.txt", new string('x', 5000));
        (await ProbeRun.Check("probe.ioc-sweep", $"indicators: '{ioc}'\npaths: '{_folder.Path}/www'\nprocesses: false\nconnections: false")).Is(ProbeStatus.Pass, null);
        (await ProbeRun.Check("probe.ioc-sweep", $"indicators: '{ioc}'\npaths: ['{_folder.Path}/www', /no/such/folder]\nprocesses: false\nconnections: false")).Is(ProbeStatus.Error, "NotFound");
        (await ProbeRun.Check("probe.ioc-sweep", $"indicators: '{ioc}'\npaths: '{_folder.Path}/www'\nmaxFileBytes: 100\nprocesses: false\nconnections: false")).Is(ProbeStatus.Error, "Truncated");
    }

    [Theory]
    [InlineData("ip,300.1.1.1"), InlineData("ip,0.0.0.0/0"), InlineData("hash,abc"), InlineData("domain,no_dots here"), InlineData("url,http://x"), InlineData("ip")]
    public async Task A_line_that_is_no_indicator_is_an_error_and_not_left_out(string line) =>
        (await ProbeRun.Check("probe.ioc-sweep", $"indicators: '{Ioc("ip,203.0.113.9", line)}'")).Is(ProbeStatus.Error, "InvalidArgument");

    [Fact]
    public async Task A_process_is_found_by_its_program_even_when_the_file_is_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/sleep"), "needs sleep on Linux");
        var copy = Path.Combine(_folder.Path, "kworkerd");
        File.Copy(Path.GetFullPath(new FileInfo("/bin/sleep").ResolveLinkTarget(true)?.FullName ?? "/bin/sleep"), copy);
        var (_, sha) = await Sha256File.OfAsync(copy, default);
        using var process = System.Diagnostics.Process.Start(copy, "300");
        try
        {
            while (new FileInfo($"/proc/{process.Id}/exe").LinkTarget != copy) await Task.Delay(20);
            File.Delete(copy);
            var result = await ProbeRun.Check("probe.ioc-sweep", $"indicators: '{Ioc("sha256," + sha)}'\nconnections: false");
            var hit = (IReadOnlyDictionary<string, object?>)Assert.Single(List(result, "hits"), item => Equals(((IReadOnlyDictionary<string, object?>)item!)["pid"], (long)process.Id))!;
            Assert.Equal("process", hit["scope"]);
            Assert.NotNull(hit["startedAt"]);
        }
        finally { process.Kill(); }
    }

    [Fact]
    public async Task Who_listens_and_who_speaks_with_a_bad_address_is_named_with_its_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "Linux and Windows");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "netstat is read from samples");
        // an address that nobody else on this machine speaks with
        using var listener = new TcpListener(IPAddress.Parse("127.6.5.4"), 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse("127.6.5.4"), port);
        var result = await ProbeRun.Check("probe.connections", $"indicators: '{Ioc("ip,127.6.5.4,itself")}'\nignoreLoopback: false");
        result.Is(ProbeStatus.Fail, "IndicatorFound");
        Assert.Contains(List(result, "hits").Cast<IReadOnlyDictionary<string, object?>>(), hit => (string)hit["remote"]! == $"127.6.5.4:{port}" && Equals(hit["pid"], (long)Environment.ProcessId));
        Assert.Equal("NewListener", (await ProbeRun.Check("probe.connections", "expectListen: [1]\nignoreLoopback: false")).Error);
        (await ProbeRun.Check("probe.connections", "{}")).Is(ProbeStatus.Warn, "NoBaseline");
        var baseline = _folder.Write("c.json", Baseline.Write("connections", new Dictionary<string, string> { ["tcp 127.0.0.1:1"] = "nobody" }, TimeProvider.System.GetUtcNow()));
        var compared = await ProbeRun.Check("probe.connections", $"baseline: '{baseline}'\nignoreLoopback: false");
        compared.Is(ProbeStatus.Fail, "NewListener");
        Assert.Contains($"tcp 127.6.5.4:{port}", List(compared, "newListeners"));
        Assert.Contains("tcp 127.0.0.1:1", List(compared, "missingListeners"));
    }

    [Fact]
    public void Netstat_is_read_in_any_language()
    {
        var sockets = WindowsSockets.Read("\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse         Remoteadresse          Status           PID\r\n  TCP    0.0.0.0:135            0.0.0.0:0              ABHÖREN          904\r\n  TCP    10.0.0.5:50012         203.0.113.9:443        HERGESTELLT      4711\r\n  TCP    [::]:445               [::]:0                 ABHÖREN          4\r\n  UDP    0.0.0.0:123            *:*                                     1044\r\n", new Dictionary<int, string> { [4711] = "updater" });
        Assert.Equal(["True 0.0.0.0:135 904", "False 10.0.0.5:50012 4711", "True [::]:445 4", "True 0.0.0.0:123 1044"], sockets.Select(socket => $"{socket.IsListening} {socket.Local} {socket.Pid}"));
        Assert.Equal(("203.0.113.9:443", "updater"), (sockets[1].Remote.ToString(), sockets[1].Program));
    }

    [Theory, InlineData("0100007F:1F90", "127.0.0.1:8080"), InlineData("00000000000000000000000001000000:0016", "[::1]:22"), InlineData("0000000000000000FFFF00000100007F:0016", "127.0.0.1:22")]
    public void Addresses_of_proc_are_read(string text, string expected) => Assert.Equal(expected, LinuxSockets.EndPoint(text)!.ToString());

    [Theory]
    [InlineData("index.php", "<?php @eval($_POST['x']); ?>", "runs-what-it-is-sent")]
    [InlineData("a/b.php", "<?php eval(gzinflate(base64_decode('x')));", "runs-decoded-text")]
    [InlineData("c.php5", "<?php system($_GET[\"cmd\"]);", "calls-programs-with-input")]
    [InlineData("images/thumb.php", "<?php echo 1;", "script-among-uploads")]
    [InlineData("photo.php.jpg", "<?php assert($_REQUEST['a']);", "runs-what-it-is-sent")]
    [InlineData("cmd.jsp", "<% Runtime.getRuntime().exec(request.getParameter(\"c\")); %>", "jsp-runtime")]
    [InlineData("x.aspx", "<%@ Page Language=\"Jscript\"%><%eval(Request.Item[\"pass\"]);%>", "aspx-eval")]
    [InlineData(".htaccess", "AddType application/x-httpd-php .jpg\n", "runs-pictures-as-scripts")]
    [InlineData(".user.ini", "auto_prepend_file=/tmp/x\n", "runs-a-file-before-others")]
    public async Task A_web_shell_is_found(string name, string text, string reason)
    {
        var file = _folder.Write("www/" + name, text);
        var result = await ProbeRun.Check("probe.web-shell", $"roots: '{_folder.Path}/www'");
        result.Is(ProbeStatus.Fail, "SuspiciousFile");
        Assert.Equal([file], List(result, "paths").Select(path => Path.GetFullPath((string)path!)));
        Assert.Contains(reason, result.Message, StringComparison.Ordinal);
        var hash = (string)Assert.Single(List(result, "hashes"))!;
        Assert.Equal((await Sha256File.OfAsync(file, default)).Sha256, hash);
        (await ProbeRun.Check("probe.web-shell", $"roots: '{_folder.Path}/www'\nallow: {hash}")).Is(ProbeStatus.Pass, null);
    }

    [Theory]
    [InlineData("index.php", "<?php $x = $_POST['name']; echo htmlspecialchars($x); // eval is evil"), InlineData("mail.php", "<?php exec('/usr/bin/convert ' . escapeshellarg($file));"), InlineData("images/photo.jpg", "eval($_POST['x'])"), InlineData("js/a.js", "eval(x)")]
    public async Task What_an_application_does_is_no_web_shell(string name, string text)
    {
        _folder.Write("www/" + name, text);
        (await ProbeRun.Check("probe.web-shell", $"roots: '{_folder.Path}/www'")).Is(ProbeStatus.Pass, null);
    }

    [Fact]
    public async Task A_new_script_is_a_warning_and_a_folder_that_is_not_there_is_no_good_news()
    {
        _folder.Write("www/new.php", "<?php echo 1;");
        (await ProbeRun.Check("probe.web-shell", $"roots: '{_folder.Path}/www'\nsince: {DateTimeOffset.UtcNow.AddHours(-1):yyyy-MM-ddTHH:mm:ssZ}")).Is(ProbeStatus.Warn, "SuspiciousFile");
        (await ProbeRun.Check("probe.web-shell", $"roots: ['{_folder.Path}/www', '{_folder.Path}/gone']")).Is(ProbeStatus.Error, "NotFound");
    }
}
