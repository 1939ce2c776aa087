using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>Settings of each kind of channel, as written under <c>with</c> in policy.yaml.</summary>
public static class ChannelShapes
{
    public static IReadOnlyDictionary<string, ObjectShape> All { get; } = new Dictionary<string, ObjectShape>(StringComparer.Ordinal)
    {
        ["file"] = new("the file channel", Required("path", Text, "the file, relative to the workspace")),
        ["script"] = new("the script channel",
            Optional("file", Text, "a PowerShell script, relative to the workspace"),
            Optional("text", Text, "the script itself, instead of a file"),
            Optional("parameters", new MapShape(new AnyShape()) { KeyPattern = "^[A-Za-z][A-Za-z0-9_]*$" }, "further parameters of the script; secret:<name> is resolved when it runs"),
            Optional("timeout", Shapes.Duration with { Min = 1, Max = 600 }, "how long it may take", TimeSpan.FromSeconds(30))),
        ["webhook"] = new("the webhook channel",
            Required("url", Url, "where to post"),
            Optional("secret", SecretRef, "key of the signature"),
            Optional("timeout", Shapes.Duration with { Min = 0.1, Max = 300 }, "how long an answer may take", TimeSpan.FromSeconds(10))),
        ["smtp"] = new("the smtp channel",
            Required("host", Text, "the mail server"),
            Optional("port", Int with { Min = 1, Max = 65535 }, "its port", 587L),
            Required("from", Text, "the sender's address"),
            Optional("to", ListOf(Text, allowSingle: true), "recipients when the message names none (an audience's list)"),
            Optional("tls", OneOf("starttls", "tls", "none"), "starttls is required when chosen, never given up silently", "starttls"),
            Optional("user", Text, "login name"),
            Optional("password", SecretRef, "secret:<name>"),
            Optional("timeout", Shapes.Duration with { Min = 1, Max = 300 }, "for each exchange", TimeSpan.FromSeconds(20))),
    };
}
