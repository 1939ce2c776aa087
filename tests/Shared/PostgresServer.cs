using System.Diagnostics;
using System.Globalization;

namespace IncidentTools.Tests.Shared;

/// <summary>
/// A PostgreSQL server of the test's own: a free port of loopback, a folder of its own, stopped and removed at the end. Over TCP it asks for
/// <see cref="Password"/>; <see cref="Query"/> goes through its socket, which does not. Standbys and restored copies are servers of the same kind.
/// </summary>
internal sealed class PostgresServer : IDisposable
{
    private const string Account = "postgres";
    public const string User = "postgres", Password = "pg-test-canary";
    private static readonly string[] Places = ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];
    private static readonly Lazy<string> Empty = new(MakeEmpty);
    private readonly List<IDisposable> _sessions = [];

    private PostgresServer(string folder)
    {
        (Folder, Port) = (folder, LoopbackPort.Free());
    }

    public string Folder { get; }
    public int Port { get; }
    public string Data => Path.Combine(Folder, "data");
    public string Log => Path.Combine(Folder, "server.log");
    /// <summary>Where <c>archive</c> copies finished WAL files to.</summary>
    public string Archive => Path.Combine(Folder, "archive");
    public static string? Program(string name) => ServerProgram.Find(name, Places);

    public static void Require() => Assert.SkipUnless(Program("initdb") is not null && ServerProgram.CanBe(Account), "needs the programs of a PostgreSQL server, and its user when root runs the tests");

    /// <param name="archive">Finished WAL files are copied to <see cref="Archive"/>: what a restore to a point in time needs.</param>
    /// <param name="settings">Lines for postgresql.conf.</param>
    public static PostgresServer Start(bool archive = false, params string[] settings)
    {
        Require();
        var server = new PostgresServer(ServerProgram.Folder(Account, "pg"));
        ServerProgram.As(Account, "cp", "-a", Path.Combine(Empty.Value, "data"), server.Data);
        server.Configure([.. archive ? server.Archiving() : [], .. settings]);
        server.Start();
        return server;
    }

    /// <summary>A streaming standby, copied from this server while it runs.</summary>
    /// <param name="slot">A physical slot that is made for it; null = none.</param>
    public PostgresServer Standby(string name, string? slot = null, params string[] settings)
    {
        var standby = new PostgresServer(ServerProgram.Folder(Account, "pg"));
        if (slot is not null) Query($"SELECT pg_create_physical_replication_slot('{slot}', true)");
        BaseBackup(standby.Data, [.. slot is null ? Array.Empty<string>() : ["-S", slot], "-R"]);
        standby.Configure([$"primary_conninfo = 'host={Folder} port={Port} user={User} application_name={name}'", .. settings]);
        standby.Start();
        return standby;
    }

    /// <summary>A base backup of the running server into a folder that is not there yet.</summary>
    public void BaseBackup(string folder, params string[] more) => ServerProgram.As(Account, Program("pg_basebackup")!, ["-h", Folder, "-p", $"{Port}", "-U", User, "-D", folder, "-X", "stream", "-c", "fast", "--no-sync", .. more]);

    /// <summary>A server over a data folder that was made already (a base backup, with <c>restore_command</c> among the settings): not started yet.</summary>
    public static PostgresServer Over(string data, params string[] settings)
    {
        Require();
        var server = new PostgresServer(ServerProgram.Folder(Account, "pg"));
        ServerProgram.As(Account, "cp", "-a", data, server.Data);
        server.Configure(settings);
        return server;
    }

    public void Start() => ServerProgram.As(Account, Program("pg_ctl")!, "-D", Data, "-l", Log, "-w", "-t", "120", "-s", "start");

    /// <param name="mode">fast, smart or immediate (as a crash).</param>
    public void Stop(string mode = "fast") => ServerProgram.As(Account, Program("pg_ctl")!, "-D", Data, "-m", mode, "-w", "-t", "120", "-s", "stop");

    public bool IsRunning => File.Exists(Path.Combine(Data, "postmaster.pid"));

    public void Reload(params string[] settings)
    {
        Configure(settings);
        ServerProgram.As(Account, Program("pg_ctl")!, "-D", Data, "-s", "reload");
    }

    /// <summary>What psql prints, without headers; columns parted by |.</summary>
    public string Query(string sql, string database = "postgres") => ServerProgram.As(Account, Program("psql")!, [.. Client(database), "-c", sql]).Trim();

    /// <summary>A session that stays open: for transactions, locks and connections that are held.</summary>
    public PostgresSession Session(string sql = "SELECT 1", string? application = null)
    {
        var session = new PostgresSession(ServerProgram.Prepare(Account, Program("psql")!, [.. Client("postgres")]), application);
        lock (_sessions) _sessions.Add(session);
        session.Run(sql);
        return session;
    }

    /// <summary>Waits until a query gives that answer; only something that hangs is late.</summary>
    public void Await(string sql, string expected) => Await(() => Query(sql), expected);

    public static void Await(Func<string> ask, string expected)
    {
        var (clock, seen) = (Stopwatch.StartNew(), "");
        while (clock.Elapsed < TimeSpan.FromMinutes(1))
        {
            if ((seen = ask()) == expected) return;
            Thread.Sleep(100);
        }
        Assert.Fail($"expected {expected}, and after a minute there is still {seen}");
    }

    public void Dispose()
    {
        foreach (var session in _sessions) session.Dispose();
        if (IsRunning) ServerProgram.Run(ServerProgram.Prepare(Account, Program("pg_ctl")!, "-D", Data, "-m", "immediate", "-w", "-s", "stop"));
        try { Directory.Delete(Folder, recursive: true); }
        catch (IOException) { } // a last file of a server that is just ending
    }

    private string[] Client(string database) => ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", Folder, "-p", $"{Port}", "-U", User, "-d", database];

    private string[] Archiving()
    {
        Directory.CreateDirectory(Archive);
        ServerProgram.Own(Account, Archive);
        return ["archive_mode = on", $"archive_command = 'test ! -f {Archive}/%f && cp %p {Archive}/%f'"];
    }

    /// <summary>Later lines win over those of the data folder that it was copied from.</summary>
    private void Configure(string[] settings) => File.AppendAllLines(Path.Combine(Data, "postgresql.auto.conf"),
    [
        $"port = {Port.ToString(CultureInfo.InvariantCulture)}", "listen_addresses = '127.0.0.1'", $"unix_socket_directories = '{Folder}'", .. settings,
    ]);

    /// <summary>Made once: making one takes seconds, copying it does not.</summary>
    private static string MakeEmpty()
    {
        var folder = ServerProgram.Folder(Account, "pg-empty");
        var (data, secret) = (Path.Combine(folder, "data"), Path.Combine(folder, "password"));
        File.WriteAllText(secret, Password + "\n");
        ServerProgram.Own(Account, folder);
        ServerProgram.As(Account, Program("initdb")!, "-D", data, "-U", User, $"--pwfile={secret}", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-locale", "-E", "UTF8", "--no-sync", "--no-instructions");
        File.AppendAllLines(Path.Combine(data, "postgresql.auto.conf"),
        [
            "fsync = off", "shared_buffers = 16MB", "max_connections = 30", "wal_level = replica", "wal_log_hints = on", "max_wal_senders = 6", "max_replication_slots = 6",
            "wal_receiver_status_interval = 1s", "wal_retrieve_retry_interval = 200ms", "logging_collector = off", "max_wal_size = 256MB",
        ]);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}

/// <summary>psql that waits for more: what it began stays as it is until it is disposed, as with an application that hangs.</summary>
internal sealed class PostgresSession : IDisposable
{
    private readonly Process _process;
    private int _marks;
    private bool _ended;

    public PostgresSession(ProcessStartInfo start, string? application)
    {
        if (application is not null) start.Environment["PGAPPNAME"] = application;
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
    }

    /// <summary>Returns when the statements are through; null when the session is gone.</summary>
    public string? Run(string sql)
    {
        var mark = $"mark-{++_marks}";
        Send($"{sql};\n\\echo {mark}");
        var lines = new List<string>();
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (line == mark) return string.Join('\n', lines);
            lines.Add(line);
        }
        return null;
    }

    /// <summary>Does not wait: for statements that are meant to hang.</summary>
    public void Send(string sql)
    {
        _process.StandardInput.WriteLine(sql);
        _process.StandardInput.Flush();
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
