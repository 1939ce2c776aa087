using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Makes certain that a primary takes no writes, by the catalogue's own command, and looks whether it does: what is promoted beside a living primary makes two truths.</summary>
internal sealed class DbFenceAction : IAction
{
    public string Name => "action.db-fence";
    public string Summary => "Fences a primary database server and verifies that it takes no writes";

    public ObjectShape Parameters { get; } = new("action.db-fence",
        DatabaseTarget.Field,
        Required("command", CommandLine.Shape, "program and arguments that fence it, the database's fence"),
        Optional("undo", CommandLine.Shape, "program and arguments of the opposite, the database's unfence"),
        Optional("waitFor", Shapes.Duration, "how long until it must take no more writes", TimeSpan.FromSeconds(30)),
        Optional("timeout", Shapes.Duration, "how long the command may take", TimeSpan.FromMinutes(2)));

    public StepImpact Impact(Arguments with) => StepImpact.High;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["nothing can be written until another server takes over"];

    public ActionPlan Plan(Arguments with) => new(DatabaseTarget.Of(with).Label, $"Fences {DatabaseTarget.Of(with).Label}, then verifies that it does not answer or refuses writes", Hook(with).Lines, Hook(with).UndoText);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => Task.FromResult(Hook(with).WhyNot(context));

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var done = await Hook(with).RunAsync(context, cancellation).ConfigureAwait(false);
        if (done.Outcome != ActionOutcome.Succeeded) return done;
        var seen = new CheckResult(CheckState.Unknown, "");
        var wait = with.Duration("waitFor") ?? TimeSpan.FromSeconds(30);
        try { await DatabaseWork.AwaitAsync(async () => (seen = await CheckAsync(with, context, cancellation).ConfigureAwait(false)).State == CheckState.Done, wait, context.Time, cancellation).ConfigureAwait(false); }
        catch (OperationCanceledException) { return done with { Outcome = ActionOutcome.InDoubt, Error = "Cancelled", Message = "cancelled before it was verified" }; }
        return seen.State switch
        {
            CheckState.Done => done with { Message = $"fenced: {seen.Message}" },
            CheckState.NotDone => done with { Outcome = ActionOutcome.Failed, Error = "NotFenced", Message = $"the command ended well, and {seen.Message}" },
            _ => done with { Outcome = ActionOutcome.InDoubt, Error = "NotVerified", Message = $"the command ended well, but whether it is fenced is not known: {seen.Message}" },
        };
    }

    public async Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var node = await Nodes.AskAsync(DatabaseTarget.Of(with), context.ForProbe(), TimeSpan.FromSeconds(5), cancellation).ConfigureAwait(false);
        return PromotionRules.WhyNotFenced(node) is { } why ? new CheckResult(node.Writable is true ? CheckState.NotDone : CheckState.Unknown, why)
            : new CheckResult(CheckState.Done, node.Up ? $"{node.Name} refuses writes" : $"{node.Name} does not answer ({node.Error})");
    }

    public bool CanUndo(Arguments with) => with.Has("undo");
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => CanUndo(with) ? UnfenceAsync(with, context, cancellation) : null;

    /// <summary>Never beside another writer, nor one that may be: whoever is let free would be the second.</summary>
    private static async Task<ActionResult> UnfenceAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        foreach (var replica in DatabaseTarget.ReplicasOf(with.Map("connection")))
        {
            var node = await Nodes.AskAsync(replica, context.ForProbe(), TimeSpan.FromSeconds(5), cancellation).ConfigureAwait(false);
            if (PromotionRules.WhyNotFenced(node) is { } why) return DatabaseWork.Failed("Refused", $"{DatabaseTarget.Of(with).Name} stays fenced: {why}");
        }
        return await Hook(with).UndoAsync(context, cancellation)!.ConfigureAwait(false);
    }

    private static HookAction Hook(Arguments with) => HookAction.Of(with, CommandLine.Of(with, "command"), CommandLine.Of(with, "undo"));
}
