using System.Globalization;
using System.Net;
using System.Net.Http;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>One HTTP question, as asked for each sample.</summary>
internal sealed record HttpPlan(Uri Url, HttpMethod Method, IReadOnlyList<(string Name, string Value)> Headers, string? Body, TimeSpan Timeout)
{
    public string? HostHeader { get; init; }
    public IPAddress? ResolveTo { get; init; }
    public bool FollowRedirects { get; init; }
    public bool AllowInvalidCertificate { get; init; }
    public int MaxBodyBytes { get; init; }

    public static HttpPlan Of(Arguments with, ProbeContext context) => new(Target(with.Text("url")), new HttpMethod(with.TextOrNull("method") ?? "GET"), ReadHeaders(with, context), with.TextOrNull("body"), with.Duration("timeout") ?? TimeSpan.FromSeconds(10))
    {
        HostHeader = with.TextOrNull("hostHeader"),
        ResolveTo = with.TextOrNull("resolveTo") is { } address ? Dialer.Address(address) : null,
        FollowRedirects = with["followRedirects"] as bool? ?? true,
        AllowInvalidCertificate = with.Flag("allowInvalidCertificate"),
        MaxBodyBytes = with.Int("maxBodyBytes", 1024 * 1024),
    };

    private static Uri Target(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
        ? url : throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{text}' is not an http or https URL");

    private static List<(string, string)> ReadHeaders(Arguments with, ProbeContext context)
    {
        var headers = new List<(string, string)>();
        foreach (var (name, value) in with.Map("headers"))
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            if (text.StartsWith("secret:", StringComparison.Ordinal))
            {
                text = context.Secrets.Find(text) ?? throw new CannotCheckException(ProbeErrors.SecretMissing, $"the secret '{text}' was not found");
                context.Mask.Add(text);
            }
            if (text.AsSpan().ContainsAny('\r', '\n') || name.AsSpan().ContainsAny('\r', '\n', ':')) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"the header '{name}' is not one line");
            headers.Add((name, text));
        }
        return headers;
    }
}

/// <summary>Which statuses are right: <c>200</c>, <c>200-399</c>, or several.</summary>
internal static class StatusRanges
{
    public static Func<int, bool> Parse(IReadOnlyList<string> texts)
    {
        var ranges = texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(Range).ToList();
        if (ranges.Count == 0) ranges.Add((200, 399));
        return status => ranges.Exists(range => status >= range.From && status <= range.To);
    }

    private static (int From, int To) Range(string text)
    {
        var parts = text.Split('-', 2, StringSplitOptions.TrimEntries);
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var from) && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var to) && from <= to
            ? (from, to) : throw new CannotCheckException(ProbeErrors.InvalidArgument, $"'{text}' is not a status or a range of statuses like 200-399");
    }
}
