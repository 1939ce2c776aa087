using System.Text.RegularExpressions;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>Reads lines of auth.log and secure (OpenSSH, PAM, shadow tools): what each says of a logon.</summary>
internal sealed partial class AuthLog
{
    private const int Remembered = 4096;
    private readonly HashSet<string> _invalid = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Null for lines that say nothing of it.</summary>
    public LogonEvent? Read(string line, DateTimeOffset? at)
    {
        // most lines are sessions of cron: looked at for a word before any pattern
        if (line.Contains("Failed ", StringComparison.Ordinal) && Failed().Match(line) is { Success: true } failed)
        {
            // with passwords sshd writes two lines of one try
            var wasTold = failed.Groups["invalid"].Success && _invalid.Remove(failed.Groups["pid"].Value);
            return wasTold ? null : Of(failed, LogonKind.Failure, at, failed.Groups["how"].Value);
        }
        if (line.Contains("Invalid user", StringComparison.Ordinal) && Invalid().Match(line) is { Success: true } invalid)
        {
            Remember(invalid.Groups["pid"].Value);
            return Of(invalid, LogonKind.Failure, at, "no such user");
        }
        if (line.Contains("Accepted ", StringComparison.Ordinal) && Accepted().Match(line) is { Success: true } accepted) return Of(accepted, LogonKind.Success, at, accepted.Groups["how"].Value);
        if (line.Contains("authentication failure", StringComparison.Ordinal) && Pam().Match(line) is { Success: true } pam) return Of(pam, LogonKind.Failure, at, pam.Groups["how"].Value);
        if (line.Contains("new user", StringComparison.Ordinal) && NewUser().Match(line) is { Success: true } created)
            return Of(created, created.Groups["uid"].Value == "0" ? LogonKind.NewAdministrator : LogonKind.NewAccount, at, $"new account with the number {created.Groups["uid"].Value}");
        if (line.Contains("to group", StringComparison.Ordinal) && Joined().Match(line) is { Success: true } joined && AccountInventory.AdministratorGroups.Contains(joined.Groups["group"].Value))
            return Of(joined, LogonKind.NewAdministrator, at, $"added to the group {joined.Groups["group"].Value}");
        return null;
    }

    private void Remember(string pid)
    {
        if (!_invalid.Add(pid)) return;
        _order.Enqueue(pid);
        if (_order.Count > Remembered) _invalid.Remove(_order.Dequeue());
    }

    private static LogonEvent Of(Match match, LogonKind kind, DateTimeOffset? at, string detail) => new(at, kind, match.Groups["user"].Value, match.Groups["ip"].Value, detail);

    private const RegexOptions Plain = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    [GeneratedRegex(@"sshd(-session)?\[(?<pid>\d+)\]: Failed (?<how>\S+) for (?<invalid>invalid user )?(?<user>\S*) from (?<ip>\S+)", Plain, 1000)] private static partial Regex Failed();
    [GeneratedRegex(@"sshd(-session)?\[(?<pid>\d+)\]: Invalid user (?<user>\S*) from (?<ip>\S+)", Plain, 1000)] private static partial Regex Invalid();
    [GeneratedRegex(@"sshd(-session)?\[\d+\]: Accepted (?<how>\S+) for (?<user>\S+) from (?<ip>\S+)", Plain, 1000)] private static partial Regex Accepted();
    // of sshd itself this would be the third line of one try
    [GeneratedRegex(@"pam_\w+\((?<how>(?!sshd:)[^:)]+):auth\): authentication failure;.*? rhost=(?<ip>\S*)(\s+user=(?<user>\S+))?", Plain, 1000)] private static partial Regex Pam();
    [GeneratedRegex(@"new user: name=(?<user>[^,]+), UID=(?<uid>\d+)", Plain, 1000)] private static partial Regex NewUser();
    [GeneratedRegex(@"(add '(?<user>[^']+)' to group '(?<group>[^']+)')|(user (?<user>\S+) added by \S+ to group (?<group>\S+))", Plain, 1000)] private static partial Regex Joined();
}
