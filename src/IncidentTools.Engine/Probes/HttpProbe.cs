using System.Text.RegularExpressions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Network;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>Whether a URL answers as it should, and if not, which part of the way fails: name, connection, TLS, answer or content.</summary>
internal sealed class HttpProbe() : Probe("probe.http", "Whether a URL answers with the right status, content and speed; tells DNS, TCP, TLS and HTTP failures apart.", Shape,
    "status", "reason", "finalUrl", "totalMs", "firstByteMs", "bytes", "redirects", "daysLeft", "phase", "failedSamples", "p50Ms", "p95Ms", "p99Ms", "phases", "slowestPhase")
{
    private static readonly ObjectShape Shape = new("probe.http",
        Required("url", Url, "http or https URL, asked straight: no proxy, no cache"),
        Optional("method", OneOf("GET", "HEAD", "POST", "OPTIONS"), "HTTP method", "GET"),
        Optional("headers", new MapShape(Text), "request headers; a value of the form secret:name is looked up, and sent to this host only"),
        Optional("body", Text, "request body, sent as UTF-8"),
        Optional("expectStatus", ListOf(Text, allowSingle: true), "statuses that are right: 200, 200-399 or a list; default 200-399"),
        Optional("contains", Shapes.Regex, "what the body must match"),
        Optional("notContains", Shapes.Regex, "what the body must not match"),
        Optional("maxLatency", Shapes.Duration, "slower fails (of several samples: the 95th percentile)"),
        Optional("warnLatency", Shapes.Duration, "slower is a warning"),
        Optional("followRedirects", Bool, "whether redirects are followed, at most 10", true),
        Optional("hostHeader", Text, "Host header and TLS name, if not the URL's"),
        Optional("resolveTo", Text, "IP address to connect to instead of resolving the name"),
        Optional("allowInvalidCertificate", Bool, "whether an invalid certificate is let through", false),
        Optional("maxBodyBytes", Int with { Min = 1, Max = 64 * 1024 * 1024 }, "bytes of the body that are read", 1024L * 1024),
        Optional("samples", Int with { Min = 1, Max = 1000 }, "number of requests, each over a new connection; more than one gives percentiles", 1L),
        Optional("concurrency", Int with { Min = 1, Max = 100 }, "how many of them at once", 1L),
        Optional("timeout", Shapes.Duration, "for each request with its redirects", TimeSpan.FromSeconds(10)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var plan = HttpPlan.Of(with, context);
        var expected = StatusRanges.Parse(with.Texts("expectStatus"));
        var content = new ContentRule(with.TextOrNull("contains"), with.TextOrNull("notContains"));
        var count = Math.Max(1, with.Int("samples", 1));
        var samples = await HttpSampling.RunAsync(plan, count, with.Int("concurrency", 1), null, context.Time, cancellation).ConfigureAwait(false);
        var failed = 0;
        HttpSample? shown = null;
        for (var index = 0; index < samples.Count; index++)
        {
            if (Judge(samples[index], expected, content, found, count == 1 ? "" : $"sample {index + 1}: ")) continue;
            failed++;
            shown ??= samples[index];
        }
        shown ??= samples[^1];
        Report(shown, context.Time.GetUtcNow(), found);
        (found["failedSamples"], found.Unit) = (failed, "ms");
        found.Threshold("expectStatus", with.Texts("expectStatus").Count > 0 ? with.Texts("expectStatus") : ["200-399"]);
        Phases(samples, found);
        Latency(with, [.. samples.Where(sample => sample.Trouble is null).Select(sample => sample.TotalMs).Order()], count, found);
        if (failed == 0) found.Pass($"{HttpExchange.Plain(shown.FinalUrl!)} answers {shown.Status} in {Say.Ms(shown.TotalMs)}");
    }

    private static bool Judge(HttpSample sample, Func<int, bool> expected, ContentRule content, Findings found, string prefix)
    {
        if (sample.Trouble is { } trouble)
        {
            trouble.Report(found, prefix + HttpExchange.Plain(sample.FinalUrl!));
            return false;
        }
        var good = expected(sample.Status!.Value);
        if (!good) found.Fail(ProbeErrors.StatusUnexpected, $"{prefix}{HttpExchange.Plain(sample.FinalUrl!)} answers {sample.Status} {sample.Reason}{Meaning(sample.Status.Value)}");
        return content.Judge(sample, found, prefix) && good;
    }

    private static void Latency(Arguments with, double[] times, int count, Findings found)
    {
        found.Threshold("maxLatency", with.Duration("maxLatency"));
        found.Threshold("warnLatency", with.Duration("warnLatency"));
        if (times.Length == 0) return;
        if (count > 1)
            foreach (var (name, part) in new[] { ("p50Ms", 0.50), ("p95Ms", 0.95), ("p99Ms", 0.99) })
            {
                found[name] = Percentiles.Of(times, part);
                found.Observe(name, Percentiles.Of(times, part));
            }
        var judged = Percentiles.Of(times, 0.95)!.Value;
        if (judged > with.Duration("maxLatency")?.TotalMilliseconds) found.Fail(ProbeErrors.TooSlow, $"the answer took {Say.Ms(judged)}, {Duration.Format(with.Duration("maxLatency")!.Value)} is the limit");
        else if (judged > with.Duration("warnLatency")?.TotalMilliseconds) found.Warn(ProbeErrors.TooSlow, $"the answer took {Say.Ms(judged)}");
    }

    private static void Phases(IReadOnlyList<HttpSample> samples, Findings found)
    {
        var phases = Percentiles.Phases(samples);
        found["phases"] = Percentiles.Plain(phases);
        if (phases.Any(item => item.P95 is not null)) found["slowestPhase"] = phases.MaxBy(item => item.P95 ?? -1).Phase;
    }

    private static void Report(HttpSample sample, DateTimeOffset now, Findings found)
    {
        (found["status"], found["reason"], found["phase"], found["totalMs"], found["firstByteMs"]) = (sample.Status, sample.Reason, sample.Times.Phase, sample.TotalMs, sample.FirstByteMs);
        (found["finalUrl"], found["bytes"], found["redirects"], found["daysLeft"]) = (HttpExchange.Plain(sample.FinalUrl!), sample.Bytes, sample.Redirects.Count, sample.Certificate?.DaysLeft(now));
        foreach (var (name, value) in new (string, object?)[]
        {
            ("dnsMs", sample.Times.DnsMs), ("connectMs", sample.Times.ConnectMs), ("tlsMs", sample.TlsMs), ("firstByteMs", sample.FirstByteMs), ("totalMs", sample.TotalMs),
            ("remoteAddress", sample.Times.Address), ("redirects", sample.Redirects), ("headers", sample.Headers), ("truncated", sample.Truncated), ("tlsProtocol", sample.TlsProtocol),
            ("certificateSubject", sample.Certificate?.Subject), ("certificateNotAfter", sample.Certificate?.NotAfter), ("body", Say.Cut(sample.Body)),
        }) found.Observe(name, value);
    }

    private static string Meaning(int status) => status switch
    {
        502 => " (the service behind the proxy refused or died)",
        503 => " (no capacity, maintenance, or the application is stopped)",
        504 => " (the service behind the proxy is too slow)",
        429 => " (too many requests)",
        401 or 403 => " (not permitted)",
        _ => "",
    };

    private sealed class ContentRule(string? contains, string? notContains)
    {
        private readonly Regex? _wanted = contains is null ? null : BoundedRegex.Compile(contains), _unwanted = notContains is null ? null : BoundedRegex.Compile(notContains);

        public bool Judge(HttpSample sample, Findings found, string prefix)
        {
            var good = true;
            if (_wanted is not null && !_wanted.IsMatch(sample.Body))
            {
                good = false;
                // what was not read may hold it
                if (sample.Truncated) found.Unknown(ProbeErrors.Truncated, $"{prefix}{_wanted} is not in the first {sample.Bytes} bytes, and the body goes on: raise maxBodyBytes");
                else found.Fail(ProbeErrors.ContentMissing, $"{prefix}the body does not contain {_wanted}");
            }
            if (_unwanted?.Match(sample.Body) is { Success: true } match)
            {
                good = false;
                found.Fail(ProbeErrors.ContentUnwanted, $"{prefix}the body contains {Say.Cut(match.Value, 100)}");
            }
            else if (_unwanted is not null && sample.Truncated)
            {
                good = false;
                found.Unknown(ProbeErrors.Truncated, $"{prefix}the body goes on after {sample.Bytes} bytes, so {_unwanted} cannot be excluded: raise maxBodyBytes");
            }
            return good;
        }
    }
}
