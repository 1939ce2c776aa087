using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IncidentTools.Module.Tests.Detection;

/// <summary>A web server on the loopback address whose mood can be changed: well, failing, slow, or not there. Its port stays the same.</summary>
internal sealed class Site : IDisposable
{
    private TcpListener? _listener;
    private volatile string _status = "200 OK";
    private long _delay, _asked;

    public Site()
    {
        var first = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        Port = ((IPEndPoint)first.LocalEndpoint).Port;
        Begin(first);
    }

    public int Port { get; }
    public string Url => $"http://127.0.0.1:{Port}/";
    public long Asked => Interlocked.Read(ref _asked);
    public string Status { set => _status = value; }
    public TimeSpan Delay { set => Interlocked.Exchange(ref _delay, value.Ticks); }

    /// <summary>Closes the port, or opens it again.</summary>
    public bool IsOpen
    {
        set
        {
            if (value && _listener is null)
            {
                var again = new TcpListener(IPAddress.Loopback, Port);
                again.Start();
                Begin(again);
            }
            else if (!value)
            {
                _listener?.Dispose();
                _listener = null;
            }
        }
    }

    private void Begin(TcpListener listener)
    {
        _listener = listener;
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync();
                    _ = AnswerAsync(client);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException) { }
        });
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var read = await stream.ReadAsync(new byte[4096]);
                if (read == 0) return;
                Interlocked.Increment(ref _asked);
                if (Interlocked.Read(ref _delay) is > 0 and var delay) await Task.Delay(TimeSpan.FromTicks(delay));
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {_status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
            }
            catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException) { }
        }
    }

    public void Dispose() => IsOpen = false;
}
