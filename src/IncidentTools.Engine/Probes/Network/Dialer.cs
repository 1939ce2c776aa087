using System.Net;
using System.Net.Sockets;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>How far an attempt came and what each part took; read after a failure as well.</summary>
internal sealed class DialTimes
{
    /// <summary>dns, connect, tls, answer, body; null when all was done.</summary>
    public string? Phase { get; set; } = "dns";
    public double? DnsMs { get; set; }
    public double? ConnectMs { get; set; }
    public string? Address { get; set; }

    public static double Ms(TimeProvider time, long since) => Math.Round(time.GetElapsedTime(since).TotalMilliseconds, 1);
}

/// <summary>Resolves and connects, timing both. Tries every address of the name, each with its share of the time, so that one dead address does not hide a living one.</summary>
internal static class Dialer
{
    /// <param name="pin">Connect here instead of resolving the name.</param>
    /// <exception cref="DialException">No connection.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, IPAddress? pin, DialTimes times, TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        times.Phase = "dns";
        var addresses = pin is null ? await ResolveAsync(host, cancellation).ConfigureAwait(false) : [pin];
        times.DnsMs = pin is null ? DialTimes.Ms(time, began) : 0;
        times.Phase = "connect";
        NetworkTrouble? trouble = null;
        for (var index = 0; index < addresses.Length; index++)
        {
            var address = addresses[index];
            times.Address = address.ToString();
            var left = limit - time.GetElapsedTime(began);
            using var share = new TimeLimit(left <= TimeSpan.Zero ? TimeSpan.Zero : left / (addresses.Length - index), time, cancellation);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            var connecting = time.GetTimestamp();
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), share.Token).ConfigureAwait(false);
                times.ConnectMs = DialTimes.Ms(time, connecting);
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                trouble = Worse(trouble, NetworkTrouble.Of(error.SocketErrorCode));
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                if (!share.Reached) throw;
                trouble = Worse(trouble, NetworkTrouble.Of(SocketError.TimedOut));
            }
        }
        throw new DialException(trouble ?? NetworkTrouble.Of(SocketError.HostNotFound));
    }

    /// <summary>The name's addresses by the system's own resolver, hosts file included.</summary>
    public static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        var literal = host.Trim('[', ']');
        if (IPAddress.TryParse(literal, out var address)) return [address];
        if (Uri.CheckHostName(literal) == UriHostNameType.Unknown) throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{host}' is not a host name");
        try { return await Dns.GetHostAddressesAsync(literal, cancellation).ConfigureAwait(false); }
        catch (SocketException error) { throw new DialException(NetworkTrouble.Of(error.SocketErrorCode)); }
    }

    public static IPAddress Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address : throw new CannotCheckException(ProbeErrors.InvalidTarget, $"'{text}' is not an IP address");

    // of several addresses, what the other side said tells more than what this machine could not do (a name with IPv6 where there is none)
    private static NetworkTrouble Worse(NetworkTrouble? before, NetworkTrouble now) => before is null || (now.Known && !before.Known) ? now : before;
}
