using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IncidentTools.Engine.Tests.Probes;

/// <summary>A server on the loopback address; each connection gets the handler, and is closed after it.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _requests = [];

    private LoopbackServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public IReadOnlyList<string> Requests { get { lock (_requests) return [.. _requests]; } }

    /// <summary>Whatever a connection does, by hand.</summary>
    public static LoopbackServer Raw(Func<Connection, Task> handle)
    {
        var server = new LoopbackServer();
        _ = server.AcceptAsync(handle);
        return server;
    }

    /// <summary>Reads a request's head, then answers.</summary>
    public static LoopbackServer Http(Func<Connection, string, Task> handle, X509Certificate2? certificate = null) => Raw(async connection =>
    {
        if (certificate is not null) await connection.SecureAsync(certificate);
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await connection.Stream.ReadAsync(buffer, connection.End);
            if (count == 0) return;
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }
        lock (connection.Server._requests) connection.Server._requests.Add(text.ToString());
        await handle(connection, text.ToString());
    });

    public static LoopbackServer Http(string status, string body = "", string headers = "", X509Certificate2? certificate = null) => Http((connection, _) => connection.AnswerAsync(status, body, headers), certificate);

    private async Task AcceptAsync(Func<Connection, Task> handle)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(async () =>
                {
                    using (client)
                        try { await handle(new Connection(this, client, _end.Token)); }
                        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException or ObjectDisposedException) { }
                });
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    /// <summary>A port where nothing listens.</summary>
    public static int FreePort()
    {
        using var server = new LoopbackServer();
        return server.Port;
    }

    internal sealed class Connection(LoopbackServer server, TcpClient client, CancellationToken end)
    {
        public LoopbackServer Server => server;
        public Stream Stream { get; private set; } = client.GetStream();
        public CancellationToken End => end;

        public async Task SecureAsync(X509Certificate2 certificate)
        {
            var secure = new SslStream(Stream);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, end);
            Stream = secure;
        }

        public Task WriteAsync(string text) => Stream.WriteAsync(Encoding.UTF8.GetBytes(text), end).AsTask();
        public Task AnswerAsync(string status, string body = "", string headers = "") => WriteAsync($"HTTP/1.1 {status}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
        /// <summary>Until the test is over.</summary>
        public Task HangAsync() => Task.Delay(Timeout.InfiniteTimeSpan, end);
        public void Reset() => client.Client.Close(0);
    }
}

/// <summary>A socket that listens, never accepts, and whose queue is full: the next connection gets no answer at all.</summary>
internal sealed class Blackhole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queue = [];

    private Blackhole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public static async Task<Blackhole> DigAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux lets a full queue swallow connections");
        var hole = new Blackhole();
        for (var index = 0; index < 32; index++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            hole._queue.Add(socket);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try { await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, hole.Port), limit.Token); }
            catch (OperationCanceledException) { return hole; }
        }
        hole.Dispose();
        Assert.Skip("the queue of a listening socket cannot be filled here");
        return hole;
    }

    public void Dispose()
    {
        foreach (var socket in _queue) socket.Dispose();
        _listener.Dispose();
    }
}
