using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>What holds for every probe; a new one needs a row in each table here.</summary>
public sealed class ProbeTableTests
{
    /// <summary>A target that cannot be checked.</summary>
    private static readonly Dictionary<string, string> Impossible = new()
    {
        ["probe.access-log"] = "files: /no/such/file/here.log",
        ["probe.certificates"] = "paths: /no/such/folder/here",
        ["probe.change-window"] = "repositories: /no/such/folder/here",
        ["probe.clock"] = "server: 'no host at all'",
        ["probe.backup-freshness"] = "path: not/a/full/path",
        ["probe.backup-verify"] = "path: not/a/full/path",
        ["probe.accounts"] = "root: /no/such/folder/here",
        ["probe.command"] = "program: no-such-program-here",
        ["probe.cpu"] = "cgroup: ../elsewhere",
        ["probe.container"] = "manager: docker\nnames: no-such-container-here",
        ["probe.db-health"] = "connection: { name: x, engine: sqlite, file: /no/such/file.db }",
        ["probe.cleanup-candidates"] = "roots: /no/such/folder/here\npatterns: '*.gz'\nolderThan: 1d",
        ["probe.data-check"] = "command: [no-such-program-here]",
        ["probe.disk"] = "paths: /no/such/folder/here",
        ["probe.disk-io"] = "devices: no-such-disk\nsample: 500ms",
        ["probe.dns"] = "name: example.com\nserver: nowhere",
        ["probe.file"] = "path: not/a/full/path",
        ["probe.hash-compare"] = "manifest: /no/such/manifest/here",
        ["probe.hash-manifest"] = "roots: /no/such/folder/here",
        ["probe.evidence-verify"] = "folder: /no/such/folder/here",
        ["probe.failed-logons"] = "files: /no/such/file/here.log",
        ["probe.connections"] = "indicators: /no/such/file/here.csv",
        ["probe.ioc-sweep"] = "indicators: /no/such/file/here.csv",
        ["probe.persistence"] = "root: /no/such/folder/here",
        ["probe.web-shell"] = "roots: /no/such/folder/here",
        ["probe.endpoints"] = "endpoints: [{ name: x, url: ftp://127.0.0.1/x }]",
        ["probe.http"] = "url: ftp://127.0.0.1/x",
        ["probe.log"] = "files: /no/such/file/here.log\npatterns: [{ pattern: x }]",
        ["probe.memory"] = "cgroup: ../elsewhere",
        ["probe.offsite"] = "path: /no/such/folder/here\nremote: 'nowhere:x'",
        ["probe.ping"] = "host: 'no host at all'",
        ["probe.pressure"] = "cgroup: ../elsewhere",
        ["probe.process"] = "minCount: 1",
        ["probe.restore-test"] = "path: /no/such/backup/here\nscratch: /no/such/scratch\nsource: /no/such/source",
        ["probe.replication"] = "connection: { name: x, engine: sqlite, file: /no/such/file.db }",
        ["probe.redis"] = "endpoint: '-nowhere-:1'",
        ["probe.service"] = "name: web\nmanager: command",
        ["probe.sql"] = "connection: { name: x, engine: sqlite, file: /no/such/file.db }",
        ["probe.tcp"] = "host: 'no host at all'\nport: 80",
        ["probe.tls"] = "host: 'no host at all'",
        ["probe.top"] = "user: 'no such account'",
        ["probe.vendor-status"] = "url: ftp://127.0.0.1/x",
    };

    public static TheoryData<string> Names => [.. ProbeTable.All.Keys];

    [Fact]
    public void All_probes_of_the_runbook_format_so_far_are_there() => Assert.Equal(Impossible.Keys.Order(), ProbeTable.All.Keys.Order());

    [Theory, MemberData(nameof(Names))]
    public void Each_has_a_name_a_summary_and_documented_parameters(string name)
    {
        var probe = ProbeTable.All[name];
        Assert.Matches("^probe\\.[a-z]+(-[a-z]+)*$", probe.Name);
        Assert.Equal(probe.Name, probe.Parameters.Name);
        Assert.EndsWith(".", probe.Summary, StringComparison.Ordinal);
        Assert.NotEmpty(probe.Parameters.Fields);
        Assert.All(probe.Parameters.Fields, Documented);
        Assert.All(((Probe)probe).ValueKeys, key => Assert.Matches("^[a-z][A-Za-z0-9]*$", key));
        Assert.NotEmpty(SchemaWriter.Write("x", probe.Parameters));
    }

    private static void Documented(Field field)
    {
        Assert.Matches("^[a-z][A-Za-z0-9]*$", field.Name);
        Assert.True(field.Doc.Length > 10, $"{field.Name} is not documented");
        if (field.Shape is ListShape { Item: ObjectShape inner }) Assert.All(inner.Fields, Documented);
    }

    /// <summary>A default that its own shape would refuse works until somebody writes it down.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Each_default_is_a_value_of_its_shape(string name) => Assert.All(ProbeTable.All[name].Parameters.Fields.Where(field => field.Default is not null), field =>
    {
        var kind = Assert.IsType<ScalarShape>(field.Shape).Kind;
        Assert.IsType(kind switch { ScalarKind.Int => typeof(long), ScalarKind.Number => typeof(double), ScalarKind.Bool => typeof(bool), ScalarKind.Duration => typeof(TimeSpan), _ => typeof(string) }, field.Default);
    });

    [Theory, MemberData(nameof(Names))]
    public void Each_refuses_keys_it_does_not_know(string name)
    {
        var found = ProbeRun.Read(name, Impossible[name] + "\nnosuchkey: 1").Found;
        Assert.Equal("IT2001", Assert.Single(found).Code);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Each_gives_an_error_for_what_cannot_be_checked(string name)
    {
        var result = await ProbeRun.Check(name, Impossible[name]);
        Assert.Equal(ProbeStatus.Error, result.Status);
        Assert.Matches("^[A-Z][A-Za-z]+$", result.Error);
        Assert.NotNull(typeof(ProbeErrors).GetField(result.Error!));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Each_gives_up_at_once_when_cancelled_before(string name) =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ProbeRun.Check(name, Impossible[name], cancellation: new CancellationToken(true)));

    /// <summary>Hangs, until it is cancelled: then it ends, and says that it was cancelled rather than that it timed out.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task Each_ends_promptly_when_cancelled_while_it_waits(string name)
    {
        using var cancel = new CancellationTokenSource();
        using var folder = new TempFolder();
        using var server = LoopbackServer.Raw(async connection =>
        {
            await connection.Stream.ReadExactlyAsync(new byte[1]);
            await cancel.CancelAsync();
            await connection.HangAsync();
        });
        using var dns = new LoopbackDns((_, _) => { cancel.Cancel(); return null; });
        using var clock = new Network.TimeServer(_ => { cancel.Cancel(); return null; });
        var yaml = name switch
        {
            "probe.http" or "probe.vendor-status" => $"url: http://127.0.0.1:{server.Port}/\ntimeout: 1h",
            "probe.endpoints" => $"endpoints: [{{ name: x, url: http://127.0.0.1:{server.Port}/ }}]\ntimeout: 1h",
            "probe.redis" => $"endpoint: 127.0.0.1:{server.Port}\ntimeout: 1h",
            "probe.tcp" => $"host: 127.0.0.1\nport: {server.Port}\nsend: x\nexpect: x\ntimeout: 1h",
            "probe.tls" => $"host: 127.0.0.1\nport: {server.Port}\ntimeout: 1h",
            "probe.dns" => $"name: example.com\nserver: {dns.Endpoint}\ntimeout: 1h",
            "probe.clock" => $"server: 127.0.0.1\nport: {clock.Port}\ntimeout: 1h",
            "probe.sql" or "probe.db-health" or "probe.replication" => $"connection: {{ name: x, engine: postgresql, host: 127.0.0.1, port: {server.Port}, user: x }}\ntimeout: 1h",
            "probe.ping" => "host: 127.0.0.1\ncount: 100",
            "probe.command" or "probe.service" or "probe.change-window" => Program(folder, name),
            "probe.process" => $"pid: {Environment.ProcessId}\nmaxCpuPercent: 99\ncpuSample: 1m",
            "probe.log" => EndlessLog(folder),
            "probe.cpu" => "interval: 1m",
            "probe.memory" or "probe.disk-io" or "probe.top" => "sample: 1m",
            _ => null,
        };
        Assert.SkipWhen(yaml is null, $"{name} waits for nothing that a test can hold up");
        Assert.SkipWhen(OperatingSystem.IsWindows() && name is "probe.memory" or "probe.disk-io", "Windows tells memory at once, and disks through typeperf");
        if (name is "probe.ping" or "probe.command" or "probe.service" or "probe.change-window" or "probe.process" or "probe.log" or "probe.cpu" or "probe.memory" or "probe.disk-io" or "probe.top") cancel.CancelAfter(TimeSpan.FromSeconds(1));
        var check = ProbeRun.Check(name, yaml, cancellation: cancel.Token);
        if (name == "probe.ping" && await Task.WhenAny(check, Task.Delay(500)) == check) Assert.Skip($"pinging is not permitted here: {(await check).Message}");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
        Assert.True(cancel.IsCancellationRequested);
    }

    private static string? Program(TempFolder folder, string name)
    {
        Script.Require();
        var program = Script.Write(folder, "hang", "exec sleep 300\n");
        return name == "probe.command" ? $"program: {program}\ntimeout: 1h" : name == "probe.change-window" ? $"command: [{program}]\ntimeout: 1h" : $"status: [{program}]\ntimeout: 1h";
    }

    /// <summary>A pipe that nobody writes to: opening it for reading does not return.</summary>
    private static string? EndlessLog(TempFolder folder)
    {
        Script.Require();
        var pipe = Path.Combine(folder.Path, "pipe.log");
        System.Diagnostics.Process.Start("mkfifo", [pipe]).WaitForExit();
        return $"files: {pipe}\ntimeout: 1h\npatterns: [{{ pattern: x }}]";
    }

    [Fact]
    public void The_worst_finding_decides_and_secrets_show_nowhere()
    {
        var mask = new SecretMask();
        mask.Add("canary");
        var found = new Findings(new ProbeContext(TimeProvider.System, new NoPrograms(), new Secrets([]), mask), ["a"]);
        Assert.Throws<InvalidOperationException>(found.Result);
        found.Pass("good");
        Assert.Equal(ProbeStatus.Pass, found.Result().Status);
        found.Warn("TooSlow", "slow");
        Assert.Equal("TooSlow", found.Result().Error);
        found.Unknown("NotFound", "one is not there");
        Assert.Equal(ProbeStatus.Error, found.Result().Status);
        found.Fail("LowSpace", "the canary is full");
        found["a"] = new List<object?> { new Dictionary<string, object?> { ["b"] = "a canary", ["n"] = 1 } };
        var result = found.Result();
        Assert.Equal((ProbeStatus.Fail, "LowSpace", "the *** is full"), (result.Status, result.Error, result.Message));
        Assert.Equal("""{"a":[{"b":"a ***","n":1}]}""", PlainJson.Write(result.Value));
        Assert.Throws<KeyNotFoundException>(() => found["b"] = 1);
    }

    [Fact]
    public void The_words_are_their_own_names() => Assert.All(typeof(ProbeErrors).GetFields(), field => Assert.Equal(field.Name, field.GetValue(null)));

    [Fact]
    public void Every_word_is_used()
    {
        var sources = string.Concat(Directory.EnumerateFiles(Path.Combine(RepoRoot.Require(), "src", "IncidentTools.Engine", "Probes"), "*.cs", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "ProbeErrors.cs").Select(File.ReadAllText));
        Assert.All(typeof(ProbeErrors).GetFields(), field => Assert.Matches($@"ProbeErrors\.{Regex.Escape(field.Name)}\b", sources));
    }
}
