namespace IncidentTools;

public static partial class Errors
{
    /// <summary>A target names no machine, or one that the step cannot work on.</summary>
    public static IncidentToolsException TargetInvalid(string target, string why) => new(
        "TargetInvalid", ErrorKind.InvalidInput, $"'{target}' is not a target: {why}.", "Write ssh://user@host:port, or for a script step also winrm://host.") { TargetObject = target };

    /// <summary>A machine answers with another key than the one that is known for it: perhaps it was set up anew, perhaps somebody stands in between.</summary>
    public static IncidentToolsException HostKeyChanged(string host, string? knownHosts) => new(
        "HostKeyChanged", ErrorKind.Denied, $"{host} answers with another host key than the one that is known: nothing was sent to it.",
        $"Find out why before anything else. If the machine was set up anew, replace its key in {knownHosts ?? "known_hosts"} by one that you got on another way.") { TargetObject = host };

    /// <summary>A machine answers with a key that was revoked.</summary>
    public static IncidentToolsException HostKeyRevoked(string host) => new(
        "HostKeyRevoked", ErrorKind.Denied, $"{host} answers with a host key that was revoked: nothing was sent to it.", "Do not use this machine before somebody knows why.") { TargetObject = host };

    /// <summary>A machine whose key nobody has noted.</summary>
    public static IncidentToolsException HostKeyUnknown(string host, string? knownHosts) => new(
        "HostKeyUnknown", ErrorKind.Denied, $"The host key of {host} is not known, and none is accepted unseen: nothing was sent to it.",
        $"Add its key to {knownHosts ?? "known_hosts (connect once by hand with ssh and compare the fingerprint)"}.") { TargetObject = host };

    /// <summary>A machine does not accept who we are.</summary>
    public static IncidentToolsException CredentialRefused(string host, string said) => new(
        "CredentialRefused", ErrorKind.Denied, $"{host} does not let us in{(said.Length == 0 ? "" : $": {said}")}.", "Load the right key into the agent, or name it in ~/.ssh/config; passwords are never asked for.") { TargetObject = host };

    /// <summary>A name that no directory knows.</summary>
    public static IncidentToolsException HostNotFound(string host) => new(
        "HostNotFound", ErrorKind.NotFound, $"There is no machine of the name of {host}.", "Correct the target, or look whether name resolution works here.") { TargetObject = host };

    /// <summary>A machine did not answer in time.</summary>
    public static IncidentToolsException HostTimeout(string host) => new(
        "HostTimeout", ErrorKind.Unavailable, $"{host} did not answer in time: nothing was started there.", "Look whether it is up and whether a firewall stands in between.") { TargetObject = host };

    /// <summary>No connection for any other reason.</summary>
    public static IncidentToolsException HostUnreachable(string host, string said) => new(
        "HostUnreachable", ErrorKind.Unavailable, $"There is no connection to {host}{(said.Length == 0 ? "" : $": {said}")}; nothing was started there.", "Try ssh to it by hand.") { TargetObject = host };

    /// <summary>A connection broke off while something ran at the other end.</summary>
    public static IncidentToolsException ConnectionLost(string host) => new(
        "ConnectionLost", ErrorKind.Unavailable, $"The connection to {host} broke off; whether it had its effect by then is not known.", "Look there, then Resolve-RunbookStep.") { TargetObject = host };

    /// <summary>The other machine's login shell did not run what it was given.</summary>
    public static IncidentToolsException RemoteShellUnsuitable(string host, string said) => new(
        "RemoteShellUnsuitable", ErrorKind.InvalidState, $"{host} did not run the program{(said.Length == 0 ? "" : $": {said}")}.", "The account needs a login shell of the Unix kind, and /bin/sh.") { TargetObject = host };

    /// <summary>More arguments than another machine can be given.</summary>
    public static IncidentToolsException ArgumentsTooLong(string host, int most) => new(
        "ArgumentsTooLong", ErrorKind.Limit, $"The arguments are longer than {most} characters, more than {host} can be given.", "Hand large data over as input.") { TargetObject = host };
}
