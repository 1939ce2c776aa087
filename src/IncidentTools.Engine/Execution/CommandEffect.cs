using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>A program as a step. What it changes cannot be known from here: the runbook declares its impact, else it counts as medium.</summary>
internal sealed class CommandEffect : IAction
{
    public string Name => "command";
    public string Summary => "Runs a program with an argument list";
    public ObjectShape Parameters => CommandStep.Parameters;
    public StepImpact Impact(Arguments with) => StepImpact.None;
    public ActionPlan Plan(Arguments with) => CommandStep.Plan(with);
    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(CommandStep.WhyNot(with, context));
    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => CommandStep.RunAsync(with, null, new CaptureDefinition(context.MaxLines, context.MaxBytes), context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(new CheckResult(CheckState.Unknown, "nobody can tell what a program did before its result was lost"));
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
    public bool CanUndo(Arguments with) => false;
}
