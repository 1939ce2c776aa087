namespace IncidentTools.Module.Tests.Outage;

/// <summary>The files of <see cref="NginxOutage"/>: configurations, the scripts an admin would have, the workspace.</summary>
internal static class OutageScripts
{
    /// <summary>
    /// <c>ctl.sh upstream|proxy start|stop|restart|reload|status|test</c>. A restart is counted before anything is done; a file <c>slow</c> makes it
    /// take that many seconds until the old process is stopped.
    /// </summary>
    public static string Control(string nginx) => $$"""
        #!/bin/sh
        here=$(dirname "$0")
        folder=$here/$1
        nginx() { {{nginx}} -p "$folder" -e "$folder/error.log" -c "$folder/nginx.conf" "$@"; }
        running() { [ -s "$folder/pid" ] && kill -0 "$(cat "$folder/pid")" 2>/dev/null; }
        start() { running || nginx; }
        stop() {
            running || return 0
            pid=$(cat "$folder/pid")
            kill -TERM "$pid"
            tries=0
            while kill -0 "$pid" 2>/dev/null; do tries=$((tries + 1)); [ $tries -lt 400 ] || exit 1; sleep 0.05; done
        }
        case $2 in
            start) start ;;
            stop) stop ;;
            restart) echo "restart $$" >> "$here/restarts"; [ ! -e "$here/slow" ] || sleep "$(cat "$here/slow")"; stop; start ;;
            reload) nginx -s reload ;;
            status) running ;;
            test) nginx -t ;;
            *) exit 64 ;;
        esac

        """;

    /// <summary><c>lb.sh drain|undrain</c> changes it; <c>lb.sh verify</c> says with its exit code whether it is drained.</summary>
    public const string LoadBalancer = """
        #!/bin/sh
        file=$(dirname "$0")/balancer
        case $1 in
            drain|undrain) echo "$1" >> "$file" ;;
            verify) [ "$(tail -n 1 "$file" 2>/dev/null)" = drain ] ;;
            *) exit 64 ;;
        esac

        """;

    public static string Configuration(string folder, int port, string locations) => $$"""
        {{(Environment.UserName == "root" ? "user root;" : "")}}
        daemon on;
        worker_processes 1;
        pid {{folder}}/pid;
        error_log {{folder}}/error.log;
        events { worker_connections 64; }
        http {
            access_log off;
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxied;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
            server { listen 127.0.0.1:{{port}}; {{locations}} }
        }

        """;

    public static void WriteWorkspace(NginxOutage outage)
    {
        WritePeople(outage.Workspace);
        string File(params string[] parts) => outage.PathOf(parts);
        void Write(string name, string text) => System.IO.File.WriteAllText(Path.Combine(outage.Workspace, name), text);
        var control = File("ctl.sh");
        Write("services.yaml", $$"""
            schema: incidenttools/services/v1
            services:
              web:
                name: Web shop
                critical: true
                owner: platform
                url: {{outage.Url}}
                upstreamUrl: http://127.0.0.1:{{outage.UpstreamPort}}/health
                pidFile: '{{File("upstream", "pid")}}'
                logs: ['{{File("proxy", "error.log")}}']
                paths: ['{{outage.Folder}}']
                drain: ['{{File("lb.sh")}}', drain]
                undrain: ['{{File("lb.sh")}}', undrain]
                configTest: ['{{control}}', proxy, test]
                control:
                  start: ['{{control}}', upstream, start]
                  stop: ['{{control}}', upstream, stop]
                  restart: ['{{control}}', upstream, restart]
                  reload: ['{{control}}', proxy, reload]
                  status: ['{{control}}', upstream, status]
                runbooks: [service-outage]

            """);
    }

    /// <summary>A workspace with one person, who is whoever runs the tests, and one way out: a file.</summary>
    public static void WritePeople(string workspace)
    {
        using (var host = new ModuleHost()) host.Run($"New-IncidentWorkspace '{workspace}'");
        void Write(string name, string text) => System.IO.File.WriteAllText(Path.Combine(workspace, name), text);
        Write("contacts.yaml", $$"""
            schema: incidenttools/contacts/v1
            people:
              ana: { name: Ana, logins: ['{{Environment.UserName}}'], roles: [incident-commander], methods: [{ type: chat, address: '#ops', channel: log }] }
            teams:
              platform: { name: Platform, members: [ana] }
            escalationPolicies:
              default: { name: Default, rules: [{ targets: ['team:platform'], timeout: 5m }] }

            """);
        var policy = System.IO.File.ReadAllText(Path.Combine(workspace, "policy.yaml")).Replace("channels: {}", "channels: { log: { uses: file, with: { path: messages.jsonl } } }", StringComparison.Ordinal);
        foreach (var audience in new[] { "internal", "stakeholders", "customers" }) policy = policy.Replace($"{audience}: []", $"{audience}: [log]", StringComparison.Ordinal);
        Write("policy.yaml", policy);
    }
}
