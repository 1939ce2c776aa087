using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;

namespace IncidentTools.Engine.Probes.Network;

/// <summary>What went wrong on the network. <c>Known</c>: the other side (or the way there) is bad; else it is this machine that could not check.</summary>
internal sealed record NetworkTrouble(bool Known, string Word, string Message)
{
    public static NetworkTrouble TimedOut(string message) => new(true, ProbeErrors.Timeout, message);

    /// <summary>The cause of a failed exchange: the socket's own error first, since it says most.</summary>
    public static NetworkTrouble Of(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is DialException dial) return dial.Trouble;
            if (cause is SocketException socket) return Of(socket.SocketErrorCode);
        }
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException: return new(true, ProbeErrors.TlsFailure, $"TLS failed: {cause.Message}");
                case HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }: return Closed;
                case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }: return new(true, ProbeErrors.TlsFailure, $"TLS failed: {(cause.InnerException ?? cause).Message}");
                case HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } or HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded }:
                    return new(true, ProbeErrors.InvalidResponse, $"what came back is not HTTP: {cause.Message}");
            }
        }
        return error is IOException ? Closed : new(false, ProbeErrors.NetworkError, error.Message);
    }

    public static NetworkTrouble Closed { get; } = new(true, ProbeErrors.ConnectionClosed, "the connection was closed before the answer was complete: a process that ended, or a limit of a proxy");

    public static NetworkTrouble Of(SocketError code) => code switch
    {
        SocketError.ConnectionRefused => new(true, ProbeErrors.ConnectionRefused, "refused: the host is up, but nothing listens there (or a rule rejects it)"),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => new(true, ProbeErrors.ConnectionReset, "reset: the process died, a load balancer gave up, or a firewall cut it"),
        SocketError.TimedOut => TimedOut("no answer: the host is down, the way there is broken, or a rule drops it"),
        SocketError.HostUnreachable or SocketError.HostDown => new(true, ProbeErrors.HostUnreachable, "the host cannot be reached"),
        SocketError.NetworkUnreachable or SocketError.NetworkDown => new(false, ProbeErrors.HostUnreachable, "this machine has no route to it"),
        SocketError.HostNotFound or SocketError.NoData => new(true, ProbeErrors.DnsFailure, "the name does not resolve"),
        SocketError.TryAgain or SocketError.NoRecovery => new(false, ProbeErrors.DnsFailure, "name resolution does not work on this machine"),
        SocketError.AccessDenied => new(false, ProbeErrors.PermissionDenied, "this machine does not permit the connection"),
        _ => new(false, ProbeErrors.NetworkError, $"socket error {code}"),
    };

    public void Report(Findings found, string prefix)
    {
        if (Known) found.Fail(Word, $"{prefix}: {Message}");
        else found.Unknown(Word, $"{prefix}: {Message}");
    }
}

/// <summary>No connection, and why. An IOException, so that HTTP's own plumbing lets it through.</summary>
internal sealed class DialException(NetworkTrouble trouble) : IOException(trouble.Message)
{
    public NetworkTrouble Trouble => trouble;
}
