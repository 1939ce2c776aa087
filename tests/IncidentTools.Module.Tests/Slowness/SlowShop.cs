using System.Text.RegularExpressions;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>
/// A shop on loopback that can be slow: nginx with a file and a proxied application, two instances that can be restarted, scripts for capacity and a
/// job, and a workspace that names it all as the service <c>web</c>. A file <c>helps-&lt;what&gt;</c> makes that mitigation help.
/// </summary>
internal sealed partial class SlowShop : IDisposable
{
    private readonly string _nginx;

    /// <param name="redis">host:port of its cache.</param>
    /// <param name="postgres">Port of its database.</param>
    public SlowShop(string folder, string? redis = null, string processes = "['*']", int? postgres = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/setsid"), "runs on Linux");
        _nginx = NginxOutage.Find("nginx") ?? "";
        Assert.SkipUnless(_nginx.Length > 0, "needs nginx");
        Folder = Directory.CreateDirectory(folder).FullName;
        App = new SlowApp(PathOf("fast"));
        ProxyPort = NginxOutage.FreePort();
        var proxy = Directory.CreateDirectory(PathOf("proxy")).FullName;
        File.WriteAllText(Path.Combine(proxy, "logo.svg"), "<svg/>");
        File.WriteAllText(Path.Combine(proxy, "nginx.conf"), OutageScripts.Configuration(proxy, ProxyPort, $"location = /logo.svg {{ root {proxy}; }} location / {{ proxy_pass http://127.0.0.1:{App.Port}; }}"));
        File.WriteAllText(PathOf("app.log"), "");
        Script("do.sh", Control);
        Assert.Equal(0, NginxOutage.Run(_nginx, "-p", proxy, "-e", Path.Combine(proxy, "error.log"), "-c", Path.Combine(proxy, "nginx.conf")).Code);
        foreach (var name in new[] { "one", "two" }) Assert.Equal(0, NginxOutage.Run(PathOf("do.sh"), "restart", name).Code);
        File.Delete(PathOf("done"));
        WriteWorkspace(redis, processes, postgres);
    }

    public string Folder { get; }
    public SlowApp App { get; }
    public int ProxyPort { get; }
    public string Workspace => PathOf("ops");
    /// <summary>What its scripts did, in order: "restart one", "scale up", "job suspend".</summary>
    public string[] Done => File.Exists(PathOf("done")) ? File.ReadAllLines(PathOf("done")) : [];
    public string[] Messages => File.Exists(PathOf("ops", "messages.jsonl")) ? File.ReadAllLines(PathOf("ops", "messages.jsonl")) : [];

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);
    public void Set(string flag) => File.WriteAllText(PathOf(flag), "");
    public void Log(string line) => File.AppendAllText(PathOf("app.log"), $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'} {line}\n");

    private const string Control = """
        #!/bin/sh
        here=$(cd "$(dirname "$0")" && pwd)
        pid=$here/$2.pid
        alive() { [ -s "$pid" ] && kill -0 "$(cat "$pid")" 2>/dev/null; }
        helps() { [ ! -e "$here/helps-$1" ] || : > "$here/fast"; }
        case "$1 $2" in
            'scale up'|'scale down') echo "$1 $2" >> "$here/done"; [ "$2" = down ] || helps scale ;;
            'job suspend') echo "$1 $2" >> "$here/done"; : > "$here/suspended"; helps job ;;
            'job resume') echo "$1 $2" >> "$here/done"; rm -f "$here/suspended" ;;
            'job suspended') [ -e "$here/suspended" ] ;;
            restart*)
                echo "$1 $2" >> "$here/done"
                [ ! -e "$here/hang-$2" ] || sleep "$(cat "$here/hang-$2")"
                if alive; then kill "$(cat "$pid")"; while alive; do sleep 0.05; done; fi
                [ ! -e "$here/breaks-$2" ] || exit 1
                setsid sleep 600 >/dev/null 2>&1 </dev/null &
                echo $! > "$pid"
                helps restart ;;
            status*) alive ;;
            *) exit 64 ;;
        esac

        """;

    private void WriteWorkspace(string? redis, string processes, int? postgres)
    {
        OutageScripts.WritePeople(Workspace);
        var (url, script) = ($"http://127.0.0.1:{ProxyPort}", PathOf("do.sh"));
        string Instance(string name) => $"{{ name: {name}, restart: ['{script}', restart, {name}], status: ['{script}', status, {name}], pidFile: '{PathOf(name + ".pid")}' }}";
        File.WriteAllText(Path.Combine(Workspace, "services.yaml"), $$"""
            schema: incidenttools/services/v1
            services:
              web:
                name: Web shop
                owner: platform
                url: {{url}}/
                logs: ['{{PathOf("app.log")}}']
                dependencies: [{ name: payments, url: 'http://127.0.0.1:{{App.Port}}/payments' }]
                {{(postgres is null ? "" : $"databases: [{{ name: orders, engine: postgresql, host: 127.0.0.1, port: {postgres}, user: postgres, database: postgres, tls: 'off' }}]")}}
                instances:
                  - {{Instance("one")}}
                  - {{Instance("two")}}
                performance:
                  endpoints:
                    - { name: logo, url: '{{url}}/logo.svg', kind: static, p95: 8s }
                    - { name: front, url: '{{url}}/', kind: light, p95: 1500ms }
                    - { name: search, url: '{{url}}/search', kind: database, p95: 1500ms }
                  processes: {{processes}}
                  {{(redis is null ? "" : $"redis: {{ endpoint: '{redis}' }}")}}
                  scale: ['{{script}}', scale, up]
                  unscale: ['{{script}}', scale, down]
                  job: { name: report, command: ['{{script}}', job, suspend], undo: ['{{script}}', job, resume], verify: ['{{script}}', job, suspended] }
                runbooks: [performance-degradation]

            """);
        // the same steps, with shorter pauses between tries
        var shipped = Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks", "runbooks", "performance-degradation.yaml");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Workspace, "runbooks")).FullName, "performance-degradation.yaml"), Pauses().Replace(File.ReadAllText(shipped), "retry: { delay: 100ms }"));
    }

    private void Script(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOf(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose()
    {
        App.Dispose();
        foreach (var file in Directory.GetFiles(Folder, "*.pid").Append(PathOf("proxy", "pid")).Where(File.Exists)) NginxOutage.Run("/bin/sh", "-c", "kill \"$(cat \"$1\")\" 2>/dev/null; true", "sh", file);
    }

    [GeneratedRegex(@"retry: \{[^}]*\}")] private static partial Regex Pauses();
}
