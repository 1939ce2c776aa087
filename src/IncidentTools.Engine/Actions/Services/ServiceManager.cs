using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;

namespace IncidentTools.Engine.Actions.Services;

/// <param name="Expected">Exit codes that are good here: "already stopped" is, before a start.</param>
/// <param name="ThenStopped">The command returns before the service has stopped: wait for that before the next.</param>
internal sealed record ServiceCommand(IReadOnlyList<string> Line, int[] Expected, bool ThenStopped = false);

/// <summary>Who starts and stops services here: systemd, Windows, Docker, or commands of the service catalogue.</summary>
internal abstract class ServiceManager
{
    public static readonly string[] Names = ["auto", "systemd", "scm", "docker", "command"];
    protected static readonly TimeSpan AskTime = TimeSpan.FromSeconds(10);

    /// <summary>As shown: "systemd".</summary>
    public abstract string Title { get; }

    public static ServiceManager Of(Arguments with) => with.TextOrNull("manager") switch
    {
        "systemd" => new Systemd(with.TextOrNull("name") ?? ""),
        "scm" => new WindowsServices(with.TextOrNull("name") ?? ""),
        "docker" => new Docker(with.TextOrNull("name") ?? ""),
        "command" => new CommandManager(with),
        _ when with.Has("command") => new CommandManager(with),
        _ when OperatingSystem.IsWindows() => new WindowsServices(with.TextOrNull("name") ?? ""),
        _ => new Systemd(with.TextOrNull("name") ?? ""),
    };

    /// <summary>What stands against the operation whatever the machine's state: a name that is none, an operation it does not have. Pure.</summary>
    public abstract string? WhyNot(string operation);
    /// <summary>The commands, in order. Pure.</summary>
    public abstract IReadOnlyList<ServiceCommand> Commands(string operation);
    /// <summary>What undoes the operation; null when nothing does.</summary>
    public virtual string? Opposite(string operation) => operation switch { "start" => "stop", "stop" => "start", _ => null };
    public abstract Task<ServiceState> StateAsync(ActionContext context, CancellationToken cancellation);

    /// <summary>What stands against touching a service in this state.</summary>
    public static string? WhyProtected(ServiceState state, ActionContext context) => state switch
    {
        { Phase: ServicePhase.Missing } => state.Detail,
        { IsOurs: true } => "this very process runs inside that service",
        { Pid: 1 } => "its process is number 1, the machine's own first process",
        { Pid: { } pid } when pid == Environment.ProcessId => "its process is this very process",
        { Pid: { } pid } when context.ProtectedProcesses.TryGetValue(pid, out var what) => $"its process {pid} is {what}",
        _ => null,
    };
}
