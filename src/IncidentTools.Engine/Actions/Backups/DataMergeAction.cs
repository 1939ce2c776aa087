using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Backups;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Backups;

/// <summary>Brings what is missing from a restored copy into the live data, by the backup's own command; never more than is missing.</summary>
internal sealed class DataMergeAction : IAction
{
    public string Name => "action.data-merge";
    public string Summary => "Brings missing records from a restored copy into the live data, by the backup's command";

    public ObjectShape Parameters { get; } = new("action.data-merge",
        Required("command", CommandLine.Shape, "program and arguments that insert what is missing and leave the rest; {target} and {name} stand for the restored copy"),
        Required("target", Text, "the restored copy: a folder or its name"),
        Optional("name", Text, "the restored database"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether all of it is there: exit code 0 = yes"),
        Optional("undo", CommandLine.Shape, "program and arguments that take exactly this batch away again"),
        Optional("timeout", Shapes.Duration, "how long it may take", TimeSpan.FromHours(2)));

    public StepImpact Impact(Arguments with) => StepImpact.High;
    public ActionPlan Plan(Arguments with) => new(with.TextOrNull("name") ?? with.Text("target"), $"Merges what is missing from {CommandText.Quote(with.Text("target"))}{(with.Has("verify") ? ", then verifies it" : ", without verifying it")}", Hook(with).Lines, Hook(with).UndoText);
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Hook(with).WhyNot(context));
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => with.Has("undo");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Hook(with).UndoAsync(context, cancellation);

    private static HookAction Hook(Arguments with)
    {
        IReadOnlyList<string> Fill(string name) => RestoreLine.Fill(CommandLine.Of(with, name), "", with.Text("target"), with.TextOrNull("name"));
        return new HookAction(Fill("command"), Fill("verify"), Fill("undo"), with.Duration("timeout") ?? TimeSpan.FromHours(2), TimeSpan.FromSeconds(30));
    }
}
