using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Foundation;

/// <summary>How a database is described: once in the service catalogue, and the same way wherever a step names one (<c>connection: ${{ $service.databases[0] }}</c>).</summary>
public static class DatabaseShape
{
    private static readonly ListShape CommandLine = ListOf(Text) with { MinItems = 1 };
    private static readonly ScalarShape Server = Text with { Pattern = @"^[^\s=;,]+$", Expected = "a host name, an IP address or the folder of a Unix socket" };

    private static readonly Field[] Address =
    [
        Optional("host", Server, "host name, IP address, or the folder of a Unix socket"),
        Optional("port", Int with { Min = 1, Max = 65535 }, "its TCP port; else the engine's usual one"),
        Optional("user", Text with { Min = 1 }, "who logs in; for SQL Server nobody = integrated security"),
        Optional("secret", SecretRef, "name of the secret that is the password; none = the client's own ways (pgpass file, socket, integrated)"),
        Optional("tls", OneOf("off", "prefer", "require", "verify"), "whether the connection is encrypted, and the server's certificate verified; else prefer"),
    ];

    /// <summary>What it lacks it has from its primary: user, secret, tls.</summary>
    public static ObjectShape Replica { get; } = new("a replica", [Required("name", Text with { Min = 1 }, "its name, for people"), .. Address,
        Optional("dataPath", Text, "folder of its data files"), Optional("promote", CommandLine, "program and arguments that make it the primary, where a cluster manager does that")]);

    public static ObjectShape Shape { get; } = new("a database", [
        Required("name", Text with { Min = 1 }, "its name, for people"),
        Required("engine", OneOf("postgresql", "mysql", "mariadb", "sqlserver", "sqlite"), "which database system it is"),
        .. Address,
        Optional("database", Text with { Min = 1 }, "the database in it; else the user's own"),
        Optional("file", Text, "its file, for sqlite"),
        Optional("role", OneOf("primary", "replica", "standalone"), "what it should be"),
        Optional("replicas", ListOf(Replica), "the servers that follow it"),
        Optional("group", Text, "its availability group, for sqlserver"),
        Optional("dataPath", Text, "folder of its data files"),
        Optional("logPath", Text, "folder of its write-ahead or transaction log, if not with the data"),
        Optional("logs", ListOf(Text, allowSingle: true), "its error log files"),
        Optional("unit", Text, "its unit (systemd) or service name (Windows)"),
        Optional("pidFile", Text, "file with its process id"),
        Optional("control", new ObjectShape("control of a database", Optional("start", CommandLine, "program and arguments"), Optional("stop", CommandLine, "program and arguments"),
            Optional("restart", CommandLine, "program and arguments"), Optional("status", CommandLine, "program and arguments; exit code 0 = running")), "commands instead of a service manager"),
        Optional("rpo", Shapes.Shapes.Duration, "how much of the newest data may be lost at worst"),
        Optional("fence", CommandLine, "program and arguments that make it certain that the primary takes no writes: power off, isolate, stop"),
        Optional("unfence", CommandLine, "program and arguments of the opposite"),
        Optional("switch", CommandLine, "program and arguments that point the applications to the new primary"),
        Optional("switchBack", CommandLine, "program and arguments that point them to the old one"),
        Optional("snapshot", CommandLine, "program and arguments that take a copy of all its files as they are, before anything is repaired"),
        Optional("pauseFailover", CommandLine, "program and arguments that keep a cluster manager from failing over by itself"),
    ]);
}
