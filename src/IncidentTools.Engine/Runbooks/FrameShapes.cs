using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Runbooks;

/// <summary>Shapes of what holds steps (branches, items, every) and of what stands beside them (outputs, guards, clocks, targets).</summary>
internal static class FrameShapes
{
    private static readonly ScalarShape Many = Int with { Min = 1, Max = 100 };
    private static readonly ScalarShape Time = Shapes.Duration with { Min = 0.001 };

    /// <summary>What a run or step gives to others. A secret is none: it would stand in the journal.</summary>
    public static ListShape Outputs { get; } = ListOf(new ObjectShape("an output",
        Required("name", Name, "its name"),
        Required("value", Shapes.Expression, "an expression; of a foreach it is worked out for every item"),
        Optional("type", OneOf(["any", .. ValueShapes.Types.Where(type => type != "secret")]), "what it must be", "any"),
        Optional("optional", Bool, "whether it may be missing; else its step fails then", false)) { Definition = "output" });

    public static ListShape Clocks { get; } = ListOf(new ObjectShape("a clock",
        Optional("name", Name, "its name; else the id of its step or runbook"),
        Optional("title", Text, "what is due"),
        Optional("from", Shapes.Expression, "when the time begins to count; else when the clock starts"),
        Required("within", Time, "how long there is"),
        Optional("warn", ListOf(Time, allowSingle: true), "how long before the end somebody is told")) { Definition = "clock" }, allowSingle: true);

    public static ListShape Target { get; } = ListOf(Text with { Pattern = @"^(local|(ssh|psrp|winrms?)://[^\s/]+/?)$", Expected = "local, ssh://user@host:port, or for PowerShell psrp://user@host:port or winrm://host:port" }, allowSingle: true) with { TakesExpressions = true, MinItems = 1, Definition = "target" };

    /// <summary>Beside a target of several hosts.</summary>
    public static Field[] Hosts { get; } =
    [
        Optional("concurrency", Many, "on how many hosts at once", 1L),
        Optional("errorThreshold", Errors("hosts"), "begins on no other host when more than this failed", 0L),
    ];

    public static ScalarShape Visibility { get; } = OneOf("normal", "restricted");
    public static ScalarShape OnUndoFailure { get; } = OneOf("wait", "continue");

    /// <summary>Beside a guard's probe.</summary>
    public static Field[] Guard { get; } =
    [
        Optional("every", Time with { Min = 1 }, "how often it is asked", TimeSpan.FromSeconds(30)),
        Optional("onTrip", OneOf("fail", "note"), "fail ends the running attempt and goes on with onFailure; note only writes it down", "fail"),
    ];

    public static ListShape Every(Shape steps) => ListOf(new ObjectShape("what is done every so often",
        Optional("id", Name, "its name"),
        Required("interval", Time with { Min = 1 }, "from one beginning to the next"),
        Required("steps", steps, "what is done"),
        Optional("until", Shapes.Expression, "ends it before the main line does")), allowSingle: true);

    public static Field[] Parallel(Shape steps) =>
    [
        Required("branches", ListOf(new ObjectShape("a branch",
            Required("id", Name, "its name"),
            Optional("title", Text, "what it does, in a line"),
            Required("steps", steps, "its steps, in order"))) with { MinItems = 1, MaxItems = 1000 }, "what goes on side by side"),
        Optional("join", OneOf("all") with { OrInt = true, Min = 1, Expected = "a number of branches" }, "how many branches must succeed", "all"),
        Optional("cancelOthers", Bool, "ends what still runs once that is met or impossible", false),
    ];

    public static Field[] Foreach(Shape steps) =>
    [
        Required("items", new ChoiceShape(Shapes.Expression, ListOf(new AnyShape()) with { TakesExpressions = true, AllowExpression = false }), "an expression that gives a list, or the list"),
        Optional("as", Name, "the item's name in expressions", "item"),
        Optional("concurrency", Many, "how many items at once", 1L),
        Optional("errorThreshold", Errors("items"), "stops when more items than this failed", 0L),
        Optional("key", Shapes.Expression, "an expression that names an item, different for each"),
        Required("steps", steps, "what is done with each, in order"),
    ];

    private static ScalarShape Errors(string of) => Text with { AllowExpression = false, OrInt = true, Min = 0, Pattern = @"^(100|[0-9]{1,2})(\.[0-9]+)?%$", Expected = $"a number of {of} or a share like 10%" };
}
