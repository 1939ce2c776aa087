using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Probes.Processes;

namespace IncidentTools.Engine.Probes.Security;

/// <param name="Pid">Null where the owner may not be seen.</param>
internal sealed record SocketEntry(string Protocol, IPEndPoint Local, IPEndPoint Remote, bool IsListening, string State, int? Pid, string? Program)
{
    /// <summary>As a baseline names it.</summary>
    public string Listener => $"{Protocol} {Local}";
}

/// <summary>The sockets of every network namespace that can be seen, containers included, from /proc.</summary>
internal static class LinuxSockets
{
    private static readonly (string Table, string Protocol)[] Tables = [("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp")];
    private static readonly Dictionary<string, string> States = new(StringComparer.Ordinal)
    {
        ["01"] = "established", ["02"] = "syn-sent", ["03"] = "syn-received", ["04"] = "fin-wait", ["05"] = "fin-wait", ["06"] = "time-wait", ["07"] = "unconnected", ["08"] = "close-wait", ["09"] = "last-ack", ["0A"] = "listening", ["0B"] = "closing",
    };

    public static IReadOnlyList<SocketEntry> Read(CancellationToken cancellation)
    {
        var (owners, spaces) = Owners(cancellation);
        var sockets = new List<SocketEntry>();
        foreach (var pid in spaces)
            foreach (var (table, protocol) in Tables)
                try
                {
                    foreach (var line in File.ReadLines($"/proc/{pid}/net/{table}").Skip(1))
                        if (One(line, protocol, owners) is { } socket) sockets.Add(socket);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // no such table, or the process has ended
        return sockets;
    }

    private static SocketEntry? One(string line, string protocol, Dictionary<string, (int Pid, string Program)> owners)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 10 || EndPoint(fields[1]) is not { } local || EndPoint(fields[2]) is not { } remote) return null;
        var owner = owners.TryGetValue(fields[9], out var known) ? known : ((int Pid, string Program)?)null;
        return new(protocol, local, remote, fields[3] == "0A" || (protocol == "udp" && fields[3] == "07"), States.GetValueOrDefault(fields[3], fields[3]), owner?.Pid, owner?.Program);
    }

    /// <summary><c>0100007F:1F90</c>: words of the address in the machine's own byte order.</summary>
    internal static IPEndPoint? EndPoint(string text)
    {
        if (text.Split(':') is not [var address, var port] || address.Length is not (8 or 32) || !int.TryParse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)) return null;
        var bytes = new byte[address.Length / 2];
        for (var at = 0; at < address.Length; at += 8)
        {
            if (!uint.TryParse(address.AsSpan(at, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var word)) return null;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at / 2), word);
        }
        var ip = new IPAddress(bytes);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, number);
    }

    /// <summary>Who holds which socket, and one process of each network namespace, ours first.</summary>
    private static (Dictionary<string, (int, string)> Owners, IReadOnlyList<string> Spaces) Owners(CancellationToken cancellation)
    {
        var (owners, spaces) = (new Dictionary<string, (int, string)>(StringComparer.Ordinal), new Dictionary<string, string> { [new FileInfo("/proc/self/ns/net").LinkTarget ?? ""] = "self" });
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                if (new FileInfo($"{folder}/ns/net").LinkTarget is { } space) spaces.TryAdd(space, Path.GetFileName(folder));
                var program = File.ReadAllText($"{folder}/comm").Trim();
                foreach (var link in Directory.EnumerateFileSystemEntries($"{folder}/fd"))
                    if (new FileInfo(link).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal)) owners.TryAdd(target[8..^1], (pid, program));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { } // gone, or another's
        }
        return (owners, [.. spaces.Values]);
    }
}

/// <summary>The sockets of Windows from <c>netstat -ano</c>: the words of states are translated, their order and numbers are not.</summary>
internal static partial class WindowsSockets
{
    public static async Task<IReadOnlyList<SocketEntry>> ReadAsync(ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        var names = ProcessList.All(context.Time, cancellation).GroupBy(process => process.Pid).ToDictionary(group => group.Key, group => group.First().Name);
        return Read(await SystemProgram.AskAsync(context, timeout, cancellation, "netstat.exe", "-ano").ConfigureAwait(false), names);
    }

    internal static IReadOnlyList<SocketEntry> Read(string text, IReadOnlyDictionary<int, string> names) => [.. text.Split('\n').Select(line => Line().Match(line)).Where(match => match.Success).Select(match => Of(match, names)).OfType<SocketEntry>()];

    private static SocketEntry? Of(Match match, IReadOnlyDictionary<int, string> names)
    {
        if (EndPoint(match.Groups["local"].Value) is not { } local || !int.TryParse(match.Groups["pid"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) return null;
        var remote = EndPoint(match.Groups["remote"].Value) ?? new IPEndPoint(IPAddress.Any, 0);
        var (protocol, state) = (match.Groups["protocol"].Value.ToLowerInvariant(), match.Groups["state"].Value);
        // whatever the word for listening is: nobody is at the other end of it
        return new(protocol, local, remote, remote.Port == 0, state.Length > 0 ? state.ToLowerInvariant() : "unconnected", pid, names.GetValueOrDefault(pid));
    }

    private static IPEndPoint? EndPoint(string text) => IPEndPoint.TryParse(text, out var end) ? end : null;

    [GeneratedRegex(@"^\s*(?<protocol>TCP|UDP)\s+(?<local>\S+)\s+(?<remote>\S+)\s+((?<state>[^\s\d]\S*)\s+)?(?<pid>\d+)\s*$", RegexOptions.CultureInvariant)] private static partial Regex Line();
}
