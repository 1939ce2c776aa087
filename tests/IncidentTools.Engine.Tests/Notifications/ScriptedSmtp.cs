using System.Net;
using System.Net.Sockets;

namespace IncidentTools.Engine.Tests.Notifications;

/// <summary>
/// A mail server that says what a test tells it to. The script's keys are the beginnings of what the client says ("" is its connecting, "." the end of
/// the message, "?" anything else); the value is the answer, "" to hang up, or null to keep silent until the client gives up.
/// </summary>
internal sealed class ScriptedSmtp : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, string?> _script;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;

    public ScriptedSmtp(Dictionary<string, string?> changes)
    {
        _script = new()
        {
            [""] = "220 ready", ["EHLO"] = "250-test\r\n250 HELP", ["MAIL"] = "250 ok", ["RCPT"] = "250 ok", ["DATA"] = "354 go on", ["."] = "250 taken as 17", ["RSET"] = "250 ok", ["QUIT"] = "221 bye", ["?"] = "500 what?",
        };
        foreach (var (key, answer) in changes) _script[key] = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What the client said, commands and message alike.</summary>
    public List<string> Heard { get; } = [];

    private async Task ServeAsync()
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_end.Token);
            using var reader = new StreamReader(client.GetStream());
            var inMessage = false;
            for (string? line = ""; line is not null; line = await reader.ReadLineAsync(_end.Token))
            {
                Heard.Add(line);
                if (inMessage && line != ".") continue;
                var key = line.Length == 0 ? "" : _script.Keys.FirstOrDefault(key => key.Length > 0 && line.StartsWith(key, StringComparison.OrdinalIgnoreCase), "?");
                var answer = _script[key];
                if (answer is null) { await Task.Delay(Timeout.Infinite, _end.Token); return; }
                if (answer.Length == 0) return;
                inMessage = key == "DATA" && answer.StartsWith('3');
                await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer + "\r\n"), _end.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or SocketException) { }
    }

    public void Dispose()
    {
        _end.Cancel();
        _serving.GetAwaiter().GetResult();
        _listener.Dispose();
        _end.Dispose();
    }
}
