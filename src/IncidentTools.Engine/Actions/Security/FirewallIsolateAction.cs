using System.Net;
using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Cuts this machine off the network, but for the responders. By the network, never by power: what is in memory stays.</summary>
internal sealed class FirewallIsolateAction : IAction
{
    public string Name => "action.firewall-isolate";
    public string Summary => "Cuts this machine off the network but for the responders, for a limited time";

    public ObjectShape Parameters { get; } = new("action.firewall-isolate",
        Required("responders", ListOf(Text, allowSingle: true) with { MinItems = 1 }, "addresses or networks that still reach it, both ways; a store on another machine must be among them"),
        Required("saveTo", Text, "folder where the rules as they were are kept, a full path"),
        Optional("id", Slug, "names it on the machine, when there is more than one", "isolate"),
        Optional("loopback", Bool, "whether what is within the machine goes on (Linux)", true),
        Optional("expires", Shapes.Duration with { Min = 1 }, "after which traffic flows again by itself", TimeSpan.FromHours(4)),
        Optional("firewall", OneOf("auto", "nft", "netsh"), "who does it; auto = nft on Linux, netsh on Windows", "auto"),
        Optional("netns", Text with { Pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", Expected = "the name of a network namespace" }, "network namespace that is cut off instead of the whole machine (Linux)"));

    public StepImpact Impact(Arguments with) => StepImpact.High;

    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["users of this machine are cut off, and so is everything that depends on it"];

    public ActionPlan Plan(Arguments with)
    {
        var order = IsolationOrder.Of(with, out var wrong);
        var firewall = Firewall(with);
        return new ActionPlan(order.Namespace ?? "this machine", $"Drops all traffic, standing connections included, but for {string.Join(", ", order.Responders.All)}{(order.Loopback ? " and loopback" : "")}; ends by itself after {Duration.Format(order.Expires)}{(wrong is null ? "" : $"; will be refused: {wrong}")}",
            firewall.Lines(order), firewall.UndoText(order));
    }

    public async Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var order = IsolationOrder.Of(with, out var wrong);
        if (wrong is not null) return wrong;
        if (!Path.IsPathFullyQualified(with.Text("saveTo"))) return $"'{with.Text("saveTo")}' is not a full path";
        // whoever works over SSH would cut the branch they sit on
        if (order.Namespace is null && Environment.GetEnvironmentVariable("SSH_CONNECTION")?.Split(' ')[0] is { } peer && IPAddress.TryParse(peer, out var address) && !order.Responders.Has(address)) return $"you are connected from {peer}, which is not among the responders: you would cut yourself off";
        if (Firewall(with).WhyNot(order, context) is { } why) return why;
        var state = await Firewall(with).StateAsync(order, context, cancellation).ConfigureAwait(false);
        return state.Phase switch
        {
            IsolationPhase.Absent => null,
            IsolationPhase.Unknown => $"the firewall cannot be asked: {state.Detail}",
            _ => $"{state.Detail}; take that away first, or give another id",
        };
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        var (order, firewall, folder) = (IsolationOrder.Of(with, out _), Firewall(with), Folder(with, context));
        try
        {
            EvidenceFolder.Create(folder);
            var (rules, whyNot) = await firewall.SaveAsync(order, folder, context, cancellation).ConfigureAwait(false);
            if (rules is null) return new ActionResult(ActionOutcome.Failed, $"nothing was changed: {whyNot}") { Error = "NotSaved" };
            EvidenceFolder.Write(Path.Combine(folder, "rules-before.txt"), rules);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, $"nothing was changed, because the rules could not be kept: {error.Message}") { Error = "NotSaved" }; }
        var done = await firewall.ApplyAsync(order, folder, context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        var state = await firewall.StateAsync(order, context, cancellation).ConfigureAwait(false);
        if (state.Phase != IsolationPhase.Active) return done with { Outcome = ActionOutcome.InDoubt, Error = "NotVerified", Message = $"{done.Message}, but afterwards: {state.Detail}" };
        return done with
        {
            Message = $"{state.Detail}; only {string.Join(", ", order.Responders.All)}{(order.Loopback ? " and loopback" : "")} pass",
            Value = new Dictionary<string, object?> { ["id"] = order.Id, ["expiresAt"] = context.Time.GetUtcNow() + order.Expires, ["responders"] = order.Responders.All.Cast<object?>().ToList(), ["saved"] = folder },
            UndoData = new Dictionary<string, object?> { ["saved"] = folder },
        };
    }

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var state = await Firewall(with).StateAsync(IsolationOrder.Of(with, out _), context, cancellation).ConfigureAwait(false);
        return new CheckResult(state.Phase switch { IsolationPhase.Active => CheckState.Done, IsolationPhase.Absent => CheckState.NotDone, _ => CheckState.Unknown }, state.Detail);
    }

    public bool CanUndo(Arguments with) => true;

    public async Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation)
    {
        var (order, firewall) = (IsolationOrder.Of(with, out _), Firewall(with));
        var done = await firewall.RemoveAsync(order, undoData.GetValueOrDefault("saved") as string ?? Folder(with, context), context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        var state = await firewall.StateAsync(order, context, cancellation).ConfigureAwait(false);
        return state.Phase == IsolationPhase.Absent ? done with { Message = $"traffic flows as before: {state.Detail}" } : done with { Outcome = ActionOutcome.InDoubt, Error = "NotVerified", Message = $"{done.Message}, but afterwards: {state.Detail}" };
    }

    private static IsolationFirewall Firewall(Arguments with) => IsolationFirewall.Of(with.TextOrNull("firewall") ?? "auto");
    private static string Folder(Arguments with, ActionContext context) => EvidenceFolder.Of(with.Text("saveTo"), "firewall", context);
}
