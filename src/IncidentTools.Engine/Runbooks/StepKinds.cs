using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>What a step can use that is neither probe nor action, and the shapes of its <c>with</c>.</summary>
public static class StepKinds
{
    private static readonly ScalarShape Fixed = Text with { AllowExpression = false };
    private static readonly ListShape Approvers = ListOf(Slug, allowSingle: true);
    private static readonly MapShape Anything = new(new AnyShape());

    /// <summary>One argument of a program.</summary>
    public static Shape Argument { get; } = new ChoiceShape(Text, new ObjectShape("an argument",
        Required("value", Text, "the argument"),
        Optional("option", Bool, "whether a value from an expression may begin with - here", false)));

    /// <summary><c>with</c> of the kind command.</summary>
    public static ObjectShape Command { get; } = new("command",
        Required("program", Fixed with { Min = 1 }, "a name that PATH finds, or a full path; no .cmd or .bat, no expression"),
        Optional("args", ListOf(Argument), "its arguments, one item each; they reach it unchanged"),
        Optional("workingDirectory", Text, "where it runs, a full path"),
        Optional("environment", new MapShape(Text) { KeyPattern = "^[A-Za-z_][A-Za-z0-9_]*$" }, "variables on top of the inherited ones; secret:<name> is resolved when it starts"),
        Optional("input", Text, "its standard input, a text or secret:<name>; nothing when not given"),
        Optional("expectExit", ListOf(Int, allowSingle: true) with { MinItems = 1 }, "exit codes that mean success", List(0L)));

    public static IReadOnlyList<UseInfo> All { get; } =
    [
        new("command", "Runs a program with an argument list, without a shell", Command, UseRole.Kind),
        Kind("script", "Runs PowerShell; values reach it only as parameters",
            Optional("text", Fixed, "the script; no expression"),
            Optional("file", Fixed, "or its file, relative to the runbook, inside the workspace; no expression"),
            Optional("parameters", Anything, "parameters by name"),
            Optional("isolation", Fixed with { Enum = ["runspace", "process"] }, "runspace of its own, or a process of its own", "runspace")),
        Kind("manual", "A person does something and says how it went",
            Required("instruction", Text, "what to do"),
            Optional("expected", Text, "what should be found"),
            Optional("outcomes", ListOf(Text) with { MinItems = 1 }, "how it may end", List("Done", "Failed")),
            Optional("fields", ValueShapes.Fields, "values to note, by name"),
            Optional("to", Slug, "a role or contact"),
            Optional("evidence", Bool, "whether evidence must be attached", false)),
        Kind("ask", "Asks a person for values",
            Optional("questions", ValueShapes.Fields, "questions by name; doc is the question"),
            Optional("question", Text, "or a single question"),
            Optional("type", Fixed with { Enum = [.. ValueShapes.ScalarTypes] }, "type of its answer", "string"),
            Optional("allowed", ListOf(Text) with { MinItems = 1 }, "the only answers it may have"),
            Optional("to", Slug, "a role or contact")),
        Kind("approve", "Asks people to approve going on",
            Required("prompt", Text, "what is to be approved"),
            Optional("by", Approvers, "roles or people, any of whom may answer; none = anyone"),
            Optional("min", Int with { Min = 1, Max = 10 }, "how many different people", 1L),
            Optional("notRequester", Bool, "whoever started or drove the run does not count", true),
            Optional("expires", Shapes.Duration with { Min = 1 }, "how long the request waits"),
            Optional("assurance", OneOf("claimed", "os", "db", "token"), "least proof of who the approver is")),
        Kind("switch", "Goes where the first true case says"),
        Kind("wait", "Waits for a time, a condition or a probe",
            Optional("for", Shapes.Duration, "how long"),
            Optional("at", Shapes.DateTime, "or until when")),
        Kind("notify", "Sends a message through the incident's channels",
            Optional("audience", Slug, "an audience of policy.yaml"),
            Optional("contacts", ListOf(Slug, allowSingle: true), "or people, teams and roles"),
            Optional("template", Slug, "a message template"),
            Optional("subject", Text, "or a subject of its own"),
            Optional("body", Text, "and the text"),
            Optional("values", Anything, "values for the template")),
        Kind("parallel", "Goes through several branches side by side"),
        Kind("foreach", "Does the same steps for every item of a list"),
        Kind("runbook", "Runs another runbook; its outputs are the value",
            Required("name", Slug with { AllowExpression = false }, "its id"),
            Required("version", Shapes.Version, "exactly the version that is meant"),
            Optional("parameters", new MapShape(new AnyShape()) { KeyPattern = "^[a-z][a-z0-9_]*$", AllowExpression = false }, "its parameters by name")),
        Kind("set", "Sets variables: $vars",
            Required("variables", new MapShape(new AnyShape()) { KeyPattern = "^[a-z][a-z0-9_]*$", AllowExpression = false }, "variables by name")),
        Kind("assert", "Fails when its condition does not hold",
            Optional("message", Text, "what it means when it does not hold")),
        Kind("end", "Ends the run",
            Optional("result", Fixed with { Enum = ["Succeeded", "SucceededWithFailures", "Failed", "Cancelled"] }, "the result; else by what happened"),
            Optional("message", Text, "why")),
    ];

    /// <summary>Keys that a kind has at the step, beside <c>with</c>.</summary>
    internal static Field[] StepKeys(string use, Shape probe, Shape steps) => use switch
    {
        "switch" =>
        [
            Required("cases", ListOf(new ObjectShape("a case",
                Required("when", Shapes.Expression, "a condition"),
                Required("goto", Name, "the step it leads to"))) with { MinItems = 1 }, "conditions in order; the first true one wins"),
            Optional("default", Name, "the step when no case holds; else the next one"),
        ],
        "wait" =>
        [
            Optional("until", Shapes.Expression, "a condition to wait for"),
            Optional("untilProbe", probe, "or a probe that must pass"),
        ],
        "parallel" => FrameShapes.Parallel(steps),
        "foreach" => FrameShapes.Foreach(steps),
        "assert" => [Required("assert", Shapes.Expression, "what must hold")],
        _ when Elsewhere.Contains(use) => FrameShapes.Hosts,
        _ => [],
    };

    /// <summary>What can work on other hosts than this one.</summary>
    internal static IReadOnlySet<string> Elsewhere { get; } = new HashSet<string>(["command", "script", "probe.command", "probe.cpu", "probe.log", "probe.disk", "probe.disk-io", "probe.memory", "probe.pressure", "probe.process"], StringComparer.Ordinal);

    /// <summary>Of the format, not of this version: each gets one clear finding.</summary>
    internal static IReadOnlySet<string> Later { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "probe.access-log", "probe.sql", "probe.db-health", "probe.replication",
        "action.sql-cancel", "action.sql-execute-approved", "action.db-promote",
        "action.backup-restore",
    };

    private static UseInfo Kind(string name, string summary, params Field[] with) => new(name, summary, new ObjectShape(name, with), UseRole.Kind);
    private static PlainList List(params object[] items) => new(SourceSpan.None, [.. items.Select(item => ((object?)item, SourceSpan.None))]);
}
