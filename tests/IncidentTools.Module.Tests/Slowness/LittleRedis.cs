using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>A Redis of a test's own, on loopback.</summary>
internal sealed class LittleRedis : IDisposable
{
    private readonly Process _process;
    private readonly int _port = NginxOutage.FreePort();

    public LittleRedis(params string[] options)
    {
        var program = NginxOutage.Find("redis-server");
        Assert.SkipUnless(program is not null, "needs redis-server");
        _process = Process.Start(new ProcessStartInfo(program!, ["--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--logfile", "/dev/null", .. options]))!;
        for (var tries = 0; !Answers(); tries++) Assert.True(tries < 600 && !_process.HasExited, "redis-server did not start");
    }

    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public void Send(IEnumerable<string> commands)
    {
        using var client = new TcpClient("127.0.0.1", _port);
        using var stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(commands.Select(command => command + "\r\n")) + "ECHO the-end\r\n"));
        var (seen, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        while (!seen.ToString().EndsWith("the-end\r\n", StringComparison.Ordinal)) seen.Append(Encoding.UTF8.GetString(buffer, 0, stream.Read(buffer)));
    }

    private bool Answers()
    {
        try
        {
            Send([]);
            return true;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            Thread.Sleep(50);
            return false;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
