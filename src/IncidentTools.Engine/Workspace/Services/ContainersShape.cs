using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>containers</c>: what it runs in; the fields of probe.container.</summary>
internal static class ContainersShape
{
    public static Field Field { get; } = Optional("containers", new ObjectShape("containers",
        Optional("manager", OneOf("auto", "docker", "podman", "kubectl"), "whose containers", "auto"),
        Optional("names", ListOf(Text, allowSingle: true), "containers, or workloads of Kubernetes"),
        Optional("selector", Text, "or those with this label: app=shop"),
        Optional("namespace", Text, "namespace of Kubernetes"),
        Optional("context", Text, "context of kubectl"),
        Optional("minReady", Int with { Min = 0 }, "ready ones that are enough; default all that should be")), "containers it runs in");
}
