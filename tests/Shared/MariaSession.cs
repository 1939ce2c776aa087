using System.Diagnostics;

namespace IncidentTools.Tests.Shared;

/// <summary>A client that stays connected after its statement, over TCP as applications are.</summary>
internal sealed class MariaSession : IDisposable
{
    private readonly Process _process;

    public MariaSession(int port, string sql)
    {
        var start = new ProcessStartInfo("/usr/bin/mariadb") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "--no-defaults", "-n", "-N", "-B", "-h", "127.0.0.1", "-P", $"{port}", "-u", MariaServer.User }) start.ArgumentList.Add(argument);
        start.Environment["MYSQL_PWD"] = MariaServer.Password;
        _process = Process.Start(start)!;
        _process.StandardInput.WriteLine(sql);
        _process.StandardInput.Flush();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
