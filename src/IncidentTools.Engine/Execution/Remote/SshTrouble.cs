using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>Why there is no connection, from the words of the system's <c>ssh</c>: it has one exit code for everything.</summary>
internal static partial class SshTrouble
{
    /// <param name="said">What ssh wrote to its error stream before anything was heard of the other end.</param>
    /// <returns>Null when the connection may have stood already: then the program may have begun and only its word been lost.</returns>
    public static IncidentToolsException? Read(string host, string said, string? knownHosts)
    {
        var last = said.Split('\n').Select(line => line.Trim().TrimEnd('.')).LastOrDefault(line => line.Length > 0) ?? "";
        if (Changed().IsMatch(said)) return Errors.HostKeyChanged(host, knownHosts);
        if (Revoked().IsMatch(said)) return Errors.HostKeyRevoked(host);
        if (Unknown().IsMatch(said)) return Errors.HostKeyUnknown(host, knownHosts);
        if (NoName().IsMatch(said)) return Errors.HostNotFound(host);
        if (Refused().IsMatch(said)) return Errors.CredentialRefused(host, last);
        if (TooLate().IsMatch(said)) return Errors.HostTimeout(host);
        return Before().IsMatch(said) ? Errors.HostUnreachable(host, last) : null;
    }

    [GeneratedRegex("REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed", RegexOptions.IgnoreCase)] private static partial Regex Changed();
    [GeneratedRegex("REVOKED HOST KEY|Host key .* (was|is) revoked", RegexOptions.IgnoreCase)] private static partial Regex Revoked();
    [GeneratedRegex("Host key verification failed|No .* host key is known for", RegexOptions.IgnoreCase)] private static partial Regex Unknown();
    [GeneratedRegex("Could not resolve hostname", RegexOptions.IgnoreCase)] private static partial Regex NoName();
    [GeneratedRegex("Permission denied|Too many authentication failures|No supported authentication methods", RegexOptions.IgnoreCase)] private static partial Regex Refused();
    [GeneratedRegex("connect to host .* timed out|timed out during banner exchange|ConnectTimeout", RegexOptions.IgnoreCase)] private static partial Regex TooLate();
    [GeneratedRegex("^(ssh: connect to host|kex_exchange_identification|banner exchange|Unable to negotiate|no matching |Bad |command-line|Can't open user config|percent_expand|.*: line [0-9]+|.*: terminating)", RegexOptions.IgnoreCase | RegexOptions.Multiline)] private static partial Regex Before();
}
