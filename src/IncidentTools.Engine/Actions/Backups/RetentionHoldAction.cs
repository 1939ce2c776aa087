using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>Stops what removes recovery sources while somebody still needs them: pruning, log purges, sync jobs. Released again at the end.</summary>
internal sealed class RetentionHoldAction : IAction
{
    public string Name => "action.retention-hold";
    public string Summary => "Stops pruning, log purges and sync jobs until they are released again";

    public ObjectShape Parameters { get; } = new("action.retention-hold",
        Required("command", CommandLine.Shape, "program and arguments that stop them, the backup's hold"),
        Required("undo", CommandLine.Shape, "program and arguments that let them go on, the backup's release"),
        Optional("name", Text, "whose recovery sources they are, for people"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether they are stopped: exit code 0 = yes"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(1)),
        Optional("waitFor", Shapes.Duration, "how long until verify must say yes", TimeSpan.FromSeconds(30)));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.TextOrNull("name") ?? Hook(with).Command.FirstOrDefault() ?? "", Summary + (with.Has("verify") ? ", then verifies it" : ", without verifying it"), Hook(with).Lines, Hook(with).UndoText);
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Hook(with).WhyNot(context));
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => with.Has("undo");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Hook(with).UndoAsync(context, cancellation);

    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "command"), CommandLine.Of(with, "undo"));
}
