using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Processes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Who listens and who speaks with whom, containers included: against a baseline, a list of ports and a list of indicators.</summary>
internal sealed class ConnectionsProbe() : Probe("probe.connections", "Whether anything new listens, or speaks with an address that is known to be bad.", Shape,
    "listening", "established", "newListeners", "missingListeners", "hits", "unknownOwners", "compared")
{
    public const string Kind = "connections";
    private const int MaxListed = 200;

    private static readonly ObjectShape Shape = new("probe.connections",
        Optional("baseline", Text, "file that action.baseline-record wrote when the machine was well"),
        Optional("expectListen", ListOf(Int with { Min = 1, Max = 65535 }, allowSingle: true), "ports that may be listened on from outside, instead of a baseline"),
        Optional("indicators", Text, "file of indicators of compromise: ip lines are compared with the other ends"),
        Optional("ignoreLoopback", Bool, "whether what listens only within the machine does not count", true),
        Optional("timeout", Shapes.Duration, "for all of it", TimeSpan.FromSeconds(30)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(30);
        var indicators = with.TextOrNull("indicators") is { } file ? IndicatorList.Read(file) : null;
        var sockets = await ReadAsync(context, timeout, cancellation).ConfigureAwait(false);
        var ignore = with["ignoreLoopback"] as bool? ?? true;
        var listening = sockets.Where(socket => socket.IsListening && !(ignore && System.Net.IPAddress.IsLoopback(socket.Local.Address))).ToList();
        // those that somebody holds come first: lists are cut, and what has ended is many
        var speaking = sockets.Where(socket => !socket.IsListening && socket.Remote.Port != 0).OrderBy(socket => socket.Pid is null).ToList();
        (found["listening"], found["established"], found["unknownOwners"]) = (listening.Count, speaking.Count, listening.Count(socket => socket.Pid is null));
        found.Observe("listeners", listening.Take(MaxListed).Select(socket => new Dictionary<string, object?> { ["protocol"] = socket.Protocol, ["local"] = socket.Local.ToString(), ["pid"] = socket.Pid, ["program"] = socket.Program }).ToList());
        found.Observe("connections", speaking.Take(MaxListed).Select(socket => new Dictionary<string, object?> { ["protocol"] = socket.Protocol, ["local"] = socket.Local.ToString(), ["remote"] = socket.Remote.ToString(), ["state"] = socket.State, ["pid"] = socket.Pid, ["program"] = socket.Program }).ToList());
        Hits(indicators, speaking, context, found);
        Compare(with, listening, found);
        found.Pass($"{listening.Count} listeners and {speaking.Count} connections, none that should not be");
    }

    public static async Task<IReadOnlyList<SocketEntry>> ReadAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows()) return await WindowsSockets.ReadAsync(context, timeout, cancellation).ConfigureAwait(false);
        if (!OperatingSystem.IsLinux()) throw new CannotCheckException(ProbeErrors.NotSupported, "connections are read on Linux and Windows only");
        try { return await Task.Run(() => LinuxSockets.Read(cancellation), cancellation).WaitAsync(timeout, context.Time, cancellation).ConfigureAwait(false); }
        catch (TimeoutException) { throw new CannotCheckException(ProbeErrors.Timeout, $"not read to the end in {Duration.Format(timeout)}"); }
    }

    /// <summary>As a baseline keeps it: who listens where. Ports that a program was given for one connection are no listeners of it.</summary>
    public static IReadOnlyDictionary<string, string> Items(IEnumerable<SocketEntry> sockets) => new SortedDictionary<string, string>(sockets.Where(socket => socket.IsListening && socket.Protocol == "tcp")
        .GroupBy(socket => socket.Listener).ToDictionary(group => group.Key, group => string.Join(',', group.Select(socket => socket.Program ?? "?").Distinct().Order(StringComparer.Ordinal)), StringComparer.Ordinal), StringComparer.Ordinal);

    private static void Hits(IndicatorList? indicators, List<SocketEntry> speaking, ProbeContext context, Findings found)
    {
        if (indicators is null) return;
        var hits = speaking.Select(socket => (socket, Indicator: indicators.OfAddress(socket.Remote.Address))).Where(hit => hit.Indicator is not null).ToList();
        found["hits"] = hits.Take(MaxListed).Select(hit => new Dictionary<string, object?>
        {
            ["remote"] = hit.socket.Remote.ToString(), ["indicator"] = hit.Indicator!.ToString(), ["pid"] = hit.socket.Pid, ["program"] = hit.socket.Program, ["startedAt"] = hit.socket.Pid is { } pid ? ProcessList.Find(pid, context.Time)?.StartedAt : null,
        }).ToList();
        foreach (var (socket, indicator) in hits) found.Fail(ProbeErrors.IndicatorFound, $"{socket.Program ?? "somebody"}{(socket.Pid is { } pid ? $" (process {pid})" : "")} speaks with {socket.Remote}: {indicator}");
    }

    private static void Compare(Arguments with, List<SocketEntry> listening, Findings found)
    {
        var ports = with.List("expectListen").Select(port => Convert.ToInt32(port, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        found["compared"] = with.Has("baseline") || ports.Count > 0;
        if (ports.Count > 0) found.Threshold("expectListen", ports.Order().Select(port => (object?)(long)port).ToList());
        var now = Items(listening);
        if (with.TextOrNull("baseline") is { } baseline)
        {
            var difference = BaselineDifference.Of(Baseline.Read(baseline, Kind), now);
            Tell(difference.Added.Concat(difference.Changed).Where(item => !ports.Contains(Port(item.Key))).ToDictionary(), found);
            found["missingListeners"] = difference.Removed.Take(MaxListed).ToList();
            foreach (var gone in difference.Removed) found.Warn(ProbeErrors.BaselineDiffers, $"nobody listens on {gone} any more");
        }
        else if (ports.Count > 0) Tell(now.Where(item => !ports.Contains(Port(item.Key))).ToDictionary(), found);
        else if (!with.Has("indicators")) found.Warn(ProbeErrors.NoBaseline, "there is nothing to compare with: no baseline, no ports, no indicators");
    }

    private static int Port(string listener) => int.Parse(listener[(listener.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);

    private static void Tell(Dictionary<string, string> fresh, Findings found)
    {
        found["newListeners"] = fresh.Keys.Order(StringComparer.Ordinal).Take(MaxListed).ToList();
        foreach (var (listener, program) in fresh) found.Fail(ProbeErrors.NewListener, $"{program} listens on {listener}");
    }
}
