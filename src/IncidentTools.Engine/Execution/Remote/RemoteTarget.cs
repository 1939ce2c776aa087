using System.Globalization;
using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Execution.Remote;

/// <summary>Psrp is PowerShell over SSH.</summary>
public enum RemoteTransport { Ssh, Psrp, WinRm, WinRmHttps }

/// <summary>
/// A machine to work on: <c>ssh://[user@]host[:port]</c>, and for PowerShell <c>psrp://[user@]host[:port]</c> (over SSH),
/// <c>winrm://host[:port]</c> or <c>winrms://host[:port]</c>; a bare name is one for SSH. Only characters that no program between here and there takes for anything but a name.
/// </summary>
public sealed partial record RemoteTarget(RemoteTransport Transport, string? User, string Host, int? Port)
{
    private const int LongestName = 253;
    public const string Expected = "ssh://[user@]host[:port], psrp://[user@]host[:port], winrm://host[:port] or winrms://host[:port]";

    public bool IsSsh => Transport == RemoteTransport.Ssh;
    public bool IsWinRm => Transport is RemoteTransport.WinRm or RemoteTransport.WinRmHttps;

    /// <param name="whyNot">Why it names no machine; empty when it does.</param>
    public static RemoteTarget? Parse(string text, out string whyNot)
    {
        whyNot = "";
        var match = Form().Match(text);
        if (!match.Success) whyNot = WhyNot(text);
        else if (match.Groups["port"] is { Success: true, Value: var digits } && int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) is < 1 or > 65535) whyNot = $"{digits} is not a port";
        else if (match.Groups["host"].Length > LongestName) whyNot = $"its name has more than {LongestName} characters";
        else if (match.Groups["user"].Success && match.Groups["scheme"].Value.StartsWith("winrm", StringComparison.Ordinal)) whyNot = "WinRM is used as whoever runs the runbook: leave the user out";
        if (whyNot.Length > 0) return null;
        var transport = match.Groups["scheme"].Value switch { "psrp" => RemoteTransport.Psrp, "winrm" => RemoteTransport.WinRm, "winrms" => RemoteTransport.WinRmHttps, _ => RemoteTransport.Ssh };
        return new RemoteTarget(transport, match.Groups["user"] is { Success: true, Value: var user } ? user : null, match.Groups["host"].Value.Trim('[', ']'),
            match.Groups["port"].Success ? int.Parse(match.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture) : null);
    }

    private static string WhyNot(string text) =>
        text.Contains("://", StringComparison.Ordinal) && !KnownScheme().IsMatch(text) ? $"its scheme is none of ssh, psrp, winrm and winrms"
        : Password().IsMatch(text) ? "a password has no place in it: use a key, or the agent"
        : $"expected {Expected}";

    /// <summary>The same machine always in the same words: what intents, approvals and results call it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Transport switch { RemoteTransport.Psrp => "psrp", RemoteTransport.WinRm => "winrm", RemoteTransport.WinRmHttps => "winrms", _ => "ssh" }}://{(User is null ? "" : User + "@")}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(Port is { } port ? $":{port}" : "")}");

    [GeneratedRegex(@"^(?:(?<scheme>ssh|psrp|winrms?)://)?(?:(?<user>[A-Za-z0-9_][A-Za-z0-9_.+-]*)@)?(?<host>[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::(?<port>[0-9]{1,5}))?/?\z", RegexOptions.CultureInvariant)] private static partial Regex Form();
    [GeneratedRegex(@"^(ssh|psrp|winrms?)://", RegexOptions.CultureInvariant)] private static partial Regex KnownScheme();
    [GeneratedRegex(@"^[a-z]+://[^@/]*:[^@/]*@", RegexOptions.CultureInvariant)] private static partial Regex Password();
}
