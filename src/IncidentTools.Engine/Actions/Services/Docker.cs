using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Actions.Services;

/// <summary>Containers by <c>docker</c>. A reload is the signal HUP, as is custom.</summary>
internal sealed partial class Docker(string container) : ServiceManager
{
    public override string Title => "Docker";

    public override string? WhyNot(string operation) => container.Length == 0 ? "a container's name is needed: give name"
        : ContainerName().IsMatch(container) ? null : $"{CommandText.Quote(container)} is not the name of a container";

    public override IReadOnlyList<ServiceCommand> Commands(string operation) =>
        [new(operation == "reload" ? ["docker", "kill", "--signal=HUP", container] : ["docker", operation, container], [0])];

    public override async Task<ServiceState> StateAsync(ActionContext context, CancellationToken cancellation)
    {
        var answer = await CommandRun.AskAsync(["docker", "container", "inspect", "--format={{.Id}} {{json .State}}", container], AskTime, context, cancellation).ConfigureAwait(false);
        if (CommandRun.NoAnswer(answer) is { } why) return ServiceState.Unknown(why);
        if (answer.ExitCode == 0) return Read(answer.Output);
        return answer.ErrorOutput.Contains("No such container", StringComparison.OrdinalIgnoreCase)
            ? new ServiceState(ServicePhase.Missing, $"there is no container {container}")
            : ServiceState.Unknown($"docker container inspect: exit code {answer.ExitCode}{CommandRun.Said(answer)}");
    }

    internal static ServiceState Read(string text)
    {
        var parts = text.Trim().Split(' ', 2);
        try
        {
            using var document = JsonDocument.Parse(parts.Length == 2 ? parts[1] : "");
            var state = document.RootElement;
            var status = state.GetProperty("Status").GetString() ?? "";
            var phase = status switch
            {
                "running" => ServicePhase.Running,
                "created" or "exited" or "dead" => ServicePhase.Stopped,
                "restarting" => ServicePhase.Starting,
                "removing" => ServicePhase.Stopping,
                _ => ServicePhase.Unknown, // paused: neither serves nor has stopped
            };
            return new ServiceState(phase, status)
            {
                Pid = state.TryGetProperty("Pid", out var pid) && pid.TryGetInt32(out var id) && id > 0 ? id : null,
                StartedAt = phase == ServicePhase.Running && DateTimeOffset.TryParse(state.GetProperty("StartedAt").GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start) ? start.ToUniversalTime() : null,
                // inside a container the host name is the beginning of its id
                IsOurs = Environment.MachineName is { Length: 12 } host && parts[0].StartsWith(host, StringComparison.OrdinalIgnoreCase),
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException) { return ServiceState.Unknown($"docker's answer was not understood: {error.Message}"); }
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}\z")] private static partial Regex ContainerName();
}
