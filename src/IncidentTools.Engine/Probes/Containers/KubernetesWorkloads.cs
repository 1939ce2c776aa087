using System.Text.Json;
using IncidentTools.Engine.Execution;

namespace IncidentTools.Engine.Probes.Containers;

/// <summary>Deployments, stateful and daemon sets of a namespace with their pods, by <c>kubectl get -o json</c>.</summary>
internal static class KubernetesWorkloads
{
    private static readonly string[] Kinds = ["Deployment", "StatefulSet", "DaemonSet"];

    public static async Task<ContainerReport> AskAsync(IReadOnlyList<string> names, string? selector, string? space, string? cluster, IProcessRunner processes, TimeSpan timeout, CancellationToken cancellation)
    {
        List<string> arguments = ["get", "deployments,statefulsets,daemonsets,pods", "--output=json", $"--request-timeout={Math.Max(1, (int)timeout.TotalSeconds)}s"];
        if (space is not null) arguments.Add($"--namespace={space}");
        if (cluster is not null) arguments.Add($"--context={cluster}");
        if (selector is not null) arguments.Add($"--selector={selector}");
        var result = await ContainerProgram.AskAsync(processes, "kubectl", arguments, timeout + TimeSpan.FromSeconds(2), cancellation).ConfigureAwait(false);
        if (result.ExitCode != 0)
        {
            var said = Say.Cut((result.ErrorOutput + result.Output).Trim());
            throw new CannotCheckException(said.Contains("orbidden", StringComparison.Ordinal) || said.Contains("nauthorized", StringComparison.Ordinal) ? ProbeErrors.PermissionDenied
                : said.Contains("onnect", StringComparison.Ordinal) || said.Contains("refused", StringComparison.Ordinal) ? ProbeErrors.ManagerMissing : ProbeErrors.ExitCode, $"kubectl: {said}");
        }
        return Read(result.Output, names);
    }

    public static ContainerReport Read(string output, IReadOnlyList<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var items = Json.Items(document.RootElement, "items").ToList();
            List<Workload> workloads = [.. items.Where(item => Kinds.Contains(Json.Text(item, "kind"), StringComparer.Ordinal)).Select(One).Where(item => names.Count == 0 || names.Contains(item.Name, StringComparer.Ordinal))];
            // a pod that is done (of a job) is no lack
            var pods = items.Where(item => Json.Text(item, "kind") == "Pod" && Json.Text(item.GetProperty("status"), "phase") != "Succeeded" && (names.Count == 0 || names.Contains(Owner(item), StringComparer.Ordinal)));
            return new("kubectl", workloads, [.. pods.SelectMany(Containers)]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CannotCheckException(ProbeErrors.InvalidResponse, $"kubectl's answer is not understood: {error.Message}");
        }
    }

    private static Workload One(JsonElement item)
    {
        var (name, status) = (Name(item), item.GetProperty("status"));
        return Json.Text(item, "kind") == "DaemonSet" ? new(name, Json.Number(status, "desiredNumberScheduled") ?? 0, Json.Number(status, "numberReady") ?? 0)
            : new(name, Json.Part(item, "spec") is { } spec ? Json.Number(spec, "replicas") ?? 1 : 1, Json.Number(status, "readyReplicas") ?? 0);
    }

    private static IEnumerable<ContainerState> Containers(JsonElement pod)
    {
        var (name, status) = (Name(pod), pod.GetProperty("status"));
        var found = Json.Items(status, "initContainerStatuses").Select(item => (Item: item, Init: true)).Concat(Json.Items(status, "containerStatuses").Select(item => (Item: item, Init: false))).ToList();
        // not placed on a node yet: there is nothing of its containers, and the reason stands in a condition
        if (found.Count == 0) yield return new(name, false, 0, Json.Text(status, "reason") ?? Unscheduled(status) ?? Json.Text(status, "phase") ?? "Pending", null, null, null, null, null);
        foreach (var (item, init) in found)
        {
            var (state, last) = (Json.Part(item, "state"), Json.Part(item, "lastState"));
            var (waiting, ended, before) = (Within(state, "waiting"), Within(state, "terminated"), Within(last, "terminated"));
            var done = init && ended is { } over && Json.Number(over, "exitCode") == 0;
            var latest = ended ?? before;
            yield return new($"{name}/{Json.Text(item, "name")}", done || (!init && Json.Flag(item, "ready")), Json.Number(item, "restartCount") ?? 0,
                done ? null : waiting is { } wait ? Json.Text(wait, "reason") ?? "waiting" : ended is { } stop ? Json.Text(stop, "reason") ?? "terminated" : null,
                latest is { } end ? Json.Number(end, "exitCode") : null, latest is { } at ? Json.Time(at, "finishedAt") : null,
                OutOfMemory(ended) ?? OutOfMemory(before), Json.Text(item, "image"), waiting is { } told && Json.Text(told, "message") is { } message ? Say.Cut(message, 200) : null);
        }
    }

    private static DateTimeOffset? OutOfMemory(JsonElement? ended) => ended is { } end && Json.Text(end, "reason") == "OOMKilled" ? Json.Time(end, "finishedAt") ?? DateTimeOffset.MaxValue : null;
    private static JsonElement? Within(JsonElement? item, string name) => item is { } known ? Json.Part(known, name) : null;
    private static string Name(JsonElement item) => item.GetProperty("metadata").GetProperty("name").GetString()!;

    private static string? Unscheduled(JsonElement status) => Json.Items(status, "conditions").Where(item => Json.Text(item, "type") == "PodScheduled" && Json.Text(item, "status") == "False").Select(item => Json.Text(item, "reason")).FirstOrDefault();

    /// <summary>The workload a pod is of: a deployment's has a replica set between, whose name has a hash at its end.</summary>
    private static string? Owner(JsonElement pod)
    {
        var owner = Json.Items(pod.GetProperty("metadata"), "ownerReferences").Cast<JsonElement?>().FirstOrDefault();
        if (owner is not { } known || Json.Text(known, "name") is not { } name) return null;
        return Json.Text(known, "kind") == "ReplicaSet" && name.LastIndexOf('-') is > 0 and var dash ? name[..dash] : name;
    }
}
