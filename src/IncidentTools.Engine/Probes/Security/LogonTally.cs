using System.Net;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>What a success came after: so many failures of the same account or the same source.</summary>
internal sealed record DoubtfulLogon(string Account, string Source, DateTimeOffset? At, int Failures);

/// <summary>Adds up logons by account and source. What is held is bounded: an attack with a million names is counted, not remembered.</summary>
internal sealed class LogonTally(TimeSpan accountWithin, TimeSpan sourceWithin, int successAfter, IReadOnlyList<string> allow)
{
    private const int MostKeys = 50_000, MostListed = 100, MostAccountsOfSource = 1000;
    private readonly List<IPNetwork> _networks = [.. allow.Select(text => IPNetwork.TryParse(text, out var network) ? network : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8) : (IPNetwork?)null).OfType<IPNetwork>()];
    private readonly HashSet<string> _names = new(allow, StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, SlidingCount> Accounts { get; } = new(StringComparer.OrdinalIgnoreCase);
    public Dictionary<string, SlidingCount> Sources { get; } = new(StringComparer.OrdinalIgnoreCase);
    public Dictionary<string, HashSet<string>> AccountsOfSource { get; } = new(StringComparer.OrdinalIgnoreCase);
    public List<DoubtfulLogon> Doubtful { get; } = [];
    public List<LogonEvent> Changes { get; } = [];
    public long Failures { get; private set; }
    public long Successes { get; private set; }
    public DateTimeOffset? First { get; private set; }
    public DateTimeOffset? Last { get; private set; }
    /// <summary>More names or sources than are told apart.</summary>
    public bool IsCut { get; private set; }

    public void Add(LogonEvent item)
    {
        if (item.Kind is LogonKind.Failure or LogonKind.Success && IsAllowed(item)) return;
        switch (item.Kind)
        {
            case LogonKind.Failure: Fail(item); break;
            case LogonKind.Success: Succeed(item); break;
            default: if (Changes.Count < MostListed) Changes.Add(item); break;
        }
    }

    private void Fail(LogonEvent item)
    {
        Failures++;
        if (item.At < First || First is null) First = item.At ?? First;
        if (item.At > Last || Last is null) Last = item.At ?? Last;
        Count(Accounts, item.Account, accountWithin)?.Add(item.At);
        if (item.Source.Length == 0) return;
        Count(Sources, item.Source, sourceWithin)?.Add(item.At);
        if (!AccountsOfSource.TryGetValue(item.Source, out var names) && AccountsOfSource.Count < MostKeys) AccountsOfSource[item.Source] = names = new(StringComparer.OrdinalIgnoreCase);
        if (names?.Count < MostAccountsOfSource) names.Add(item.Account);
    }

    private void Succeed(LogonEvent item)
    {
        Successes++;
        var before = Math.Max(Accounts.GetValueOrDefault(item.Account)?.All ?? 0, item.Source.Length > 0 ? Sources.GetValueOrDefault(item.Source)?.All ?? 0 : 0);
        if (before >= successAfter && Doubtful.Count < MostListed) Doubtful.Add(new DoubtfulLogon(item.Account, item.Source, item.At, before));
    }

    private SlidingCount? Count(Dictionary<string, SlidingCount> counts, string key, TimeSpan within)
    {
        if (counts.TryGetValue(key, out var count)) return count;
        if (counts.Count < MostKeys) return counts[key] = new SlidingCount(within);
        IsCut = true;
        return null;
    }

    private bool IsAllowed(LogonEvent item) => _names.Contains(item.Account) || (IPAddress.TryParse(item.Source, out var address) && _networks.Exists(network => network.Contains(address)));
}
