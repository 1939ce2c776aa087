using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>The lines of a recovery, and what is typed next. Times are in UTC with their offset: a zone that is only meant is how a restore goes wrong.</summary>
internal static partial class RecoverySettings
{
    public static IReadOnlyList<string> Lines(Arguments with) =>
    [
        "# recovery to a point in time; the lines before are as they were",
        // PostgreSQL hands this one to a shell: only plain paths come here
        Set("restore_command", OperatingSystem.IsWindows() ? $"copy \"{with.Text("archive").Replace('/', '\\')}\\%f\" \"%p\"" : $"cp \"{with.Text("archive").TrimEnd('/')}/%f\" \"%p\""),
        TargetLine(with),
        Set("recovery_target_inclusive", with.Flag("inclusive") ? "on" : "off"),
        Set("recovery_target_action", with.Text("action")),
        Set("recovery_target_timeline", with.Text("timeline")),
        // a scratch server answers here only, archives nothing over the real archive, and follows nobody
        Set("port", with.Int("port", 54329).ToString(CultureInfo.InvariantCulture)),
        Set("listen_addresses", "127.0.0.1"),
        Set("hot_standby", "on"),
        Set("archive_mode", "off"),
        Set("primary_conninfo", ""),
        Set("primary_slot_name", ""),
    ];

    public static string Target(Arguments with) => with.Time("targetTime") is { } time ? Stamp(time) : with.TextOrNull("targetLsn") ?? with.TextOrNull("targetName") ?? "";

    /// <summary>What a person types then; nothing here does.</summary>
    public static IEnumerable<string> NextCommands(Arguments with)
    {
        string Tool(string name) => with.TextOrNull("programs") is { } folder ? Path.Combine(folder, name) : name;
        string[] Sql(string text) => [Tool("psql"), "-h", "127.0.0.1", "-p", with.Int("port", 54329).ToString(CultureInfo.InvariantCulture), "-d", "postgres", "-c", text];
        yield return CommandText.Quote([Tool("pg_ctl"), "-D", with.Text("dataFolder"), "-w", "start"]);
        yield return CommandText.Quote(Sql("SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()"));
        yield return CommandText.Quote(Sql("SELECT pg_wal_replay_resume()"));
    }

    public static string? WhyNot(Arguments with)
    {
        var targets = new[] { "targetTime", "targetLsn", "targetName" }.Count(with.Has);
        if (targets != 1) return "exactly one of targetTime, targetLsn and targetName is needed";
        return PlainPath().IsMatch(with.Text("archive")) ? null : $"'{with.Text("archive")}' goes into a command that PostgreSQL hands to a shell: name a folder of letters, digits and . _ - /";
    }

    /// <summary>A base backup cannot go back before it was made. Known only when its label is in UTC.</summary>
    public static string? TooEarly(Arguments with, string label) => with.Time("targetTime") is { } time && StartTime().Match(label) is { Success: true } match
        && DateTime.TryParseExact(match.Groups[1].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var began) && time.UtcDateTime < began
        ? $"the base backup began {began:yyyy-MM-dd HH:mm:ss}Z, after the target {Stamp(time)}: an older one is needed" : null;

    private static string TargetLine(Arguments with) => with.Time("targetTime") is { } time ? Set("recovery_target_time", Stamp(time))
        : with.TextOrNull("targetLsn") is { } lsn ? Set("recovery_target_lsn", lsn) : Set("recovery_target_name", with.TextOrNull("targetName") ?? "");

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture);
    private static string Set(string name, string value) => $"{name} = '{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^([A-Za-z]:)?[A-Za-z0-9_./\\-]+\z", RegexOptions.CultureInvariant)] private static partial Regex PlainPath();
    [GeneratedRegex(@"^START TIME: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (UTC|GMT|Etc/UTC)\s*$", RegexOptions.CultureInvariant | RegexOptions.Multiline)] private static partial Regex StartTime();
}
