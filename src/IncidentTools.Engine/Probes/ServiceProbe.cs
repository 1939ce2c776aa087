using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Processes;
using IncidentTools.Engine.Probes.Services;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes;

/// <summary>Whether a service is in the state it should be in, and (as the check of a restart) whether it started after a moment.</summary>
internal sealed class ServiceProbe() : Probe("probe.service", "Whether a service runs (systemd, Windows, Docker, a status command or a pid file), since when, and how often it restarted.", Shape,
    "state", "running", "pid", "startedAt", "restarts", "exitCode", "manager")
{
    private static readonly ObjectShape Shape = new("probe.service",
        Optional("name", Text, "unit (systemd), service name (Windows) or container"),
        Optional("manager", OneOf("auto", "systemd", "scm", "docker", "command", "pidFile"), "who is asked; auto: the status command if given, else the system's manager for the name, else the pid file", "auto"),
        Optional("status", ListOf(Text), "program and arguments that tell the status of a service without a manager; exit code 0 = running"),
        Optional("pidFile", Text, "file with the process id; tells a status command's service's start time"),
        Optional("expectState", OneOf("running", "stopped"), "the state it should be in", "running"),
        Optional("startedAfter", Shapes.DateTime, "it must have started after this moment"),
        Optional("maxRestarts", Int with { Min = 0 }, "more automatic restarts are a warning"),
        Optional("timeout", Shapes.Duration, "for the question", TimeSpan.FromSeconds(10)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var what = with.TextOrNull("name") ?? with.TextOrNull("pidFile") ?? with.Texts("status").FirstOrDefault() ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, "give name, status or pidFile");
        foreach (var name in new[] { "expectState", "startedAfter", "maxRestarts" }) found.Threshold(name, with[name]);
        var report = await AskAsync(with, context, found, cancellation).ConfigureAwait(false);
        (found["state"], found["running"], found["pid"], found["startedAt"]) = (Word(report.State), report.State is ServiceState.Running or ServiceState.Unhealthy, report.Pid, report.StartedAt);
        (found["restarts"], found["exitCode"], found["manager"]) = (report.Restarts, report.ExitCode, report.Manager);
        found.Observe("rawState", report.RawState);
        foreach (var (key, value) in report.Detail) found.Observe(key, value);
        Judge(what, report, with, found);
    }

    private static async Task<ServiceReport> AskAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (name, status) = (with.TextOrNull("name"), with.Texts("status"));
        var timeout = with.Duration("timeout") ?? TimeSpan.FromSeconds(10);
        var manager = with.TextOrNull("manager") ?? "auto";
        if (manager == "auto") manager = Choose(name, status, with.TextOrNull("pidFile"));
        found["manager"] = manager;
        string Name() => name ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{manager} needs a name");
        switch (manager)
        {
            case "systemd": return await SystemdService.AskAsync(Name(), context.Processes, timeout, cancellation).ConfigureAwait(false);
            case "docker": return await DockerService.AskAsync(Name(), context.Processes, timeout, cancellation).ConfigureAwait(false);
            case "scm": return OperatingSystem.IsWindows() ? WindowsService.Ask(Name(), context.Time) : throw new CannotCheckException(ProbeErrors.ManagerMissing, "the Windows service manager is not on this machine");
            case "pidFile": return FromPidFile(with.TextOrNull("pidFile") ?? throw new CannotCheckException(ProbeErrors.InvalidArgument, "pidFile is missing"), context.Time);
            default: return await FromCommandAsync(status, with, context, timeout, cancellation).ConfigureAwait(false);
        }
    }

    private static string Choose(string? name, IReadOnlyList<string> status, string? pidFile)
    {
        if (status.Count > 0) return "command";
        if (name is not null && OperatingSystem.IsWindows()) return "scm";
        if (name is not null && SystemdService.IsInCharge) return "systemd";
        return pidFile is not null ? "pidFile" : throw new CannotCheckException(ProbeErrors.ManagerMissing, "no service manager runs this machine: give manager, status or pidFile");
    }

    private static ServiceReport FromPidFile(string path, TimeProvider time)
    {
        if (PidFile.Read(path, null, time) is not { } file) return new("pidFile", ServiceState.Stopped, $"{path} is not there");
        if (file.Process is null) return new("pidFile", ServiceState.Stopped, file.Stale!) { Detail = new Dictionary<string, object?> { ["stalePidFile"] = true } };
        return new("pidFile", ServiceState.Running, $"process {file.Pid} lives") { Pid = file.Pid, StartedAt = file.Process.StartedAt, Resolution = ProcessList.Resolution };
    }

    private static async Task<ServiceReport> FromCommandAsync(IReadOnlyList<string> status, Arguments with, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        if (status.Count == 0) throw new CannotCheckException(ProbeErrors.InvalidArgument, "status is missing: program and arguments");
        var result = await ManagerProgram.RunAsync(context.Processes, status[0], [.. status.Skip(1)], timeout, cancellation).ConfigureAwait(false);
        // 126 and 127: a wrapper could not start the program that knows; 4: unknown, by the convention of init scripts
        if (result.ExitCode is 4 or 126 or 127) throw new CannotCheckException(ProbeErrors.ExitCode, $"{status[0]} could not tell (exit code {result.ExitCode}): {Say.Cut((result.ErrorOutput + result.Output).Trim())}");
        var file = with.TextOrNull("pidFile") is { } path ? PidFile.Read(path, null, context.Time) : null;
        return new("command", result.ExitCode == 0 ? ServiceState.Running : ServiceState.Stopped, $"exit code {result.ExitCode}")
        {
            Pid = file?.Process?.Pid, StartedAt = file?.Process?.StartedAt, Resolution = ProcessList.Resolution,
            Detail = new Dictionary<string, object?> { ["statusExitCode"] = result.ExitCode, ["output"] = Say.Cut((result.Output + result.ErrorOutput).Trim()) },
        };
    }

    private static void Judge(string what, ServiceReport report, Arguments with, Findings found)
    {
        if (report.State == ServiceState.NotFound)
        {
            found.Fail(ProbeErrors.NotFound, $"{report.Manager} knows no {what}");
            return;
        }
        if (report.State == ServiceState.Unknown)
        {
            found.Unknown(ProbeErrors.InvalidResponse, $"{what} is in a state this version does not know: {report.RawState}");
            return;
        }
        if (with.TextOrNull("expectState") == "stopped")
        {
            if (report.State is ServiceState.Stopped or ServiceState.Failed) found.Pass($"{what} is stopped: {report.RawState}");
            else found.Fail(report.State == ServiceState.Stopping ? ProbeErrors.Stopping : ProbeErrors.Running, $"{what} should be stopped but is {report.RawState}");
            return;
        }
        var word = report.State switch
        {
            ServiceState.Running => null, ServiceState.Starting => ProbeErrors.Starting, ServiceState.Stopping => ProbeErrors.Stopping, ServiceState.Unhealthy => ProbeErrors.Unhealthy,
            _ => report.Detail.ContainsKey("stalePidFile") ? ProbeErrors.StalePidFile : ProbeErrors.NotRunning,
        };
        if (word is not null) found.Fail(word, $"{what} does not run: {report.RawState}{(report.ExitCode is > 0 ? $", exit code {report.ExitCode}{Meaning(report.ExitCode.Value)}" : "")}");
        else if (with.Time("startedAfter") is { } moment) Started(what, report, moment, found);
        if (with.Has("maxRestarts") && report.Restarts > with.Int("maxRestarts")) found.Warn(ProbeErrors.TooManyRestarts, $"{what} was restarted {report.Restarts} times");
        found.Pass($"{what} runs{(report.StartedAt is { } since ? $" since {UtcStamp.Format(since)}" : "")}");
    }

    private static void Started(string what, ServiceReport report, DateTimeOffset moment, Findings found)
    {
        if (report.StartedAt is not { } started) found.Unknown(ProbeErrors.StartUnknown, $"{what} runs, but since when is not known: give pidFile, or use a manager that tells");
        // a start time is rounded down; of "just after" and "just before" the first is what a restart looks like
        else if (started + report.Resolution <= moment) found.Fail(ProbeErrors.NotRestarted, $"{what} runs since {UtcStamp.Format(started)}, not started after {UtcStamp.Format(moment)}");
    }

    private static string Meaning(long code) => code switch { 137 => " (killed, often for lack of memory)", 139 => " (crashed: segmentation fault)", 143 => " (ended by request)", _ => "" };
    private static string Word(ServiceState state) => char.ToLowerInvariant(state.ToString()[0]) + state.ToString()[1..];
}
