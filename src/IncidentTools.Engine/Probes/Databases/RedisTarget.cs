using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>Where a Redis is and who asks.</summary>
internal sealed record RedisTarget(string Host, int Port, int Database, bool Tls, string? User, string? Password, TimeSpan Timeout)
{
    private const int DefaultPort = 6379;

    /// <summary>The same keys in the catalogue, the probe and the action.</summary>
    internal static readonly Field[] Fields =
    [
        Required("endpoint", Text with { Pattern = @"^[^\s@/]+$", Expected = "host or host:port" }, "host or host:port; default port 6379"),
        Optional("database", Int with { Min = 0, Max = 1023 }, "number of the database", 0L),
        Optional("tls", Bool, "whether the connection is encrypted", false),
        Optional("user", Text, "account, where the server has any"),
        Optional("password", SecretRef, "secret:<name> of its password"),
    ];

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <exception cref="CannotCheckException">No host, or a secret that nobody knows.</exception>
    public static RedisTarget Of(Arguments with, ISecretSource secrets, SecretMask mask)
    {
        string? password = null;
        if (with.TextOrNull("password") is { } reference && (password = SecretText.Resolve(reference, secrets, mask)) is null) throw new CannotCheckException(ProbeErrors.SecretMissing, $"the secret '{reference}' was not found");
        var (host, port) = Place(with.Text("endpoint"));
        return new RedisTarget(host, port, with.Int("database"), with.Flag("tls"), with.TextOrNull("user"), password, with.Duration("timeout") ?? TimeSpan.FromSeconds(5));
    }

    internal static (string Host, int Port) Place(string endpoint)
    {
        // an address of version 6 has colons of its own: in brackets with a port
        var colon = endpoint.LastIndexOf(':');
        var whole = colon < 0 || (endpoint.Count(letter => letter == ':') > 1 && !endpoint.Contains("]:", StringComparison.Ordinal));
        var host = (whole ? endpoint : endpoint[..colon]).Trim('[', ']');
        var port = DefaultPort;
        if (!whole && (!int.TryParse(endpoint[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{endpoint}' has no port after its colon");
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{host}' is not a host name") : (host, port);
    }
}
