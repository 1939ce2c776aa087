using System.Text.RegularExpressions;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions;

/// <summary>Brings the last good release back by the service's own command.</summary>
internal sealed partial class RollbackAction : IAction
{
    public string Name => "action.rollback";
    public string Summary => "Brings the last good release back";

    public ObjectShape Parameters { get; } = new("action.rollback",
        Required("command", CommandLine.Shape, "program and arguments that bring it back, the service's rollback"),
        Optional("name", Text, "what it is done to, for people"),
        Optional("version", Text, "the release to go back to: handed to the command as its last argument"),
        Optional("verify", CommandLine.Shape, "program and arguments that say whether the old release runs: exit code 0 = yes"),
        Optional("forward", CommandLine.Shape, "program and arguments that bring the newer release on again: the undo"),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(10)),
        Optional("waitFor", Shapes.Duration, "how long until verify must say yes", TimeSpan.FromMinutes(1)));

    public StepImpact Impact(Arguments with) => StepImpact.High;

    public ActionPlan Plan(Arguments with)
    {
        var hook = Hook(with);
        var to = with.TextOrNull("version") is { } version ? $" to {CommandText.Quote(version)}" : " to the last good release";
        return new ActionPlan(with.TextOrNull("name") ?? hook.Command.FirstOrDefault() ?? "", $"Rolls back{to}{(with.Has("verify") ? ", then verifies it" : ", without verifying it")}", hook.Lines, hook.UndoText);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(
        with.TextOrNull("version") is { } version && !Release().IsMatch(version) ? $"{CommandText.Quote(version)} is not the name of a release" : Hook(with).WhyNot(context));

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).RunAsync(context, cancellation);
    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Hook(with).CheckAsync(context, cancellation);
    public bool CanUndo(Arguments with) => with.Has("forward");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => Hook(with).UndoAsync(context, cancellation);

    private static HookAction Hook(Arguments with) => HookAction.Of(with, [.. CommandLine.Of(with, "command"), .. CommandLine.Of(with, "version")], CommandLine.Of(with, "forward"));

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._+~:/@-]{0,199}\z")] private static partial Regex Release();
}
