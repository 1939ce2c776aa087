using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Ends an isolation of ours before its time: the way back as a step of its own, when all is clean.</summary>
internal sealed class FirewallRestoreAction : IAction
{
    public string Name => "action.firewall-restore";
    public string Summary => "Ends an isolation that action.firewall-isolate began";

    public ObjectShape Parameters { get; } = new("action.firewall-restore",
        Optional("id", Slug, "the id it was given", "isolate"),
        Optional("saved", Text, "folder where the rules as they were are kept: the value's saved of the isolation (needed on Windows)"),
        Optional("firewall", OneOf("auto", "nft", "netsh"), "who does it; auto = nft on Linux, netsh on Windows", "auto"),
        Optional("netns", Text with { Pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", Expected = "the name of a network namespace" }, "network namespace that was cut off (Linux)"));

    /// <summary>Whoever was kept out can come in again.</summary>
    public StepImpact Impact(Arguments with) => StepImpact.Medium;

    public ActionPlan Plan(Arguments with) => new(with.TextOrNull("netns") ?? "this machine", "Takes exactly the rules of the isolation away; all others stay as they are", [Firewall(with).UndoText(Order(with))], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Firewall(with).WhyNot(Order(with), context));

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var done = await Firewall(with).RemoveAsync(Order(with), with.TextOrNull("saved") ?? "", context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        var state = await Firewall(with).StateAsync(Order(with), context, cancellation).ConfigureAwait(false);
        return state.Phase == IsolationPhase.Absent ? done with { Message = $"traffic flows as before: {state.Detail}" } : done with { Outcome = ActionOutcome.InDoubt, Error = "NotVerified", Message = $"{done.Message}, but afterwards: {state.Detail}" };
    }

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var state = await Firewall(with).StateAsync(Order(with), context, cancellation).ConfigureAwait(false);
        return new CheckResult(state.Phase switch { IsolationPhase.Absent => CheckState.Done, IsolationPhase.Active or IsolationPhase.Expired => CheckState.NotDone, _ => CheckState.Unknown }, state.Detail);
    }

    /// <summary>To isolate again is a decision of its own, with an approval of its own.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static IsolationOrder Order(Arguments with) => IsolationOrder.Of(with, out _);
    private static IsolationFirewall Firewall(Arguments with) => IsolationFirewall.Of(with.TextOrNull("firewall") ?? "auto");
}
