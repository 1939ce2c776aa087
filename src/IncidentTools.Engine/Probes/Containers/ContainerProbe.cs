using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Probes.Containers;

/// <summary>Containers by what their manager's own program says: how many should run, how many do, why the others do not, and whether memory ran out.</summary>
internal sealed class ContainerProbe() : Probe("probe.container", "Whether containers (Docker, Podman, Kubernetes) are all ready, why not, how often they restarted and whether they ran out of memory.", Shape,
    "manager", "desired", "ready", "restarts", "waiting", "outOfMemory", "lastExitCode", "workloads")
{
    private const int Shown = 50;

    private static readonly ObjectShape Shape = new("probe.container",
        Optional("manager", OneOf("auto", "docker", "podman", "kubectl"), "whose containers; auto: the first of docker and podman that is here, kubectl where a namespace or context is given", "auto"),
        Optional("names", ListOf(Text with { Pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]*$", Expected = "a name of a container or workload" }, allowSingle: true), "containers (Docker, Podman) or deployments, stateful and daemon sets (Kubernetes)"),
        Optional("selector", Text with { Min = 1 }, "or those with this label: app=shop"),
        Optional("namespace", Text with { Min = 1 }, "namespace of Kubernetes"),
        Optional("context", Text with { Min = 1 }, "context of kubectl; default its current one"),
        Optional("minReady", Int with { Min = 0 }, "ready ones that are enough; default all that should be"),
        Optional("maxRestarts", Int with { Min = 0 }, "more restarts of any container are a warning", 5L),
        Optional("memoryWindow", Shapes.Duration, "an end for want of memory fails when it is no longer ago", TimeSpan.FromMinutes(30)),
        Optional("timeout", Shapes.Duration, "for each question", TimeSpan.FromSeconds(15)));

    protected override async Task LookAsync(Arguments with, ProbeContext context, Findings found, CancellationToken cancellation)
    {
        var (names, selector, timeout) = (with.Texts("names"), with.TextOrNull("selector"), with.Duration("timeout") ?? TimeSpan.FromSeconds(15));
        var manager = Manager(with, context);
        if (manager != "kubectl" && (names.Count == 0) == (selector is null)) throw new CannotCheckException(ProbeErrors.InvalidArgument, "give names or selector");
        foreach (var name in new[] { "minReady", "maxRestarts", "memoryWindow" }) found.Threshold(name, with[name]);
        var report = manager == "kubectl" ? await KubernetesWorkloads.AskAsync(names, selector, with.TextOrNull("namespace"), with.TextOrNull("context"), context.Processes, timeout, cancellation).ConfigureAwait(false)
            : await DockerContainers.AskAsync(manager, names, selector, context.Processes, timeout, cancellation).ConfigureAwait(false);
        if (report.Workloads.Count == 0) throw new CannotCheckException(ProbeErrors.NotFound, $"{manager} has nothing{(names.Count > 0 ? $" named {string.Join(", ", names)}" : selector is null ? "" : $" with {selector}")}{(with.TextOrNull("namespace") is { } space ? $" in {space}" : "")}");
        foreach (var lost in names.Where(name => manager == "kubectl" && !report.Workloads.Any(item => item.Name == name))) found.Unknown(ProbeErrors.NotFound, $"kubectl has no workload {lost}");
        Report(report, found);
        Ready(report, with, found);
        foreach (var item in report.Containers) Judge(item, with, context.Time.GetUtcNow(), found);
    }

    private static string Manager(Arguments with, ProbeContext context) => with.TextOrNull("manager") is { } given and not "auto" ? given
        : with.Has("namespace") || with.Has("context") ? "kubectl"
        : Array.Find(["docker", "podman"], program => context.Processes.Find(program) is not null) ?? throw new CannotCheckException(ProbeErrors.ManagerMissing, "there is neither docker nor podman on this machine");

    private static void Report(ContainerReport report, Findings found)
    {
        (found["manager"], found["desired"], found["ready"]) = (report.Manager, report.Workloads.Sum(item => item.Desired), report.Workloads.Sum(item => item.Ready));
        (found["restarts"], found["outOfMemory"]) = (report.Containers.Sum(item => item.Restarts), report.Containers.Count(item => item.OutOfMemoryAt is not null));
        found["waiting"] = report.Containers.Select(item => item.Waiting).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        found["lastExitCode"] = report.Containers.Where(item => item.ExitCode is not (null or 0)).MaxBy(item => item.EndedAt)?.ExitCode;
        found["workloads"] = report.Workloads.Take(Shown).Select(item => new Dictionary<string, object?> { ["name"] = item.Name, ["desired"] = item.Desired, ["ready"] = item.Ready }).ToList();
        found.Observe("containers", report.Containers.OrderBy(item => item.Ready).Take(Shown).Select(item => new Dictionary<string, object?>
        {
            ["name"] = item.Name, ["ready"] = item.Ready, ["restarts"] = item.Restarts, ["waiting"] = item.Waiting, ["exitCode"] = item.ExitCode, ["endedAt"] = item.EndedAt, ["outOfMemory"] = item.OutOfMemoryAt is not null, ["image"] = item.Image, ["detail"] = item.Detail,
        }).ToList());
    }

    private static void Ready(ContainerReport report, Arguments with, Findings found)
    {
        var (desired, ready) = (report.Workloads.Sum(item => item.Desired), report.Workloads.Sum(item => item.Ready));
        var why = string.Join(", ", report.Containers.Where(item => !item.Ready).Take(3).Select(item => $"{item.Name} {item.Waiting ?? "not ready"}{(item.ExitCode is { } code and not 0 ? $" ({Meaning(code)})" : "")}"));
        var text = $"{ready} of {desired} ready{(why.Length > 0 ? $": {why}" : "")}";
        var lacking = report.Workloads.Where(item => item.Ready < item.Desired).Select(item => item.Name).ToList();
        if (with.Has("minReady") ? ready < with.Int("minReady") : lacking.Count > 0) found.Fail(ProbeErrors.NotReady, text);
        else if (desired == 0) found.Warn(ProbeErrors.NotReady, "none should run: scaled to zero");
        else if (lacking.Count > 0) found.Warn(ProbeErrors.NotReady, text);
        else found.Pass(text);
    }

    private static void Judge(ContainerState item, Arguments with, DateTimeOffset now, Findings found)
    {
        if (item.OutOfMemoryAt is { } at && at > now - (with.Duration("memoryWindow") ?? TimeSpan.FromMinutes(30))) found.Fail(ProbeErrors.OutOfMemory, $"{item.Name} was ended for want of memory{(at == DateTimeOffset.MaxValue ? "" : $" at {UtcStamp.Format(at)}")}");
        if (item.Restarts > with.Int("maxRestarts", 5)) found.Warn(ProbeErrors.TooManyRestarts, $"{item.Name} restarted {item.Restarts} times{(item.ExitCode is { } code ? $", last {Meaning(code)}" : "")}");
    }

    private static string Meaning(long code) => code switch { 137 => "exit code 137: killed, often for want of memory", 143 => "exit code 143: asked to end", 139 => "exit code 139: invalid memory access", _ => $"exit code {code}" };
}
