using IncidentTools.Module.Tests.Outage;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Module.Tests.Databases;

/// <summary>A PostgreSQL primary and a standby, with a workspace that names them as the database of the service <c>shop</c>, and the scripts that an admin has for them.</summary>
internal sealed class DatabaseOutage : IDisposable
{
    private readonly string _folder;

    public DatabaseOutage(string folder, string settings = "max_connections = 30")
    {
        PostgresServer.Require();
        _folder = Directory.CreateDirectory(folder).FullName;
        Primary = PostgresServer.Start(settings: [settings]);
        Standby = Primary.Standby("standby", "standby");
        Primary.Await("SELECT state FROM pg_stat_replication", "streaming");
        Script("pg.sh", $"""
            #!/bin/sh
            echo "$1" >> '{_folder}/calls'
            ctl() {"{"} {(Environment.UserName == "root" ? "runuser -u postgres -- " : "")}{PostgresServer.Program("pg_ctl")} -D {Primary.Data} "$@"; {"}"}
            case $1 in
                restart) [ ! -e '{_folder}/stuck' ] || exit 1; ctl -l {Primary.Log} -w -s restart < /dev/null ;;
                status) ctl -s status > /dev/null ;;
                fence) ! ctl -s status > /dev/null || ctl -m fast -w -s stop ;;
                unfence) ctl -l {Primary.Log} -w -s start < /dev/null ;;
                switch) echo "$2" > '{_folder}/applications' ;;
            esac

            """);
        Workspace = Path.Combine(_folder, "ops");
        OutageScripts.WritePeople(Workspace);
        var ctl = Path.Combine(_folder, "pg.sh");
        File.WriteAllText(Path.Combine(Workspace, "services.yaml"), $$"""
            schema: incidenttools/services/v1
            services:
              shop:
                name: Web shop
                databases:
                  - name: orders
                    engine: postgresql
                    host: 127.0.0.1
                    port: {{Primary.Port}}
                    user: postgres
                    secret: secret:orders-db
                    replicas: [{ name: standby, port: {{Standby.Port}} }]
                    control: { restart: ['{{ctl}}', restart], status: ['{{ctl}}', status] }
                    dataPath: '{{Primary.Data}}'
                    logs: ['{{Primary.Log}}']
                    rpo: 5m
                    fence: ['{{ctl}}', fence]
                    unfence: ['{{ctl}}', unfence]
                    switch: ['{{ctl}}', switch, standby]
                runbooks: [database-issues]

            """);
    }

    public PostgresServer Primary { get; }
    public PostgresServer Standby { get; }
    public string Workspace { get; }
    /// <summary>What the script was told, without the questions.</summary>
    public string[] Calls => [.. Lines("calls").Where(line => line != "status")];
    public string Applications => string.Concat(Lines("applications"));

    /// <summary>From now on it cannot be started.</summary>
    public void Stick() => File.WriteAllText(Path.Combine(_folder, "stuck"), "");

    public void Dispose()
    {
        Standby.Dispose();
        Primary.Dispose();
    }

    private string[] Lines(string file) => File.Exists(Path.Combine(_folder, file)) ? File.ReadAllLines(Path.Combine(_folder, file)) : [];

    private void Script(string name, string text)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
