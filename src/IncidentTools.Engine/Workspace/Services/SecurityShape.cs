using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>security</c>: what the runbook for a breach needs to know beforehand.</summary>
internal static class SecurityShape
{
    private static readonly ScalarShape File = Text with { Min = 1 };

    public static Field Field { get; } = Optional("security", new ObjectShape("security",
        Optional("platform", OneOf("linux", "windows"), "the system it runs on", "linux"),
        Optional("responders", ListOf(Text, allowSingle: true), "addresses that still reach it when it is isolated; the store's among them when it is on another machine"),
        Optional("outOfBand", Text, "where responders speak when mail and chat may be read"),
        Optional("insurer", Text, "the insurer's incident line and policy number"),
        Optional("evidenceCopy", File, "folder for the second copy of evidence, on another disk or machine"),
        Optional("quarantine", File, "folder for files in quarantine, that no server serves; default beside the evidence"),
        Optional("webRoots", ListOf(File, allowSingle: true), "folders that its web server serves"),
        Optional("accessLogs", ListOf(File, allowSingle: true), "access logs"),
        Optional("authLogs", ListOf(File, allowSingle: true), "logs of logons; default the machine's own"),
        Optional("manifest", File, "manifest of probe.hash-manifest over its released files"),
        Optional("baselines", new ObjectShape("baselines",
            Optional("accounts", File, "file of action.baseline-record"),
            Optional("persistence", File, "file of action.baseline-record"),
            Optional("connections", File, "file of action.baseline-record")), "what was there when it was well; keep them where an intruder cannot write"),
        Optional("indicators", File, "file of indicators of compromise: lines type,value,note"),
        Optional("listenPorts", ListOf(Int with { Min = 1, Max = 65535 }, allowSingle: true), "ports that may be listened on from outside"),
        Optional("allow", ListOf(Text, allowSingle: true), "addresses, networks and accounts whose failed logons do not count: scanners, monitors"),
        Optional("dataClasses", ListOf(OneOf("public", "internal", "personal", "payment", "health", "credentials"), allowSingle: true), "classes of data it holds"),
        Optional("timeServer", Text, "time server to compare the clock with"),
        Optional("memoryImage", ListOf(Text) with { MinItems = 1 }, "program and arguments that write an image of the memory to their output"),
        Optional("tools", File, "folder of trusted programs for collecting evidence"),
        Optional("root", File, "folder that stands for / when a mounted image is looked at instead of this machine"),
        Optional("netns", Text with { Pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", Expected = "the name of a network namespace" }, "network namespace it runs in, isolated instead of the whole machine")), "what a breach asks for");
}
