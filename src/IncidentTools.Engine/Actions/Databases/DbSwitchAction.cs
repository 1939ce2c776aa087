using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Points the applications to another database server, by the catalogue's own command: an address, a name or a proxy.</summary>
internal sealed class DbSwitchAction : IAction
{
    public string Name => "action.db-switch";
    public string Summary => "Points the applications to another database server";

    public ObjectShape Parameters { get; } = new("action.db-switch",
        Required("command", CommandLine.Shape, "program and arguments that do it, the database's switch"),
        Optional("name", Text, "the server they are pointed to, for people"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether they are: exit code 0 = yes"),
        Optional("undo", CommandLine.Shape, "program and arguments that point them back, the database's switchBack"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(2)),
        Optional("waitFor", Shapes.Duration, "how long until verify must say yes", TimeSpan.FromSeconds(30)));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with) => new(with.TextOrNull("name") ?? Hook(with).Command.FirstOrDefault() ?? "",
        $"Points the applications to {with.TextOrNull("name") ?? "the other server"}{(with.Has("verify") ? ", then verifies it" : ", without verifying it")}", Hook(with).Lines, Hook(with).UndoText);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Hook(with).WhyNot(context));
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => with.Has("undo");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Hook(with).UndoAsync(context, cancellation);

    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "command"), CommandLine.Of(with, "undo"));
}
