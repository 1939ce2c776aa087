using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>The application behind the proxy and the payments it waits for: both answer over real sockets, as slowly as a test says.</summary>
internal sealed class SlowApp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly string _fast;

    /// <param name="fast">A file whose presence makes it fast again: what a mitigation that helps leaves behind.</param>
    public SlowApp(string fast)
    {
        _fast = fast;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    /// <summary>What each takes; the front waits for the payments, too.</summary>
    public TimeSpan Front { get; set; }
    public TimeSpan Search { get; set; }
    public TimeSpan Payments { get; set; }
    public bool Broken { get; set; }
    /// <summary>What the search waits for, asked for each request.</summary>
    public Func<bool>? Waits { get; set; }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = Task.Run(() => AnswerAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
            try
            {
                var (text, buffer) = ("", new byte[4096]);
                while (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    var count = await client.GetStream().ReadAsync(buffer, _end.Token);
                    if (count == 0) return;
                    text += Encoding.ASCII.GetString(buffer, 0, count);
                }
                var path = text.Split(' ')[1];
                var wait = path == "/payments" ? Payments : path == "/search" ? Waits?.Invoke() == true ? TimeSpan.FromSeconds(2.5) : Search : Front > Payments ? Front : Payments;
                if (!File.Exists(_fast)) await Task.Delay(wait, _end.Token);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(Broken ? "503 Service Unavailable" : "200 OK")}\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"), _end.Token);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }
}
