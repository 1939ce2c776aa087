using System.Globalization;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Delivery;

/// <summary>Adds or removes capacity by the service's own command. More workers on a database that is at its end make it worse: what they would open is counted first.</summary>
internal sealed class ScaleAction : IAction
{
    public string Name => "action.scale";
    public string Summary => "Adds capacity to a service, or takes it away again";

    public ObjectShape Parameters { get; } = new("action.scale",
        Required("command", CommandLine.Shape, "program and arguments that do it, the service's scale or unscale"),
        Optional("undo", CommandLine.Shape, "program and arguments of the opposite"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether it is done: exit code 0 = yes"),
        Optional("name", Text, "what it is done to, for people"),
        Optional("count", Int with { Min = 1 }, "how many instances there shall be: handed to the command as its last argument"),
        Optional("from", Int with { Min = 1 }, "how many there are: handed to undo as its last argument"),
        Optional("max", Int with { Min = 1 }, "how many there may be at most"),
        Optional("connectionsEach", Int with { Min = 1 }, "database connections that one may open"),
        Optional("connectionLimit", Int with { Min = 1 }, "how many the database allows in all"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(10)),
        Optional("waitFor", Shapes.Duration, "how long until verify must say yes", TimeSpan.FromMinutes(5)));

    /// <summary>It costs money, and connections.</summary>
    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with) => new(with.TextOrNull("name") ?? Hook(with).Command.FirstOrDefault() ?? "",
        $"Scales{(with.Has("count") ? $" to {with.Int("count")}" : "")}{(with.Has("from") ? $" from {with.Int("from")}" : "")}{(with.Has("verify") ? ", then verifies it" : ", without verifying it")}", Hook(with).Lines, Hook(with).UndoText);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(WhyNot(with) ?? Hook(with).WhyNot(context));
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => with.Has("undo");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Hook(with).UndoAsync(context, cancellation);

    private static string? WhyNot(Arguments with)
    {
        if (!with.Has("count")) return null;
        var count = with.Int("count");
        if (with.Has("max") && count > with.Int("max")) return $"{count} are more than the {with.Int("max")} there may be";
        if (with.Number("connectionsEach") * count > with.Number("connectionLimit"))
            return string.Create(CultureInfo.InvariantCulture, $"{count} instances with up to {with.Int("connectionsEach")} connections each could open {with.Number("connectionsEach") * count}, and the database allows {with.Int("connectionLimit")}");
        return null;
    }

    private static HookAction Hook(Arguments with) => HookAction.Of(with, [.. CommandLine.Of(with, "command"), .. CommandLine.Of(with, "count")], with.Has("undo") ? [.. CommandLine.Of(with, "undo"), .. CommandLine.Of(with, "from")] : []);
}
