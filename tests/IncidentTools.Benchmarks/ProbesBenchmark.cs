using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Benchmarks;

/// <summary>Two hundred HTTP probes at once against one: with nothing in the way but latency they take as long as that one.</summary>
internal sealed class ProbesBenchmark : Benchmark
{
    private const int Many = 200;
    private static readonly TimeSpan Latency = TimeSpan.FromSeconds(1);
    public override string Name => "probes";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var server = new SlowServer(Latency);
        var context = new ProbeContext(TimeProvider.System, new ProcessRunner(TimeProvider.System), new NoSecrets(), new SecretMask());
        var with = new Arguments(new Dictionary<string, object?> { ["url"] = $"http://127.0.0.1:{server.Port}/", ["timeout"] = TimeSpan.FromMinutes(1) });
        var probe = ProbeTable.All["probe.http"];

        void Ask(int count)
        {
            var results = Task.WhenAll(Enumerable.Range(0, count).Select(_ => probe.CheckAsync(with, context, CancellationToken.None))).GetAwaiter().GetResult();
            if (results.FirstOrDefault(result => result.Status != ProbeStatus.Pass) is { } bad) throw new InvalidOperationException($"a probe came to {bad.Status}: {bad.Message}");
        }

        yield return Paired.Durations("probes-200-to-1", Goal.AtMost(1.25), () => Ask(1), () => Ask(Many));
    }

    private sealed class NoSecrets : ISecretSource
    {
        public string? Find(string name) => null;
    }

    /// <summary>Answers every request after the same time.</summary>
    private sealed class SlowServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly TimeSpan _latency;

        public SlowServer(TimeSpan latency)
        {
            _latency = latency;
            _listener.Start(backlog: Many * 2);
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        private async Task AcceptAsync()
        {
            try { while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync()); }
            catch (Exception error) when (error is SocketException or ObjectDisposedException) { }
        }

        private async Task AnswerAsync(TcpClient client)
        {
            using (client)
                try
                {
                    var buffer = new byte[4096];
                    _ = await client.GetStream().ReadAsync(buffer);
                    await Task.Delay(_latency);
                    await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
                }
                catch (Exception error) when (error is IOException or ObjectDisposedException) { }
        }

        public void Dispose() => _listener.Dispose();
    }
}
