using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>instances</c>: what shares its work; the fields of an instance of action.rolling-restart.</summary>
internal static class InstancesShape
{
    private static readonly ListShape CommandLine = ListOf(Text) with { MinItems = 1 };

    public static Field Field { get; } = Optional("instances", ListOf(new ObjectShape("an instance",
        Required("name", Text, "its name for people"),
        Optional("unit", Text, "its unit (systemd), service name (Windows) or container (docker)"),
        Optional("manager", OneOf("auto", "systemd", "scm", "docker", "command"), "who controls it; auto = restart when that is given, else systemd, on Windows scm", "auto"),
        Optional("restart", CommandLine, "program and arguments that restart it, instead of a service manager"),
        Optional("status", CommandLine, "program and arguments; exit code 0 = running"),
        Optional("pidFile", Text, "file with its process id: says since when it runs"),
        Optional("healthUrl", Url, "where it says whether it is well, past the load balancer"),
        Optional("drain", CommandLine, "program and arguments that take it out of the load balancer"),
        Optional("undrain", CommandLine, "program and arguments that put it back")), allowSingle: true), "what shares its work and can be restarted one after the other");
}
