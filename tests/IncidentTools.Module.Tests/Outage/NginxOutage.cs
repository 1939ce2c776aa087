using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace IncidentTools.Module.Tests.Outage;

/// <summary>
/// Two nginx of the test's own on loopback, a proxy and what it asks, with the scripts that control them and a workspace that names it all as the
/// service <c>web</c>. Everything lies in one folder; nothing of it runs when this is disposed.
/// </summary>
internal sealed partial class NginxOutage : IDisposable
{
    // below what the system gives to outgoing connections: one of those could sit on the port of a stopped server
    private const int FirstPort = 20_000, LastPort = 32_000;
    private static readonly HashSet<int> Given = [];

    /// <param name="quick">With a copy of the runbook that pauses only for a moment between tries; same steps.</param>
    public NginxOutage(string folder, bool quick = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "nginx is run as on Linux");
        Folder = Directory.CreateDirectory(folder).FullName;
        (ProxyPort, UpstreamPort) = (FreePort(), FreePort());
        Nginx = Find("nginx") ?? "";
        Assert.SkipUnless(Nginx.Length > 0, "needs nginx");
        Configure("proxy", ProxyPort, $"location / {{ proxy_pass http://127.0.0.1:{UpstreamPort}; proxy_connect_timeout 5s; }}");
        Configure("upstream", UpstreamPort, "location / { return 200 'the shop is open\\n'; } location /health { return 200 'well\\n'; }");
        Script("ctl.sh", OutageScripts.Control(Nginx));
        Script("lb.sh", OutageScripts.LoadBalancer);
        OutageScripts.WriteWorkspace(this);
        if (quick)
        {
            var shipped = Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks", "runbooks", "service-outage.yaml");
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Workspace, "runbooks")).FullName, "service-outage.yaml"), Pauses().Replace(File.ReadAllText(shipped), "retry: { delay: 100ms }"));
        }
        Control("upstream", "start");
        Control("proxy", "start");
    }

    public string Folder { get; }
    public string Nginx { get; }
    public int ProxyPort { get; }
    public int UpstreamPort { get; }
    public string Workspace => Path.Combine(Folder, "ops");
    public string Url => $"http://127.0.0.1:{ProxyPort}/";
    public int Restarts => Lines("restarts").Length;
    /// <summary>What the load balancer was told, in order.</summary>
    public string[] Balancer => Lines("balancer");
    public string[] Messages => Lines(Path.Combine("ops", "messages.jsonl"));

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <param name="server">proxy or upstream.</param>
    public void Control(string server, string operation)
    {
        var (code, text) = Run(PathOf("ctl.sh"), server, operation);
        Assert.True(code == 0, $"{server} {operation}: {text}");
    }

    /// <summary>As before an outage, but down: what earlier runs left is gone and the upstream is stopped.</summary>
    public void Break()
    {
        Control("upstream", "stop");
        foreach (var file in new[] { "restarts", "balancer", Path.Combine("ops", "messages.jsonl") }) File.Delete(PathOf(file));
    }

    /// <summary>What users get; null when nothing answers.</summary>
    public int? Status()
    {
        using var client = new HttpClient();
        try { return (int)client.GetAsync(Url).GetAwaiter().GetResult().StatusCode; }
        catch (HttpRequestException) { return null; }
    }

    public static (int Code, string Text) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/usr/local/sbin").Split(':').Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public void Dispose()
    {
        foreach (var server in new[] { "proxy", "upstream" }) Run(PathOf("ctl.sh"), server, "stop");
    }

    private string[] Lines(string file) => File.Exists(PathOf(file)) ? File.ReadAllLines(PathOf(file)) : [];

    private void Configure(string name, int port, string locations)
    {
        var folder = Directory.CreateDirectory(PathOf(name)).FullName;
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), OutageScripts.Configuration(folder, port, locations));
    }

    private void Script(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(FirstPort, LastPort);
            lock (Given) if (!Given.Add(port)) continue;
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException) { } // somebody has it
        }
    }

    [GeneratedRegex(@"retry: \{[^}]*\}")]
    private static partial Regex Pauses();
}
