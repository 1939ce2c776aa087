using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace IncidentTools.Engine.Tests.Probes.Databases;

/// <summary>A Redis of a test's own, on loopback, with nothing kept on disk.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly Process _process;
    private readonly TempFolder _folder = new();
    private bool _ended;

    public RedisServer(params string[] options)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs redis-server of Unix");
        var program = new[] { "/usr/bin", "/usr/local/bin" }.Select(folder => Path.Combine(folder, "redis-server")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "needs redis-server");
        Port = LoopbackServer.FreePort();
        _process = Process.Start(new ProcessStartInfo(program!, ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.Path, .. options]) { RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        var began = Stopwatch.StartNew();
        // a password makes it answer with an error, which is an answer
        while (!Answers()) Assert.True(began.Elapsed < TimeSpan.FromSeconds(60) && !_process.HasExited, "redis-server did not start");
    }

    public int Port { get; }
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>One command, as typed; what comes back, undecoded.</summary>
    public string Send(string command)
    {
        using var client = new TcpClient("127.0.0.1", Port);
        using var stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(command + "\r\n"));
        var buffer = new byte[64 * 1024];
        return Encoding.UTF8.GetString(buffer, 0, stream.Read(buffer));
    }

    /// <summary>Many commands over one connection.</summary>
    public void Fill(IEnumerable<string> commands)
    {
        using var client = new TcpClient("127.0.0.1", Port);
        using var stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(commands.Select(command => command + "\r\n")) + "ECHO the-end\r\n"));
        var (seen, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        while (!seen.ToString().EndsWith("the-end\r\n", StringComparison.Ordinal)) seen.Append(Encoding.UTF8.GetString(buffer, 0, stream.Read(buffer)));
    }

    private bool Answers()
    {
        try { return Send("PING").Length > 0; }
        catch (Exception error) when (error is SocketException or IOException)
        {
            Thread.Sleep(20);
            return false;
        }
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }
}
