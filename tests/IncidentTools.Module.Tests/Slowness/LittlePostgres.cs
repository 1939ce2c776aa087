using System.Diagnostics;
using System.Globalization;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>A PostgreSQL of a test's own, on loopback, with nothing that must survive.</summary>
internal sealed class LittlePostgres : IDisposable
{
    private readonly string _bin, _folder;
    private readonly List<Process> _sessions = [];

    public LittlePostgres()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs PostgreSQL of Unix");
        _bin = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(path => Path.Combine(path, "bin")).LastOrDefault(path => File.Exists(Path.Combine(path, "initdb"))) ?? "" : "";
        Assert.SkipUnless(_bin.Length > 0 && (!IsRoot || NginxOutage.Find("runuser") is not null), "needs PostgreSQL's own programs");
        Port = NginxOutage.FreePort();
        _folder = Directory.CreateTempSubdirectory("incidenttools-pg-").FullName;
        if (IsRoot) Assert.Equal(0, NginxOutage.Run("/bin/chown", "postgres", _folder).Code); // its programs refuse to run as root
        Own("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-N");
        Own("pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o", string.Create(CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"), "start");
    }

    public int Port { get; }
    private string Data => Path.Combine(_folder, "data");
    private static bool IsRoot => Environment.UserName == "root";
    private string[] Address => ["-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "postgres", "-d", "postgres"];

    public string Sql(string text)
    {
        var (code, said) = NginxOutage.Run(Path.Combine(_bin, "psql"), [.. Address, "-c", text]);
        Assert.True(code == 0, said);
        return said.Trim();
    }

    /// <summary>A session that goes on after this, with whatever it holds.</summary>
    public void Hold(string text)
    {
        var process = Process.Start(new ProcessStartInfo(Path.Combine(_bin, "psql"), Address) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.StandardInput.WriteLine(text);
        process.StandardInput.Flush();
        _sessions.Add(process);
    }

    private void Own(string program, params string[] arguments)
    {
        string[] line = [.. IsRoot ? new[] { NginxOutage.Find("runuser")!, "-u", "postgres", "--" } : [], Path.Combine(_bin, program), .. arguments];
        // the server keeps what it inherits: no pipe of ours
        Assert.True(NginxOutage.Run("/bin/sh", ["-c", "cd / && exec \"$@\" >/dev/null 2>&1", "sh", .. line]).Code == 0, $"{program} failed");
    }

    public void Dispose()
    {
        foreach (var session in _sessions)
        {
            if (!session.HasExited) session.Kill();
            session.WaitForExit();
            session.Dispose();
        }
        Own("pg_ctl", "-D", Data, "-m", "immediate", "stop");
        Directory.Delete(_folder, recursive: true);
    }
}
