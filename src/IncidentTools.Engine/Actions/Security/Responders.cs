using System.Net;
using System.Net.Sockets;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Addresses and networks that may still reach an isolated machine. Read as addresses and written anew, so that no text of a runbook reaches a rule.</summary>
internal sealed record Responders(IReadOnlyList<IPNetwork> Networks)
{
    /// <param name="whyNot">What is wrong with them; null when nothing is.</param>
    public static Responders Read(IReadOnlyList<string> texts, out string? whyNot)
    {
        var networks = new List<IPNetwork>();
        whyNot = null;
        foreach (var text in texts)
        {
            if (Read(text) is { } network) networks.Add(network);
            else whyNot ??= $"'{text}' is neither an IP address nor a network such as 192.0.2.0/28";
        }
        whyNot ??= networks.Any(network => network.PrefixLength == 0) ? "a responder may not be the whole network: that would isolate nothing" : null;
        return new Responders([.. networks.Distinct()]);
    }

    public IEnumerable<string> Of(AddressFamily family) => Networks.Where(network => network.BaseAddress.AddressFamily == family).Select(Text);
    public IEnumerable<string> All => Networks.Select(Text);
    public bool Has(IPAddress address) => Networks.Any(network => network.Contains(address));

    private static string Text(IPNetwork network) =>
        network.PrefixLength == (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) ? network.BaseAddress.ToString() : network.ToString();

    private static IPNetwork? Read(string text)
    {
        if (!text.Contains('/', StringComparison.Ordinal)) return IPAddress.TryParse(text, out var single) && (single.AddressFamily != AddressFamily.InterNetworkV6 || single.ScopeId == 0) && IsWritten(text, single) ? new IPNetwork(single, single.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) : null;
        return IPNetwork.TryParse(text, out var network) ? network : null;
    }

    // "10" and "0x0a.1" are addresses to the runtime; to an admin they are mistakes
    private static bool IsWritten(string text, IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 || text == address.ToString();

}
