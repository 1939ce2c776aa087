using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>Faults made in real servers, and the cause that the shipped runbook names: a false cause is as bad as none.</summary>
public sealed class FaultMatrixTests : IDisposable
{
    private readonly ModuleHost _host = new();
    private NginxOutage? _outage;
    private string? _mount;

    public void Dispose()
    {
        _outage?.Dispose();
        if (_mount is not null) NginxOutage.Run("umount", _mount);
        _host.Dispose();
    }

    [Fact]
    public void An_upstream_that_hangs_is_slow_and_not_dead()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start(); // takes connections and never says a word
        var outage = Given();
        Serve("upstream", "location /health { return 200 'well\\n'; } location / { proxy_pass http://127.0.0.1:" + Port(silent) + "; proxy_read_timeout 60s; }");
        Serve("proxy", $"location / {{ proxy_pass http://127.0.0.1:{outage.UpstreamPort}; proxy_read_timeout 1s; }}");
        Assert.Equal(504, outage.Status());
        Declare();
        Assert.Equal(("choose", "slow"), (Answer("").Step, Cause()));
        Assert.Equal("Succeeded", Step("state").State);
        Assert.Contains("upstream_timeout", string.Join(' ', Counts("errors")), StringComparison.Ordinal);
        Assert.Equal(("Failed", "hand_over"), (Complete("choose", "-Outcome performance").State, Step("hand_over").Step));
        Assert.Contains("performance-degradation", Run().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_answers_late_is_slow()
    {
        var outage = Given();
        using var late = new HttpListener();
        var port = Free();
        late.Prefixes.Add($"http://127.0.0.1:{port}/");
        late.Start();
        _ = Task.Run(async () =>
        {
            while (late.IsListening)
            {
                var context = await late.GetContextAsync();
                await Task.Delay(2500);
                context.Response.Close();
            }
        });
        Serve("proxy", $"location / {{ proxy_pass http://127.0.0.1:{port}; }}");
        Declare();
        Assert.Equal("Succeeded", Step("look").State);
        Complete("still_down", "-Outcome yes");
        Answer("");
        Assert.Equal("slow", Cause());
        late.Stop();
    }

    [Fact]
    public void A_certificate_that_expired_and_was_renewed_but_never_loaded_is_loaded()
    {
        var outage = Given();
        var (file, key) = (outage.PathOf("proxy", "tls.pem"), outage.PathOf("proxy", "tls.key"));
        Certificate(file, key, -2);
        Serve("proxy", $"location / {{ return 200 'open\\n'; }} ssl_certificate {file}; ssl_certificate_key {key};", ssl: true);
        Catalogue($"url: {outage.Url}", $"url: {outage.Url.Replace("http:", "https:", StringComparison.Ordinal)}\n    certificates: {{ paths: ['{file}'] }}");
        Certificate(file, key, 90);
        Declare();
        Assert.Equal(("Failed", "Succeeded"), (Step("certificate").State, Step("certificates").State));
        Answer("");
        Assert.Equal(("certificate", "Succeeded"), (Cause(), Step("reload").State));
        Assert.Equal(0, outage.Restarts);
    }

    [Fact]
    public void A_certificate_that_expired_on_disk_as_well_is_for_people()
    {
        var outage = Given();
        var (file, key) = (outage.PathOf("proxy", "tls.pem"), outage.PathOf("proxy", "tls.key"));
        Certificate(file, key, -2);
        Serve("proxy", $"location / {{ return 200 'open\\n'; }} ssl_certificate {file}; ssl_certificate_key {key};", ssl: true);
        Catalogue($"url: {outage.Url}", $"url: {outage.Url.Replace("http:", "https:", StringComparison.Ordinal)}\n    certificates: {{ paths: ['{file}'], renew: [certbot, renew] }}");
        Declare();
        Assert.Equal(("fix_certificate", "certificate", "Expired"), (Answer("").Step, Cause(), Step("certificates").Error));
    }

    [Fact]
    public void A_name_that_does_not_resolve_is_the_cause()
    {
        var outage = Given();
        Catalogue($"url: {outage.Url}", $"url: http://no-such-name.invalid:{outage.ProxyPort}/");
        Declare();
        Assert.Equal(("fix_dns", "dns"), (Answer("").Step, Cause()));
    }

    [Fact]
    public void A_full_disk_is_the_cause_though_the_service_died_of_it()
    {
        var outage = Given();
        _mount = Directory.CreateDirectory(outage.PathOf("data")).FullName;
        if (NginxOutage.Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _mount).Code != 0) { _mount = null; Assert.Skip("this account may not mount a file system"); }
        File.WriteAllBytes(Path.Combine(_mount, "full"), new byte[1024 * 1024]);
        Catalogue($"paths: ['{outage.Folder}']", $"paths: ['{_mount}']");
        outage.Control("upstream", "stop");
        Declare();
        Assert.Equal(("free_disk", "disk"), (Answer("").Step, Cause()));
        Assert.Equal(0, outage.Restarts);
    }

    [Fact]
    public void The_third_of_three_dependencies_is_found_to_be_gone()
    {
        var outage = Given();
        Catalogue("    runbooks: [service-outage]", $"    dependencies:\n      - {{ name: proxy itself, host: 127.0.0.1, port: {outage.ProxyPort} }}\n      - {{ name: upstream, url: 'http://127.0.0.1:{outage.UpstreamPort}/health' }}\n      - {{ name: database, host: 127.0.0.1, port: {Free()} }}\n    runbooks: [service-outage]");
        Serve("proxy", "location / { return 500; }");
        Declare();
        Assert.Equal(("fix_dependency", "dependency"), (Answer("").Step, Cause()));
        Assert.Contains("database", Step("dependencies").Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown", "change")]
    [InlineData("no", "process")] // people know better
    public void A_change_on_record_shortly_before_is_the_first_suspect(string changed, string cause)
    {
        var outage = Given();
        File.WriteAllText(outage.PathOf("config.yaml"), "new: true");
        Catalogue("    runbooks: [service-outage]", $"    changes: {{ folders: ['{outage.PathOf("config.yaml")}'] }}\n    rollback: [{outage.PathOf("lb.sh")}, verify]\n    runbooks: [service-outage]");
        outage.Control("upstream", "stop");
        Declare();
        Assert.Equal((1L, "Succeeded"), (Value("changes", "near"), Step("changes").State));
        Answer("", changed);
        Assert.Equal(cause, Cause());
    }

    private NginxOutage Given()
    {
        _outage = new NginxOutage(Path.Combine(_host.Folder, "outage"), quick: true);
        _host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{_outage.Workspace}'");
        return _outage;
    }

    /// <summary>Another configuration of a server, started with it.</summary>
    private void Serve(string server, string locations, bool ssl = false)
    {
        _outage!.Control(server, "stop");
        var port = server == "proxy" ? _outage.ProxyPort : _outage.UpstreamPort;
        var text = OutageScripts.Configuration(_outage.PathOf(server), port, locations);
        File.WriteAllText(_outage.PathOf(server, "nginx.conf"), ssl ? text.Replace($"127.0.0.1:{port};", $"127.0.0.1:{port} ssl;", StringComparison.Ordinal) : text);
        _outage.Control(server, "start");
    }

    private void Catalogue(string from, string to)
    {
        var file = Path.Combine(_outage!.Workspace, "services.yaml");
        var text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
    }

    private static void Certificate(string file, string key, int days)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var made = new CertificateRequest("CN=127.0.0.1", pair, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(days - 100), now.AddDays(days));
        File.WriteAllText(file, made.ExportCertificatePem());
        File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
    }

    private void Declare()
    {
        _host.Run("$null = Start-Incident 'Shop is down' -Service web -Impact 1 -Urgency 1; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana");
        var run = _host.Run<RunbookRun>("Invoke-Runbook -Incident 1 -Parameter @{ settle = '1s' } -Patience 1m");
        _host.Run($"$run = '{run.Run}'");
    }

    private RunbookRun Answer(string more, string changed = "no") => Complete("findings", $"-Value @{{ intruder = 'no'; changed = '{changed}' }} {more}");

    private RunbookRun Complete(string step, string with)
    {
        _host.Run($"Complete-RunbookStep -Run $run -Step {step} {with}");
        return Assert.IsType<RunbookRun>(Assert.Single(_host.Try("Resume-RunbookRun $run -Patience 1m").Output).BaseObject);
    }

    private RunbookRun Run() => (RunbookRun)Assert.Single(_host.Run("Get-RunbookRun $run")).BaseObject;
    private RunbookStep Step(string id) => (RunbookStep)_host.Run($"Get-RunbookStep $run -Step {id}")[^1].BaseObject;
    private object? Value(string step, string key) => Assert.IsType<IReadOnlyDictionary<string, object?>>(Step(step).Value, exactMatch: false)[key];
    private string? Cause() => (string?)Value("cause", "cause");
    private IEnumerable<string> Counts(string step) => ((IReadOnlyDictionary<string, object?>)Value(step, "counts")!).Where(item => item.Value is > 0L).Select(item => item.Key);
    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return Port(listener);
    }
}
