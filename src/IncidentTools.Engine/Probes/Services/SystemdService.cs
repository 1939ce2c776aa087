using System.Globalization;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Services;

/// <summary>A unit of systemd, from <c>systemctl show</c>.</summary>
internal static class SystemdService
{
    private const string Properties = "LoadState,ActiveState,SubState,Result,MainPID,ExecMainStatus,NRestarts,ActiveEnterTimestamp,ExecMainStartTimestamp,UnitFileState,Type";

    /// <summary>Whether systemd runs this machine; the test its own manual names.</summary>
    public static bool IsInCharge => Directory.Exists("/run/systemd/system");

    public static async Task<ServiceReport> AskAsync(string unit, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        // microseconds, since a restart within the second of its intent must not look like none; older systemd does not know the option
        var result = await ManagerProgram.AskAsync(processes, "systemctl", ["show", "--timestamp=us+utc", "-p", Properties, "--", unit], timeout, cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0 && result.ErrorOutput.Contains("timestamp", StringComparison.OrdinalIgnoreCase))
            result = await ManagerProgram.AskAsync(processes, "systemctl", ["show", "-p", Properties, "--", unit], timeout, cancellation).ConfigureAwait(false);
        if (result.ExitCode == 0) return Read(result.Output);
        var missing = result.ErrorOutput.Contains("not been booted with systemd", StringComparison.Ordinal) || result.ErrorOutput.Contains("Failed to connect to bus", StringComparison.Ordinal);
        throw new CannotCheckException(missing ? ProbeErrors.ManagerMissing : ProbeErrors.ExitCode, $"systemctl: {Say.Cut(result.ErrorOutput.Trim())}");
    }

    /// <summary>The answer, lines of <c>Property=value</c>.</summary>
    public static ServiceReport Read(string output)
    {
        var values = output.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).GroupBy(pair => pair[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First()[1], StringComparer.Ordinal);
        string Value(string name) => values.GetValueOrDefault(name, "");
        long? Number(string name) => long.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        var (active, sub) = (Value("ActiveState"), Value("SubState"));
        var (started, exact) = Time(Value("ActiveEnterTimestamp"));
        if (started is null) (started, exact) = Time(Value("ExecMainStartTimestamp"));
        return new("systemd", Value("LoadState") == "not-found" && active == "inactive" ? ServiceState.NotFound : State(active, sub), $"{active} ({sub})")
        {
            Pid = Number("MainPID") is > 0 and var pid ? (int)pid : null, StartedAt = started, Resolution = exact ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(1), Restarts = Number("NRestarts"), ExitCode = Number("ExecMainStatus"),
            Detail = new Dictionary<string, object?> { ["result"] = Value("Result"), ["loadState"] = Value("LoadState"), ["unitFileState"] = Value("UnitFileState"), ["type"] = Value("Type") },
        };
    }

    private static ServiceState State(string active, string sub) => active switch
    {
        "active" or "reloading" or "refreshing" => ServiceState.Running,
        "activating" when sub == "auto-restart" => ServiceState.Restarting,
        "activating" => ServiceState.Starting,
        "deactivating" => ServiceState.Stopping,
        "inactive" or "maintenance" => ServiceState.Stopped,
        "failed" => ServiceState.Failed,
        _ => ServiceState.Unknown,
    };

    /// <summary><c>Sun 2026-11-01 09:00:00[.123456] UTC</c>; the weekday is not looked at. Exact: with a fraction.</summary>
    private static (DateTimeOffset? Time, bool Exact) Time(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not [_, var date, var clock, "UTC" or "GMT"]) return (null, false);
        var format = clock.Contains('.', StringComparison.Ordinal) ? "yyyy-MM-dd HH:mm:ss.FFFFFF" : "yyyy-MM-dd HH:mm:ss";
        return DateTimeOffset.TryParseExact($"{date} {clock}", format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? (time, clock.Contains('.', StringComparison.Ordinal)) : (null, false);
    }
}
