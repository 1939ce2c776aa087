using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Services;

/// <summary>Linux services by <c>systemctl</c>.</summary>
internal sealed partial class Systemd(string unit) : ServiceManager
{
    private const string Asked = "LoadState,ActiveState,SubState,MainPID,ControlGroup,ActiveEnterTimestampMonotonic,StateChangeTimestampMonotonic";

    public override string Title => "systemd";

    public override string? WhyNot(string operation)
    {
        if (unit.Length == 0) return "a unit's name is needed: give name";
        if (!UnitName().IsMatch(unit)) return $"{CommandText.Quote(unit)} is not the name of a unit";
        // start reboot.target reboots the machine; a slice is many services at once
        return Path.GetExtension(unit) is ".target" or ".slice" or ".scope" ? $"{unit} is not one service: only services, sockets, timers and the like are controlled" : null;
    }

    public override IReadOnlyList<ServiceCommand> Commands(string operation) => [new(["systemctl", operation, unit], [0])];

    public override async Task<ServiceState> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        var answer = await CommandRun.AskAsync(["systemctl", "show", "--property=" + Asked, "--", unit], AskTime, context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return ServiceState.Unknown(why);
        return answer.ExitCode == 0 ? Read(answer.Output, context.Time.GetUtcNow()) : ServiceState.Unknown($"systemctl show: exit code {answer.ExitCode}{CommandRun.Said(answer)}");
    }

    private ServiceState Read(string text, DateTimeOffset now)
    {
        var values = text.Split('\n').Select(line => line.TrimEnd('\r').Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.First()[1]);
        var (load, active, sub) = (values.GetValueOrDefault("LoadState", ""), values.GetValueOrDefault("ActiveState", ""), values.GetValueOrDefault("SubState", ""));
        if (load == "not-found") return new ServiceState(ServicePhase.Missing, $"there is no unit {unit}");
        if (load == "masked") return new ServiceState(ServicePhase.Missing, $"the unit {unit} is masked");
        var phase = active switch
        {
            "active" => ServicePhase.Running,
            "inactive" or "failed" => ServicePhase.Stopped,
            "activating" => ServicePhase.Starting,
            "deactivating" => ServicePhase.Stopping,
            "reloading" or "refreshing" => ServicePhase.Reloading,
            _ => ServicePhase.Unknown,
        };
        var group = values.GetValueOrDefault("ControlGroup", "");
        return new ServiceState(phase, active.Length == 0 ? "systemctl names no state" : $"{active} ({sub})")
        {
            StartedAt = phase is ServicePhase.Running or ServicePhase.Reloading ? Time(values, "ActiveEnterTimestampMonotonic", now) : null,
            ChangedAt = Time(values, "StateChangeTimestampMonotonic", now),
            Pid = int.TryParse(values.GetValueOrDefault("MainPID"), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0 ? pid : null,
            IsOurs = group.Length > 1 && OurGroups().Any(ours => ours == group || ours.StartsWith(group + "/", StringComparison.Ordinal)),
        };
    }

    /// <summary>Microseconds of the monotonic clock, which the stopwatch shows too: the calendar form is in local time and words.</summary>
    private static DateTimeOffset? Time(Dictionary<string, string> values, string name, DateTimeOffset now) =>
        long.TryParse(values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at > 0 ? now - (Stopwatch.GetElapsedTime(0) - TimeSpan.FromMicroseconds(at)) : null;

    private static IEnumerable<string> OurGroups()
    {
        try { return File.Exists("/proc/self/cgroup") ? [.. File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).Where(parts => parts.Length == 3).Select(parts => parts[2])] : []; }
        catch (IOException) { return []; }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_:.\\@][A-Za-z0-9_:.\\@-]{0,255}\z")] private static partial Regex UnitName();
}
