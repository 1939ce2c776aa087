using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>
/// A PostgreSQL of the test's own on loopback: a table, a base backup, more rows, and then a TRUNCATE; its log is archived all the time. Nothing of it
/// runs when this is disposed.
/// </summary>
internal sealed class TruncatedShop : IDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    public TruncatedShop()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Path.Combine(Programs, "initdb")), "needs PostgreSQL 15");
        Folder = Directory.CreateTempSubdirectory("incidenttools-pg-").FullName;
        (Port, ScratchPort) = (FreePort(), FreePort());
        if (Root) LossWorld.Run("chown", "postgres", Folder);
        LossWorld.Run("chmod", "755", Folder);
        AsOwner("mkdir", At("wal"), At("base"), At("damaged"));
        AsOwner(Path.Combine(Programs, "initdb"), "-D", At("data"), "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C");
        Append(At("data", "postgresql.conf"), $"port = {Port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\narchive_mode = on\narchive_command = 'cp \"%p\" \"{At("wal")}/%f\"'\nlog_timezone = 'UTC'\ntimezone = 'UTC'\nlog_line_prefix = '%m '\nlog_statement = 'mod'\n");
        Server("start", At("data"));
        Sql(Port, "postgres", "CREATE DATABASE shop");
        Sql(Port, "shop", "CREATE TABLE orders (id int PRIMARY KEY, what text); INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(1, 100) n");
        Base = At("base", $"base-{DateTimeOffset.UtcNow.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        AsOwner(Path.Combine(Programs, "pg_basebackup"), "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "-D", Base, "-X", "fetch", "-c", "fast");
        File.WriteAllLines(Base + ".manifest", Directory.GetFiles(Base, "*", SearchOption.AllDirectories).Select(file => $"{LossWorld.Hash(file)}  {Path.GetRelativePath(Base, file)}"));
        Sql(Port, "shop", "INSERT INTO orders SELECT n, 'order ' || n FROM generate_series(101, 150) n");
        Sql(Port, "shop", "SELECT pg_sleep(1.2)");
        Before = DateTimeOffset.Parse(Sql(Port, "shop", "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").Trim(), CultureInfo.InvariantCulture);
        Sql(Port, "shop", "TRUNCATE TABLE orders");
        Sql(Port, "shop", "INSERT INTO orders VALUES (151, 'written after the event')");
        var segment = Sql(Port, "shop", "SELECT pg_walfile_name(pg_switch_wal())").Trim();
        for (var tries = 0; tries < 600 && !File.Exists(At("wal", segment)); tries++) Thread.Sleep(50);
        Scripts();
    }

    public string Folder { get; }
    public string Base { get; }
    public int Port { get; }
    public int ScratchPort { get; }
    /// <summary>A time just before the event.</summary>
    public DateTimeOffset Before { get; }
    private static bool Root => Environment.UserName == "root";

    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    public string Catalogue => $"""
        schema: incidenttools/services/v1
        services:
          shop:
            name: Shop
            owner: platform
            logs: ['{At("data.log")}']
            runbooks: [data-loss]
            backups:
              - name: orders
                type: database
                source: ['{At("data")}', shop]
                path: '{At("base")}'
                pattern: base-*
                kind: folders
                timeFormat: yyyyMMdd-HHmmss
                format: pg-basebackup
                toolFolder: {Programs}
                restoreTo: '{At("restore")}'
                restorePort: {ScratchPort}
                wal: '{At("wal")}'
                check: ['{At("orders.sh")}', '{Port}']
                checkRestored: ['{At("orders.sh")}', '{ScratchPort}']
                safety: ['{At("dump.sh")}']
                safetyResult: '{At("damaged", "shop.dump")}'
                merge: ['{At("merge.sh")}']
                mergeVerify: ['{At("orders.sh")}', '{Port}']

        """;

    public void Server(string operation, string data) => AsOwner(Path.Combine(Programs, "pg_ctl"), "-D", data, "-w", "-m", "fast", "-l", At(Path.GetFileName(data) + ".log"), operation);

    /// <summary>Whether the server recovers, and how its replay stands; asked again for a while until it is so.</summary>
    public static string Paused(int port, string until = "t|paused")
    {
        var state = "";
        for (var tries = 0; tries < 600 && !state.StartsWith(until, StringComparison.Ordinal); tries++)
        {
            state = Sql(port, "postgres", "SELECT pg_is_in_recovery(), CASE WHEN pg_is_in_recovery() THEN pg_get_wal_replay_pause_state() END").Trim();
            Thread.Sleep(50);
        }
        return state;
    }

    public static string Sql(int port, string database, string text)
    {
        var (code, output) = NginxOutage.Run(Path.Combine(Programs, "psql"), "-h", "127.0.0.1", "-p", $"{port}", "-U", "postgres", "-d", database, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-c", "SET statement_timeout = '60s'", "-c", text);
        Assert.True(code == 0, output);
        return output;
    }

    public void Dispose()
    {
        foreach (var pid in Directory.GetFiles(Folder, "postmaster.pid", SearchOption.AllDirectories)) Server("stop", Path.GetDirectoryName(pid)!);
        Directory.Delete(Folder, recursive: true);
    }

    private void Scripts()
    {
        var psql = $"{Programs}/psql -h 127.0.0.1 -U postgres -d shop -X -A -t -q -v ON_ERROR_STOP=1";
        Script("orders.sh", $"#!/bin/sh\nn=$({psql} -p \"$1\" -c 'SELECT count(*) FROM orders WHERE id <= 150') || exit 2\necho \"$n orders\"\n[ \"$n\" -ge 150 ]\n");
        Script("dump.sh", $"#!/bin/sh\nexec {Programs}/pg_dump -h 127.0.0.1 -p {Port} -U postgres -Fc -f '{At("damaged", "shop.dump")}' shop\n");
        Script("merge.sh", $"#!/bin/sh\nset -e\n{psql} -p {Port} -c 'CREATE TABLE staging (LIKE orders)'\n{psql} -p {ScratchPort} -c 'COPY orders TO STDOUT' | {psql} -p {Port} -c 'COPY staging FROM STDIN'\n{psql} -p {Port} -c 'INSERT INTO orders SELECT * FROM staging ON CONFLICT DO NOTHING; DROP TABLE staging'\n");
    }

    private void Script(string name, string text)
    {
        File.WriteAllText(At(name), text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void Append(string file, string text) => File.AppendAllText(file, text);

    private static void AsOwner(string program, params string[] arguments)
    {
        // what the server inherits of the output would keep it open
        string[] line = Root ? ["runuser", "-u", "postgres", "--", program, .. arguments] : [program, .. arguments];
        LossWorld.Run("sh", ["-c", "cd / && exec \"$@\" >/dev/null", "sh", .. line]);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
