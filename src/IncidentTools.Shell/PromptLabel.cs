using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace IncidentTools.Shell;

/// <summary>
/// "[INC-12 P1 ack 3:10] ~/shop>": the current incident, the clock that is due next and the time left; red when it is overdue. Asked for after every
/// command, but after a slow answer (a store on a slow disk) the last one is shown for a while.
/// </summary>
internal sealed class PromptLabel(Session session)
{
    private const int LongestPath = 30;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(5);
    private IncidentInView? _seen;
    private long? _askAgain;
    private bool _warm;

    private sealed record IncidentInView(string Text, string? Clock, DateTimeOffset Due);

    public (string Text, bool Overdue) Now()
    {
        var begun = Stopwatch.GetTimestamp();
        // before the first command there is no current incident
        if (_askAgain is null) _askAgain = 0;
        else if (begun >= _askAgain)
        {
            _seen = Look();
            var took = Stopwatch.GetElapsedTime(begun);
            // the first answer is slow because it is the first
            var pause = took < Slow || !_warm ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(20 * took.Ticks, LongestPause.Ticks));
            _warm = true;
            _askAgain = begun + (long)((took + pause).TotalSeconds * Stopwatch.Frequency);
        }
        var path = Shorten(session.Runspace.SessionStateProxy.Path.CurrentLocation.ProviderPath);
        if (_seen is not { } seen) return ($"{path}> ", false);
        var left = seen.Due - DateTimeOffset.UtcNow;
        var overdue = seen.Clock is not null && left < TimeSpan.Zero;
        return ($"[{seen.Text}{(seen.Clock is null ? "" : $" {seen.Clock} {(overdue ? "late " : "")}{Format(left.Duration())}")}] {path}> ", overdue);
    }

    private IncidentInView? Look()
    {
        var found = session.Ask("$private:i = Get-Incident -Current -ErrorAction Stop; $i; Get-IncidentClock $i.Id -State Running, Missed -ErrorAction Stop");
        if (found.Count == 0) return null;
        string Text(PSObject item, string name) => item.Properties[name]?.Value?.ToString() ?? "";
        var next = found.Skip(1).Where(clock => clock.Properties["DueAt"]?.Value is DateTimeOffset).MinBy(clock => (DateTimeOffset)clock.Properties["DueAt"].Value);
        return next is null
            ? new IncidentInView($"{Text(found[0], "Id")} {Text(found[0], "Severity")} {Text(found[0], "State")}", null, default)
            : new IncidentInView($"{Text(found[0], "Id")} {Text(found[0], "Severity")}", Name(Text(next, "Name")), (DateTimeOffset)next.Properties["DueAt"].Value);
    }

    private static string Name(string clock) => clock switch { "Acknowledge" => "ack", "ClientNotice" => "client notice", _ => clock.ToLowerInvariant() };

    /// <summary>3:10 (minutes and seconds), 2h05m, 3d04h.</summary>
    internal static string Format(TimeSpan time) => time switch
    {
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours}h{time.Minutes:00}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.Days}d{time.Hours:00}h"),
    };

    private static string Shorten(string path)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length > 1 && (path == home || path.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal))) path = "~" + path[home.Length..];
        return path.Length <= LongestPath ? path : "…" + path[^(LongestPath - 1)..];
    }
}
