using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions;

/// <summary>Takes an instance out of its load balancer, or puts it back: each is the other's undo.</summary>
internal sealed class DrainAction(bool drain) : IAction
{
    public string Name => drain ? "action.drain" : "action.undrain";
    public string Summary => drain ? "Takes a service out of its load balancer" : "Puts a service back into its load balancer";

    public ObjectShape Parameters { get; } = new(drain ? "action.drain" : "action.undrain",
        Required("command", CommandLine.Shape, drain ? "program and arguments that take it out, the service's drain" : "program and arguments that put it back, the service's undrain"),
        Optional("name", Text, "what it is done to, for people"),
        Optional("verify", CommandLine.Shape, drain ? "program and arguments that say whether it is out: exit code 0 = yes" : "program and arguments that say whether it is back: exit code 0 = yes"),
        Optional("undo", CommandLine.Shape, drain ? "program and arguments that put it back, the service's undrain" : "program and arguments that take it out, the service's drain"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(1)),
        Optional("waitFor", Shapes.Duration, "how long until verify must say yes: open connections end in their own time", TimeSpan.FromSeconds(30)));

    /// <summary>What is left must carry the load.</summary>
    public StepImpact Impact(Arguments with) => drain ? StepImpact.Medium : StepImpact.Low;

    public ActionPlan Plan(Arguments with) =>
        new(with.TextOrNull("name") ?? Hook(with).Command.FirstOrDefault() ?? "", Summary + (with.Has("verify") ? ", then verifies it" : ", without verifying it"), Hook(with).Lines, Hook(with).UndoText);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Hook(with).WhyNot(context));
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => with.Has("undo");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Hook(with).UndoAsync(context, cancellation);

    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "command"), CommandLine.Of(with, "undo"));
}
