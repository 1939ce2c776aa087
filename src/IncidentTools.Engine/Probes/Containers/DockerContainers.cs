using System.Globalization;
using System.Text.Json;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Probes.Services;

namespace IncidentTools.Engine.Probes.Containers;

/// <summary>Containers of Docker or Podman, which speak alike: <c>inspect</c> as JSON.</summary>
internal static class DockerContainers
{
    private const int MostContainers = 200;

    public static async Task<ContainerReport> AskAsync(string program, IReadOnlyList<string> names, string? label, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        var ids = names;
        if (names.Count == 0)
        {
            var listed = await RunAsync(program, ["ps", "--all", "--quiet", "--no-trunc", "--filter", $"label={label}"], processes, timeout, cancellation).ConfigureAwait(false);
            ids = [.. listed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
            if (ids.Count == 0) throw new CannotCheckException(ProbeErrors.NotFound, $"{program} has no container with the label {label}");
            if (ids.Count > MostContainers) throw new CannotCheckException(ProbeErrors.InvalidArgument, $"{ids.Count} containers have the label {label}, at most {MostContainers} are looked at");
        }
        return Read(program, await RunAsync(program, ["inspect", "--type", "container", "--", .. ids], processes, timeout, cancellation).ConfigureAwait(false));
    }

    public static ContainerReport Read(string program, string output)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            List<ContainerState> containers = [.. document.RootElement.EnumerateArray().Select(One)];
            return new(program, [.. containers.Select(item => new Workload(item.Name, 1, item.Ready ? 1 : 0))], containers);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CannotCheckException(ProbeErrors.InvalidResponse, $"{program}'s answer is not understood: {error.Message}");
        }
    }

    private static ContainerState One(JsonElement item)
    {
        var state = item.GetProperty("State");
        var status = state.GetProperty("Status").GetString() ?? "";
        var health = (Json.Part(state, "Health") ?? Json.Part(state, "Healthcheck")) is { } checks ? Json.Text(checks, "Status") : null;
        // a container that was started again keeps no word of how it ended before, but for the count
        var (ended, exit) = (Json.Time(state, "FinishedAt"), state.GetProperty("ExitCode").GetInt64());
        var killed = Json.Flag(state, "OOMKilled");
        return new(item.GetProperty("Name").GetString()!.TrimStart('/'), status == "running" && health is null or "" or "healthy" or "none", Json.Number(item, "RestartCount") ?? 0,
            status != "running" ? status : health is "starting" or "unhealthy" ? health : null, exit, ended, killed ? ended ?? DateTimeOffset.MaxValue : null,
            Json.Part(item, "Config") is { } config ? Json.Text(config, "Image") : Json.Text(item, "ImageName"), Json.Text(state, "Error"));
    }

    private static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        var result = await ContainerProgram.AskAsync(processes, program, arguments, timeout, cancellation).ConfigureAwait(false);
        if (result.ExitCode == 0) return result.Output;
        var said = Say.Cut((result.ErrorOutput + result.Output).Trim());
        throw new CannotCheckException(said.Contains("no such", StringComparison.OrdinalIgnoreCase) ? ProbeErrors.NotFound : said.Contains("connect", StringComparison.OrdinalIgnoreCase) ? ProbeErrors.ManagerMissing : ProbeErrors.ExitCode, $"{program}: {said}");
    }
}

/// <summary>Programs whose answer is JSON of some length.</summary>
internal static class ContainerProgram
{
    private const int MostBytes = 32 * 1024 * 1024;

    public static async Task<ProcessResult> AskAsync(IProcessRunner processes, string program, IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        if (processes.Find(program) is null) throw new CannotCheckException(ProbeErrors.ManagerMissing, $"there is no {program} on this machine");
        var result = await processes.RunAsync(new ProcessRequest(program, arguments) { Timeout = timeout, MaxBytes = MostBytes, MaxLines = int.MaxValue, Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" } }, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (result.NotStarted is { } why) throw new CannotCheckException(ProbeErrors.NotStarted, $"{program} could not be started: {why}");
        if (result.TimedOut) throw new CannotCheckException(ProbeErrors.Timeout, $"{program} did not answer in {Duration.Format(timeout)}");
        if (result.Truncated) throw new CannotCheckException(ProbeErrors.Truncated, $"{program} says more than {Say.Bytes(MostBytes)}: name fewer");
        return result.ExitCode is { } code && !ExitCodes.IsKilled(code) ? result : throw new CannotCheckException(ProbeErrors.Killed, $"{program} was ended from outside and could tell nothing");
    }
}

/// <summary>Parts of answers that may be absent.</summary>
internal static class Json
{
    public static JsonElement? Part(JsonElement item, string name) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var part) && part.ValueKind is not JsonValueKind.Null ? part : null;
    public static string? Text(JsonElement item, string name) => Part(item, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } known ? known : null;
    public static long? Number(JsonElement item, string name) => Part(item, name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : null;
    public static bool Flag(JsonElement item, string name) => Part(item, name) is { ValueKind: JsonValueKind.True };
    public static IEnumerable<JsonElement> Items(JsonElement item, string name) => Part(item, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>What never was has the year 1.</summary>
    public static DateTimeOffset? Time(JsonElement item, string name) =>
        DateTimeOffset.TryParse(Text(item, name), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) && time.Year > 1 ? time : null;
}
