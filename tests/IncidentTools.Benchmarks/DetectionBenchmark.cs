using System.Globalization;
using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine;
using IncidentTools.Engine.Detection;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Benchmarks;

/// <summary>
/// One tick over 500 services at concurrency 64, each asked over http, each at its own address (one address is asked once for all). First with one probe that takes two seconds and 499 that are quick: the tick is
/// held against that one alone, which nothing can beat. Then with all equally slow: 500 in portions of 64 are eight waves, held against eight ticks over
/// one service each.
/// </summary>
internal sealed class DetectionBenchmark : Benchmark
{
    private const int Services = 500, Concurrency = 64, Rounds = 5;
    private const int Waves = (Services + Concurrency - 1) / Concurrency;
    public override string Name => "detection";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        using var server = new SlowServer();
        var shipped = Path.Combine(Path.GetDirectoryName(Packaged.Module)!, "runbooks");
        var ops = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(folder.Store)!, "ops")).FullName;
        File.Copy(Path.Combine(shipped, "policy.yaml"), Path.Combine(ops, "policy.yaml"));
        File.WriteAllText(Path.Combine(ops, "incidenttools.yaml"), "schema: incidenttools/workspace/v1\n");
        File.WriteAllText(Path.Combine(ops, "services.yaml"), "schema: incidenttools/services/v1\nservices:\n" + string.Concat(Enumerable.Range(0, Services).Select(number =>
            string.Create(CultureInfo.InvariantCulture, $"  s{number}: {{ name: Service {number}, url: 'http://127.0.0.1:{server.Port}/{(number == Services / 2 ? "slowest" : "usual")}/{number}' }}\n"))));
        using var engine = new IncidentEngine(new EngineOptions { Store = folder.Store, Workspace = ops, Location = ops, ShippedWorkspace = shipped, Actor = new Actor("bench", "os", "os") });

        server.Slowest = TimeSpan.FromSeconds(2);
        server.Usual = TimeSpan.FromMilliseconds(20);
        yield return Measure("detection-slowest", engine, () => Tick(engine, 1, $"s{Services / 2}"));
        server.Slowest = server.Usual = TimeSpan.FromMilliseconds(400);
        yield return Measure("detection-waves", engine, () =>
        {
            for (var wave = 0; wave < Waves; wave++) Tick(engine, 1, $"s{wave}");
        });
    }

    private static Result Measure(string name, IncidentEngine engine, Action ideal)
    {
        Tick(engine, Services);
        var (ratios, ticks, ideals) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ideals.Add(Seconds(ideal));
            ticks.Add(Seconds(() => Tick(engine, Services)));
            ratios.Add(ticks[^1] / ideals[^1]);
        }
        return new Result(name, ratios, Goal.AtMost(1.2), FormattableString.Invariant($"{ticks.Quantile(0.5) * 1000:F0} ms over {Services} services against {ideals.Quantile(0.5) * 1000:F0} ms"));
    }

    private static void Tick(IncidentEngine engine, int checks, params string[] services)
    {
        var result = engine.DetectAsync(new DetectionRequest(services, Concurrency, WhatIf: false, Pages: false), null, CancellationToken.None).GetAwaiter().GetResult();
        if (result.Checked != checks || result.Pass + result.Warn != checks) throw new InvalidOperationException($"{result.Checked} checked, {result.Fail} failed, {result.Error} could not: {result.Problem[0].Message}");
    }

    private static double Seconds(Action once)
    {
        var start = TimeProvider.System.GetTimestamp();
        once();
        return TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Answers every request after a while; it takes no thread meanwhile.</summary>
    private sealed class SlowServer : IDisposable
    {
        private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray();
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public SlowServer()
        {
            _listener.Start(1024);
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
        public TimeSpan Usual { get; set; }
        public TimeSpan Slowest { get; set; }

        private async Task AcceptAsync()
        {
            try
            {
                while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException) { }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var stream = client.GetStream();
                    var buffer = new byte[2048];
                    var read = await stream.ReadAsync(buffer).ConfigureAwait(false);
                    await Task.Delay(buffer.AsSpan(0, read).IndexOf("/slowest"u8) >= 0 ? Slowest : Usual).ConfigureAwait(false);
                    await stream.WriteAsync(Answer).ConfigureAwait(false);
                }
                catch (Exception error) when (error is IOException or SocketException) { }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
