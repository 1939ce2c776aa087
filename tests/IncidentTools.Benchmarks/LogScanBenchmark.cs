using System.Diagnostics;
using System.Globalization;
using System.Text;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Probes;

namespace IncidentTools.Benchmarks;

/// <summary>probe.log over a file of 1 GiB against grep counting in the same file: a literal at half its speed or better, a pattern at three tenths, in flat memory.</summary>
internal sealed class LogScanBenchmark : Benchmark
{
    private const long Size = 1L << 30;
    private const string Literal = "connect() failed (111: Connection refused)", Pattern = "upstream (timed out|prematurely closed).* upstream: \"http://10\\.0\\.[0-9]+\\.7:";
    public override string Name => "log-scan";
    public override bool UsesEngine => true;

    public override IEnumerable<Result> Run()
    {
        using var folder = new WorkFolder();
        var file = Path.Combine(folder.Path, "error.log");
        Write(file);
        foreach (var result in Measure(file)) yield return result;
    }

    private static IEnumerable<Result> Measure(string file)
    {
        var (literal, pattern) = (Grep("-cF", Literal, file), Grep("-cE", Pattern, file));
        if (Probe(file, System.Text.RegularExpressions.Regex.Escape(Literal)) != literal || Probe(file, Pattern) != pattern || literal == 0 || pattern == 0) throw new InvalidDataException("grep and the probe should count the same");
        yield return Paired.Rates("log-scan-literal", Goal.AtLeast(0.5), () => Grep("-c", Literal, file), () => { Probe(file, System.Text.RegularExpressions.Regex.Escape(Literal)); return 1; });
        yield return Paired.Rates("log-scan-pattern", Goal.AtLeast(0.3), () => Grep("-cE", Pattern, file), () => { Probe(file, Pattern); return 1; });
        var grown = Grown(() => Probe(file, Pattern)) / 1024.0 / 1024;
        yield return new Result("log-scan-memory", grown, grown, grown, Goal.AtMost(48), "MiB that the process grew over 1 GiB of log");
    }

    private static long Probe(string file, string pattern)
    {
        var probe = ProbeTable.All["probe.log"];
        var with = new Arguments(new Dictionary<string, object?> { ["files"] = new List<object?> { file }, ["maxBytes"] = 4L << 30, ["samples"] = 5L, ["patterns"] = new List<object?> { new Dictionary<string, object?> { ["pattern"] = pattern } }, ["timeout"] = TimeSpan.FromMinutes(10) });
        var result = probe.CheckAsync(with, new ProbeContext(TimeProvider.System, new ProcessRunner(TimeProvider.System), new EnvironmentSecrets(), new SecretMask()), CancellationToken.None).GetAwaiter().GetResult();
        return (long)((IReadOnlyDictionary<string, object?>)result.Value!)["matches"]!;
    }

    private static long Grep(string how, string what, string file)
    {
        using var process = Process.Start(new ProcessStartInfo("grep", [how, "-e", what, file]) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return long.Parse(text, CultureInfo.InvariantCulture);
    }

    private static long Grown(Action work)
    {
        GC.Collect();
        var (before, most, ended) = (Environment.WorkingSet, 0L, false);
        var watch = new Thread(() =>
        {
            while (!Volatile.Read(ref ended))
            {
                most = Math.Max(most, Environment.WorkingSet);
                Thread.Sleep(20);
            }
        });
        watch.Start();
        work();
        Volatile.Write(ref ended, true);
        watch.Join();
        return Math.Max(0, most - before);
    }

    /// <summary>What a busy proxy writes: one line in five hundred is a refused connection, one in three hundred a slow upstream.</summary>
    private static void Write(string file)
    {
        var (text, random) = (new StringBuilder(), new Random(7));
        for (var index = 0; text.Length < 32 * 1024 * 1024; index++)
        {
            text.Append(CultureInfo.InvariantCulture, $"2026/11/01 08:{index / 6000 % 60:00}:{index / 100 % 60:00} [");
            if (index % 500 == 7) text.Append(CultureInfo.InvariantCulture, $"error] 7#7: *{index} {Literal} while connecting to upstream, client: 192.0.2.{random.Next(256)}, server: shop");
            else if (index % 300 == 11) text.Append(CultureInfo.InvariantCulture, $"error] 7#7: *{index} upstream timed out (110: Connection timed out) while reading response header, upstream: \"http://10.0.{random.Next(9)}.7:8080/cart\"");
            else text.Append(CultureInfo.InvariantCulture, $"info] 7#7: *{index} client 192.0.2.{random.Next(256)} closed keepalive connection after {random.Next(9999)} ms, request: \"GET /shop/item/{random.Next(99999)} HTTP/1.1\", host: \"shop.example.com\"");
            text.Append('\n');
        }
        var block = Encoding.UTF8.GetBytes(text.ToString());
        using var stream = File.Create(file);
        while (stream.Length < Size) stream.Write(block);
    }
}
