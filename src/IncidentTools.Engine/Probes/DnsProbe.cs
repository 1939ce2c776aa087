using System.Net;
using System.Net.Sockets;
using DnsClient;
using DnsClient.Protocol;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Network;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>What the DNS itself answers (no hosts file, no cache), from the system's servers or a named one.</summary>
internal sealed class DnsProbe() : Probe("probe.dns", "What DNS answers for a name, from the system's server or a named one, against what it should.", Shape, "rcode", "answers", "ttl", "server", "ms")
{
    private static readonly ObjectShape Shape = new("probe.dns",
        Required("name", Text, "the name to ask for"),
        Optional("type", OneOf("A", "AAAA", "CNAME", "MX", "TXT", "NS", "SOA"), "record type", "A"),
        Optional("server", Text, "server to ask, as address or address:port; default the system's"),
        Optional("expect", ListOf(Text, allowSingle: true), "answers that are right: one of them must come, others are a warning (MX: the host, or priority and host)"),
        Optional("requireAll", Bool, "whether all expected answers must come", false),
        Optional("warnLatency", Shapes.Duration, "slower is a warning", TimeSpan.FromMilliseconds(500)),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromSeconds(5)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (name, type) = (with.Text("name"), with.TextOrNull("type") ?? "A");
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(5);
        var servers = Servers(with.TextOrNull("server"));
        var asked = string.Join(", ", servers.Select(server => server.ToString()));
        (found["server"], found.Unit) = (asked, "ms");
        found.Threshold("warnLatency", with.Duration("warnLatency"));
        found.Threshold("timeout", timeout);
        using var limit = new TimeLimit(timeout, context.Time, cancellation);
        var began = context.Time.GetTimestamp();
        try
        {
            var answer = await new LookupClient(new LookupClientOptions(servers)
            {
                // one lost datagram is asked for once more; the limit above ends it all
                UseCache = false, ThrowDnsErrors = false, Retries = 1, Timeout = timeout / 2, UseTcpFallback = true, ContinueOnDnsError = servers.Length > 1, ContinueOnEmptyResponse = false,
            }).QueryAsync(new DnsQuestion(Question(name), Enum.Parse<QueryType>(type)), limit.Token).ConfigureAwait(false);
            var ms = DialTimes.Ms(context.Time, began);
            (found["ms"], found["server"], found["rcode"]) = (ms, answer.NameServer.ToString(), Rcode(answer.Header.ResponseCode));
            Judge(answer, name, type, with, found);
            if (ms > with.Duration("warnLatency")?.TotalMilliseconds) found.Warn(ProbeErrors.TooSlow, $"{answer.NameServer} took {Say.Ms(ms)}");
        }
        catch (OperationCanceledException) when (limit.Reached) { found.Fail(ProbeErrors.Timeout, $"{asked} did not answer in {Duration.Format(timeout)}"); }
        catch (DnsResponseException error) { Explain(error, asked, found, cancellation); }
        catch (SocketException error) { NetworkTrouble.Of(error.SocketErrorCode).Report(found, asked); }
    }

    private static void Judge(IDnsQueryResponse answer, string name, string type, Arguments with, Findings found)
    {
        var records = answer.Answers.Where(record => record.RecordType == Enum.Parse<ResourceRecordType>(type)).ToList();
        var texts = records.Select(Show).Order(StringComparer.Ordinal).ToList();
        (found["answers"], found["ttl"]) = (texts, records.Count == 0 ? null : records.Min(record => record.TimeToLive));
        found.Observe("records", answer.Answers.Select(record => $"{record.DomainName} {record.TimeToLive} {record.RecordType} {Show(record)}").ToList());
        found.Observe("authoritative", answer.Header.HasAuthorityAnswer);
        if (answer.HasError)
        {
            found.Fail(ProbeErrors.DnsFailure, $"{answer.NameServer} answers {Rcode(answer.Header.ResponseCode)} for {name}");
            return;
        }
        var expected = with.Texts("expect").Select(text => type == "TXT" ? text : Normal(text)).ToList();
        found.Threshold("expect", expected.Count == 0 ? null : expected);
        if (texts.Count == 0)
        {
            found.Fail(ProbeErrors.NotFound, $"{name} has no {type} record");
            return;
        }
        // MX may be given with or without its priority
        bool Fits(string text, string wanted) => text == wanted || (type == "MX" && text.EndsWith(' ' + wanted, StringComparison.Ordinal));
        var missing = expected.Where(wanted => !texts.Exists(text => Fits(text, wanted))).ToList();
        var others = expected.Count == 0 ? [] : texts.Where(text => !expected.Exists(wanted => Fits(text, wanted))).ToList();
        if (missing.Count > 0 && (with.Flag("requireAll") || missing.Count == expected.Count)) found.Fail(ProbeErrors.AnswerUnexpected, $"{name} {type} lacks {string.Join(", ", missing)}; it is {Say.Cut(string.Join(", ", texts))}");
        else if (others.Count > 0) found.Warn(ProbeErrors.AnswerUnexpected, $"{name} {type} has more than expected: {Say.Cut(string.Join(", ", others))}");
        found.Pass($"{name} {type} is {Say.Cut(string.Join(", ", texts))}");
    }

    private static void Explain(DnsResponseException error, string asked, Findings found, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        for (Exception? cause = error.InnerException; cause is not null; cause = cause.InnerException)
            if (cause is SocketException socket)
            {
                NetworkTrouble.Of(socket.SocketErrorCode).Report(found, asked);
                return;
            }
        if (error.Code == DnsResponseCode.ConnectionTimeout) found.Fail(ProbeErrors.Timeout, $"{asked} did not answer in time");
        else found.Fail(ProbeErrors.InvalidResponse, $"{asked}: {error.Message}");
    }

    private static NameServer[] Servers(string? server)
    {
        if (server is null)
        {
            NameServer[] own = [.. NameServer.ResolveNameServers(skipIPv6SiteLocal: true, fallbackToGooglePublicDns: false)];
            return own.Length > 0 ? own : throw new CannotCheckException(ProbeErrors.DnsFailure, "this machine has no name server configured");
        }
        if (IPAddress.TryParse(server, out var address)) return [new NameServer(address)];
        return IPEndPoint.TryParse(server, out var point) && point.Port > 0 ? [new NameServer(point)] : throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{server}' is not an address or address:port of a name server");
    }

    private static DnsString Question(string name)
    {
        // a single dot is the root itself
        if (name.Any(char.IsWhiteSpace) || (name != "." && name.TrimEnd('.').Split('.').Any(label => label.Length == 0))) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{name}' is not a name");
        try { return DnsString.Parse(name); }
        catch (ArgumentException error) { throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{name}' cannot be asked for: {error.Message}"); }
    }

    private static string Rcode(DnsHeaderResponseCode code) => code switch
    {
        DnsHeaderResponseCode.NoError => "NOERROR", DnsHeaderResponseCode.FormatError => "FORMERR", DnsHeaderResponseCode.ServerFailure => "SERVFAIL", DnsHeaderResponseCode.NotExistentDomain => "NXDOMAIN",
        DnsHeaderResponseCode.NotImplemented => "NOTIMP", DnsHeaderResponseCode.Refused => "REFUSED", var other => other.ToString().ToUpperInvariant(),
    };

    private static string Show(DnsResourceRecord record) => record switch
    {
        AddressRecord item => item.Address.ToString(),
        CNameRecord item => Normal(item.CanonicalName.Value),
        NsRecord item => Normal(item.NSDName.Value),
        MxRecord item => $"{item.Preference} {Normal(item.Exchange.Value)}",
        SoaRecord item => $"{Normal(item.MName.Value)} {Normal(item.RName.Value)} {item.Serial}",
        TxtRecord item => string.Concat(item.Text),
        _ => record.ToString(),
    };

    /// <summary>Names as they compare: without the last dot, in lower case.</summary>
    private static string Normal(string text) => IPAddress.TryParse(text, out var address) ? address.ToString() : text.TrimEnd('.').ToLowerInvariant();
}
