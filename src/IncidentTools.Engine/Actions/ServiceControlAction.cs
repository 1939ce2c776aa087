using IncidentTools.Engine.Actions.Services;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions;

/// <summary>Starts, stops, restarts or reloads one service and looks whether it then is where it should be.</summary>
internal sealed class ServiceControlAction : IAction
{
    public string Name => "action.service-control";
    public string Summary => "Starts, stops, restarts or reloads a service and confirms its state";

    public ObjectShape Parameters { get; } = new("action.service-control",
        Required("operation", OneOf("start", "stop", "restart", "reload"), "what to do"),
        Optional("name", Text, "the unit (systemd), service (Windows) or container (docker); with command only a label"),
        Optional("manager", OneOf(ServiceManager.Names), "who controls it; auto = command when that is given, else systemd, on Windows scm", "auto"),
        Optional("command", CommandLine.Shape, "program and arguments that do it, from the service's control"),
        Optional("undo", CommandLine.Shape, "program and arguments of the opposite, for start and stop by command"),
        Optional("status", CommandLine.Shape, "program and arguments that say whether it runs: exit code 0 = it runs, 4 = cannot tell, others = it does not"),
        Optional("pidFile", Text, "file with its process id: says whether it runs and since when"),
        Optional("timeout", Shapes.Duration, "how long a command may take", TimeSpan.FromSeconds(60)),
        Optional("waitFor", Shapes.Duration, "how long until the service must be in the wanted state", TimeSpan.FromSeconds(30)));

    public StepImpact Impact(Arguments with) => with.Text("operation") is "restart" or "stop" ? StepImpact.Medium : StepImpact.Low;

    public ActionPlan Plan(Arguments with)
    {
        var (manager, operation) = (ServiceManager.Of(with), with.Text("operation"));
        var name = with.TextOrNull("name") ?? CommandLine.Of(with, "command").FirstOrDefault() ?? "";
        var lines = manager.Commands(operation).Select(command => CommandText.Quote(command.Line)).ToList();
        var wrong = manager.WhyNot(operation) is { } why ? $"; will be refused: {why}" : "";
        return new ActionPlan(name, $"{operation} of {name} by {manager.Title}, then waits up to {Duration.Format(Wait(with))} until it is {(operation == "stop" ? "stopped" : "running")}{wrong}", lines, UndoText(manager, operation));
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Operation(with).WhyNotAsync(context, cancellation);

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Operation(with).RunAsync(context, cancellation);

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) =>
        ServiceRules.Check(with.Text("operation"), await ServiceManager.Of(with).StateAsync(context, cancellation).ConfigureAwait(false), context.IntendedAt);

    public bool CanUndo(Arguments with) => ServiceManager.Of(with).Opposite(with.Text("operation")) is not null;

    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        if (ServiceManager.Of(with).Opposite(with.Text("operation")) is not { } opposite) return null;
        if (undoData.GetValueOrDefault("changed") is false) return Task.FromResult(new ActionResult(ActionOutcome.Succeeded, "nothing to take back: the service was in that state before"));
        return UndoneAsync(Operation(with) with { Operation = opposite }, context, cancellation);
    }

    private static async Task<ActionResult> UndoneAsync(ServiceOperation operation, ActionContext context, CancellationToken cancellation) =>
        await operation.WhyNotAsync(context, cancellation).ConfigureAwait(false) is { } why
            ? new ActionResult(ActionOutcome.Failed, why) { Error = "Refused" }
            : await operation.RunAsync(context, cancellation).ConfigureAwait(false);

    private static ServiceOperation Operation(Arguments with) => new(ServiceManager.Of(with), with.Text("operation"), with.Duration("timeout") ?? TimeSpan.FromSeconds(60), Wait(with));
    private static TimeSpan Wait(Arguments with) => with.Duration("waitFor") ?? TimeSpan.FromSeconds(30);

    /// <summary>A restart cannot be taken back: what the old process knew is gone.</summary>
    private static string? UndoText(ServiceManager manager, string operation) => manager.Opposite(operation) is { } opposite
        ? $"{opposite} by {manager.Title}, unless the service was in that state before: {string.Join("; ", manager.Commands(opposite).Select(command => CommandText.Quote(command.Line)))}"
        : null;
}
