using System.Net.Sockets;
using IncidentTools.Engine.Probes.Network;

namespace IncidentTools.Engine.Probes.Databases;

/// <summary>What went wrong with a database. <c>Known</c>: the database itself is bad; else it could not be looked at, which says nothing good or bad of it.</summary>
internal sealed record DatabaseTrouble(bool Known, string Word, string Message)
{
    /// <summary>Nothing answers there: refused, no route, no answer. A server that answers with an error is there.</summary>
    public bool NothingThere => Word is ProbeErrors.ConnectionRefused or ProbeErrors.HostUnreachable or ProbeErrors.Timeout or ProbeErrors.ConnectionReset or ProbeErrors.ConnectionClosed;

    /// <summary>Words that say that the database is bad; all others that it could not be asked.</summary>
    private static readonly HashSet<string> Bad = new(StringComparer.Ordinal)
    {
        ProbeErrors.TooManyConnections, ProbeErrors.Starting, ProbeErrors.Stopping, ProbeErrors.DatabaseMissing, ProbeErrors.DiskFull, ProbeErrors.DataCorrupted, ProbeErrors.Timeout,
        ProbeErrors.LockTimeout, ProbeErrors.Deadlock, ProbeErrors.ConnectionClosed,
    };

    public static DatabaseTrouble Of(string word, string message) => new(Bad.Contains(word), word, message);

    /// <summary>What is wrong on the way there; null when the cause is none of the network.</summary>
    public static DatabaseTrouble? OfNetwork(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is SocketException or System.Security.Authentication.AuthenticationException or IOException)
                return NetworkTrouble.Of(cause) is var trouble ? new DatabaseTrouble(trouble.Known, trouble.Word, trouble.Message) : null;
        for (var cause = error; cause is not null; cause = cause.InnerException)
            if (cause is TimeoutException) return Of(ProbeErrors.Timeout, "no answer in time");
        return null;
    }

    public void Report(Findings found, string prefix)
    {
        if (Known) found.Fail(Word, $"{prefix}: {Message}");
        else found.Unknown(Word, $"{prefix}: {Message}");
    }
}

/// <summary>A statement or a login that did not work; inside the databases only.</summary>
internal sealed class DatabaseException(DatabaseTrouble trouble, Exception? cause = null) : Exception(trouble.Message, cause)
{
    public DatabaseTrouble Trouble => trouble;
}
