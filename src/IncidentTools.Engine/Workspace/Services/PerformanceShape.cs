using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace.Services;

/// <summary><c>performance</c>: what it is measured by, and what can be done when it is slow; parts of it are the fields of probe.endpoints, probe.redis and the actions of delivery.</summary>
internal static class PerformanceShape
{
    private static readonly ListShape CommandLine = ListOf(Text) with { MinItems = 1 };

    private static readonly ObjectShape Endpoint = new("an endpoint",
        Required("name", Text, "its name in the results"),
        Required("url", Url, "http or https URL"),
        Optional("kind", OneOf("static", "light", "database"), "static: a file; light: the application alone; database: with a query", "light"),
        Optional("p95", Shapes.Duration, "what nineteen of twenty requests must not exceed"),
        Optional("baseline", Shapes.Duration, "what nineteen of twenty usually take"));

    private static readonly ObjectShape Redis = new("redis",
        Required("endpoint", Text with { Pattern = @"^[^\s@/]+$", Expected = "host or host:port" }, "host or host:port; default port 6379"),
        Optional("database", Int with { Min = 0, Max = 1023 }, "number of the database", 0L),
        Optional("tls", Bool, "whether the connection is encrypted", false),
        Optional("user", Text, "account, where the server has any"),
        Optional("password", SecretRef, "secret:<name> of its password"));

    private static readonly ObjectShape Job = new("a job",
        Required("name", Text, "its name for people"),
        Optional("owner", Slug, "who must agree that it is suspended: a person or team"),
        Optional("manager", OneOf("auto", "systemd", "cron", "schtasks", "command"), "who starts it; auto = command or file when given, else systemd, on Windows the task scheduler", "auto"),
        Optional("unit", Text, "its timer (systemd: name.timer) or its task (Windows: its path)"),
        Optional("file", Text, "full path of its own file of cron: /etc/cron.d/name"),
        Optional("command", CommandLine, "or program and arguments that suspend it"),
        Optional("undo", CommandLine, "program and arguments that let it go on"),
        Optional("verify", CommandLine, "program and arguments that say whether it is suspended: exit code 0 = yes"));

    public static Field Field { get; } = Optional("performance", new ObjectShape("performance",
        Optional("endpoints", ListOf(Endpoint, allowSingle: true), "what is measured: best one static, one light and one with a query"),
        Optional("processes", ListOf(Text, allowSingle: true), "names of the programs that belong on its machine; * stands for anything"),
        Optional("redis", Redis, "its cache"),
        Optional("workers", new ObjectShape("workers",
            Optional("max", Int with { Min = 1 }, "how many instances there may be at most"),
            Optional("connectionsEach", Int with { Min = 1 }, "database connections that one may open"),
            Optional("connectionLimit", Int with { Min = 1 }, "how many the database allows in all")), "what more instances may cost"),
        Optional("scale", CommandLine, "program and arguments that add capacity"),
        Optional("unscale", CommandLine, "program and arguments that take it away again"),
        Optional("cachePurge", CommandLine, "program and arguments that empty its cache: keys or tags follow as the last arguments"),
        Optional("purgeKeys", ListOf(Text, allowSingle: true), "keys or tags that may be emptied without harm"),
        Optional("maintenance", new ObjectShape("maintenance",
            Optional("file", Text, "file whose presence shows the maintenance page"),
            Optional("on", CommandLine, "or program and arguments that show it"),
            Optional("off", CommandLine, "program and arguments that take it away"),
            Optional("verify", CommandLine, "program and arguments that say whether it is shown: exit code 0 = yes")), "how users are told that it is under repair"),
        Optional("job", Job, "the scheduled work that is suspended first")), "what it is measured by, and what can be done when it is slow");
}
