using System.Globalization;
using System.Text.Json;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Services;

/// <summary>A container, from <c>docker inspect</c>.</summary>
internal static class DockerService
{
    private const string Format = "{\"state\":{{json .State}},\"restarts\":{{.RestartCount}},\"image\":{{json .Config.Image}}}";

    public static async Task<ServiceReport> AskAsync(string container, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await ManagerProgram.AskAsync(processes, "docker", ["inspect", "--type", "container", "--format", Format, "--", container], timeout, cancellation).ConfigureAwait(false);
        if (result.ExitCode == 0) return Read(result.Output);
        if (result.ErrorOutput.Contains("No such container", StringComparison.OrdinalIgnoreCase)) return new("docker", ServiceState.NotFound, "no such container");
        var missing = result.ErrorOutput.Contains("Cannot connect", StringComparison.OrdinalIgnoreCase);
        throw new CannotCheckException(missing ? ProbeErrors.ManagerMissing : ProbeErrors.ExitCode, $"docker: {Say.Cut((result.ErrorOutput + result.Output).Trim())}");
    }

    public static ServiceReport Read(string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var (root, state) = (document.RootElement, document.RootElement.GetProperty("state"));
            var status = state.GetProperty("Status").GetString() ?? "";
            var health = state.TryGetProperty("Health", out var checks) && checks.ValueKind == JsonValueKind.Object ? checks.GetProperty("Status").GetString() : null;
            return new("docker", State(status, health), health is null ? status : $"{status} ({health})")
            {
                Pid = state.GetProperty("Pid").GetInt32() is > 0 and var pid ? pid : null, Restarts = root.GetProperty("restarts").GetInt64(), ExitCode = state.GetProperty("ExitCode").GetInt64(),
                // a container that never started has the year 1
                StartedAt = DateTimeOffset.TryParse(state.GetProperty("StartedAt").GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var started) && started.Year > 1 ? started : null,
                Detail = new Dictionary<string, object?> { ["oomKilled"] = state.GetProperty("OOMKilled").GetBoolean(), ["health"] = health, ["error"] = state.GetProperty("Error").GetString(), ["image"] = root.GetProperty("image").GetString() },
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CannotCheckException(ProbeErrors.InvalidResponse, $"docker's answer is not understood: {error.Message}");
        }
    }

    private static ServiceState State(string status, string? health) => status switch
    {
        "running" => health switch { "unhealthy" => ServiceState.Unhealthy, "starting" => ServiceState.Starting, _ => ServiceState.Running },
        "created" or "exited" => ServiceState.Stopped,
        "restarting" => ServiceState.Restarting,
        "paused" => ServiceState.Paused,
        "removing" => ServiceState.Stopping,
        "dead" => ServiceState.Failed,
        _ => ServiceState.Unknown,
    };
}
