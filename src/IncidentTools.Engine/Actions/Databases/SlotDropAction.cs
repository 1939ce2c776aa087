using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Drops a replication slot of PostgreSQL that nobody uses, so that the log it keeps can go. Whatever followed it must be built anew.</summary>
internal sealed class SlotDropAction : IAction
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Name => "action.slot-drop";
    public string Summary => "Drops an inactive replication slot, which frees the log that it keeps";

    public ObjectShape Parameters { get; } = new("action.slot-drop",
        DatabaseTarget.Field,
        Required("slot", Text with { Min = 1 }, "its name"),
        Required("writtenOff", Text with { Min = 1 }, "what followed it, and who has given that up: it must be built anew"),
        DatabaseWork.Timeout(Limit));

    public StepImpact Impact(Arguments with) => StepImpact.High;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["what followed the slot cannot go on and must be built anew"];

    public ActionPlan Plan(Arguments with) => new(DatabaseTarget.Of(with).Label, $"Drops slot {with.Text("slot")} on {DatabaseTarget.Of(with).Label}, if nobody uses it; given up: {with.Text("writtenOff")}",
        [$"SELECT pg_drop_replication_slot('{with.Text("slot").Replace("'", "''", StringComparison.Ordinal)}')"], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.WhyNotAsync(async () =>
    {
        if (DatabaseTarget.Of(with).Engine != "postgresql") return "only PostgreSQL has replication slots";
        return await FindAsync(with, context, cancellation).ConfigureAwait(false) switch
        {
            null => $"there is no slot {with.Text("slot")}",
            { Active: true } => $"slot {with.Text("slot")} is in use: whoever follows it would be cut off",
            _ => null,
        };
    });

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.RunAsync(cancellation, async mark =>
    {
        var session = await DatabaseWork.OpenAsync(DatabaseTarget.Of(with), DatabaseAccess.Change, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            mark.Begin();
            // looked at and dropped in one statement; the server itself refuses one that is in use
            var dropped = await session.RowsAsync("SELECT slot_name, pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = @slot AND NOT active", 1, new Dictionary<string, object?> { ["slot"] = with.Text("slot") }).ConfigureAwait(false);
            return dropped.Rows.Count == 1 ? new ActionResult(ActionOutcome.Succeeded, $"slot {with.Text("slot")} was dropped; its log goes with the next checkpoint")
                : DatabaseWork.Failed("Refused", $"slot {with.Text("slot")} is not there, or in use again: nothing was dropped");
        }
    });

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.CheckAsync(async () =>
        await FindAsync(with, context, cancellation).ConfigureAwait(false) is { } slot ? new CheckResult(CheckState.NotDone, $"slot {slot.Name} is there") : new CheckResult(CheckState.Done, $"there is no slot {with.Text("slot")}"));

    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static async Task<Slot?> FindAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var target = DatabaseTarget.Of(with);
        if (target.Engine != "postgresql") throw new CannotCheckException(ProbeErrors.NotSupported, "only PostgreSQL has replication slots");
        var session = await DatabaseWork.OpenAsync(target, DatabaseAccess.Look, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false)) return (await PostgreSqlHealth.SlotsAsync(session).ConfigureAwait(false)).FirstOrDefault(slot => slot.Name == with.Text("slot"));
    }

    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? Limit;
}
