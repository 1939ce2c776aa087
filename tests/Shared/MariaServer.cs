using System.Diagnostics;

namespace IncidentTools.Tests.Shared;

/// <summary>A MariaDB server of the test's own on loopback; another one may follow it.</summary>
internal sealed class MariaServer : IDisposable
{
    private const string Account = "mysql";
    public const string User = "ops", Password = "maria-test-canary";
    private static readonly Lazy<string> Empty = new(MakeEmpty);
    private readonly string _folder = ServerProgram.Folder(Account, "maria");
    private readonly int _id;
    private readonly Process _process;

    public MariaServer(int id, params string[] settings)
    {
        (_id, Port) = (id, LoopbackPort.Free());
        ServerProgram.As(Account, "cp", "-a", Path.Combine(Empty.Value, "data"), Path.Combine(_folder, "data"));
        _process = Process.Start(Prepare(settings))!;
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        PostgresServer.Await(() => ServerProgram.Run(Client("SELECT 1")).Text.Trim(), "1");
    }

    public int Port { get; }
    private string Socket => Path.Combine(_folder, "s");

    public static void Require() => Assert.SkipUnless(ServerProgram.Find("mariadbd") is not null && ServerProgram.Find("mariadb-install-db") is not null && ServerProgram.CanBe(Account), "needs the programs of a MariaDB server, and its user when root runs the tests");

    public string Query(string sql)
    {
        var (code, text) = ServerProgram.Run(Client(sql));
        Assert.True(code == 0, $"{sql}: {text}");
        return text.Trim();
    }

    /// <summary>Follows the other one from where that is now.</summary>
    public void Follow(MariaServer primary, int? port = null)
    {
        var place = primary.Query("SHOW MASTER STATUS").Split('\t');
        Query($"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port ?? primary.Port}, MASTER_USER='{User}', MASTER_PASSWORD='{Password}', MASTER_LOG_FILE='{place[0]}', MASTER_LOG_POS={place[1]}, MASTER_CONNECT_RETRY=1; START SLAVE");
    }

    /// <summary>One column of its state as a replica.</summary>
    public string Status(string column) => ServerProgram.Run(Client("SHOW SLAVE STATUS", "-E")).Text.Split('\n').Select(line => line.Split(": ", 2)).FirstOrDefault(pair => pair[0].Trim() == column)?.ElementAtOrDefault(1)?.Trim() ?? "";

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        try { Directory.Delete(_folder, recursive: true); }
        catch (IOException) { } // a last file of a server that is just ending
    }

    private ProcessStartInfo Prepare(string[] settings) => ServerProgram.Prepare(Account, ServerProgram.Find("mariadbd")!,
    [
        "--no-defaults", $"--datadir={Path.Combine(_folder, "data")}", $"--socket={Socket}", $"--port={Port}", "--bind-address=127.0.0.1", $"--server-id={_id}", "--log-bin=bin", "--binlog-format=ROW",
        "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve", .. settings.Select(setting => "--" + setting),
    ]);

    /// <param name="form">-N: without the names of the columns.</param>
    private ProcessStartInfo Client(string sql, string form = "-N") => ServerProgram.Prepare(Account, "/usr/bin/mariadb", "--no-defaults", form, "-B", "-S", Socket, "-u", "root", "-e", sql);

    private static string MakeEmpty()
    {
        var folder = ServerProgram.Folder(Account, "maria-empty");
        ServerProgram.As(Account, ServerProgram.Find("mariadb-install-db")!, "--no-defaults", $"--datadir={Path.Combine(folder, "data")}", "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve");
        using (var first = Process.Start(ServerProgram.Prepare(Account, ServerProgram.Find("mariadbd")!, "--no-defaults", $"--datadir={Path.Combine(folder, "data")}", "--bootstrap", "--skip-log-bin"))!)
        {
            first.StandardInput.Write($"USE mysql;\nFLUSH PRIVILEGES;\nCREATE USER '{User}'@'127.0.0.1' IDENTIFIED BY '{Password}';\nGRANT ALL ON *.* TO '{User}'@'127.0.0.1';\nCREATE USER 'blind'@'127.0.0.1' IDENTIFIED BY '{Password}';\n");
            first.StandardInput.Close();
            var said = first.StandardError.ReadToEnd();
            first.WaitForExit();
            Assert.True(first.ExitCode == 0, said);
        }
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
