using System.Globalization;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Services;

/// <summary>Windows services by <c>sc.exe</c>.</summary>
internal sealed partial class WindowsServices(string service) : ServiceManager
{
    private const int NoSuchService = 1060, AlreadyRunning = 1056, NotRunning = 1062;

    public override string Title => "the Windows service manager";

    public override string? WhyNot(string operation)
    {
        if (service.Length == 0) return "a service's name is needed: give name";
        // a leading \\ would name another machine, a leading / an option
        if (!ServiceName().IsMatch(service)) return $"{CommandText.Quote(service)} is not the name of a Windows service";
        return operation == "reload" ? "a Windows service has no reload: restart it, or give the command that makes it read its configuration" : null;
    }

    public override IReadOnlyList<ServiceCommand> Commands(string operation)
    {
        ServiceCommand start = new(["sc.exe", "start", service], [0, AlreadyRunning]), stop = new(["sc.exe", "stop", service], [0, NotRunning], ThenStopped: true);
        return operation switch { "start" => [start], "stop" => [stop], "restart" => [stop, start with { Expected = [0] }], _ => [] };
    }

    public override async Task<ServiceState> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        var answer = await CommandRun.AskAsync(["sc.exe", "queryex", service], AskTime, context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return ServiceState.Unknown(why);
        if (answer.ExitCode == NoSuchService) return new ServiceState(ServicePhase.Missing, $"there is no service {service}");
        return answer.ExitCode == 0 ? Read(answer.Output) : ServiceState.Unknown($"sc.exe queryex: exit code {answer.ExitCode}{CommandRun.Said(answer)}");
    }

    /// <summary>The labels are translated in some languages, the state's word and number are not.</summary>
    internal static ServiceState Read(string text)
    {
        if (StateWord().Match(text) is not { Success: true } match) return ServiceState.Unknown("sc.exe names no state");
        var phase = match.Groups[1].Value switch
        {
            "RUNNING" => ServicePhase.Running,
            "STOPPED" => ServicePhase.Stopped,
            "START_PENDING" or "CONTINUE_PENDING" => ServicePhase.Starting,
            "STOP_PENDING" => ServicePhase.Stopping,
            _ => ServicePhase.Unknown, // paused: neither serves nor has stopped
        };
        int? pid = Pid().Match(text) is { Success: true } found && int.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture) is > 0 and var number ? number : null;
        // a process that hosts several services may have been there long before this one
        var shared = text.Contains("SHARE_PROCESS", StringComparison.Ordinal);
        return new ServiceState(phase, match.Groups[1].Value) { Pid = pid, StartedAt = phase == ServicePhase.Running && !shared && pid is { } id ? ProcessIdentity.StartOf(id) : null };
    }

    [GeneratedRegex(@"^[^/\\\p{C}\s-][^/\\\p{C}]{0,254}\z")] private static partial Regex ServiceName();
    [GeneratedRegex(@"\b[1-7]\s+(STOPPED|START_PENDING|STOP_PENDING|RUNNING|CONTINUE_PENDING|PAUSE_PENDING|PAUSED)\b")] private static partial Regex StateWord();
    [GeneratedRegex(@"\bPID\s*:\s*(\d{1,9})\b")] private static partial Regex Pid();
}
