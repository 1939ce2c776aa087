using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes.Databases;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Databases;

/// <summary>Ends the statement of one session, and where that is asked for the session. Its number alone is not enough: another may have it by then.</summary>
internal sealed class SqlCancelAction : IAction
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public string Name => "action.sql-cancel";
    public string Summary => "Cancels one session's statement on a database server, or ends the session";

    public ObjectShape Parameters { get; } = new("action.sql-cancel",
        DatabaseTarget.Field,
        Required("pid", Int with { Min = 1 }, "process id of the session, as probe.db-health names it"),
        Required("identity", Text with { Min = 1 }, "its identity from the same probe: the number may be another's by now"),
        Optional("terminate", Bool, "whether the session is ended when its statement's end is not enough: one that is idle in a transaction has none", false),
        Optional("terminateAfter", Shapes.Duration, "how long a statement has to end before the session is ended", TimeSpan.FromSeconds(10)),
        DatabaseWork.Timeout(Limit));

    public StepImpact Impact(Arguments with) => StepImpact.Medium;
    public IReadOnlyList<string> ImpactReasons(Arguments with) => ["what the session has not committed is lost, and its client sees an error"];

    public ActionPlan Plan(Arguments with)
    {
        var (target, pid) = (DatabaseTarget.Of(with), (long)with.Int("pid"));
        var backends = target.Engine == "sqlite" ? null : DatabaseServer.Of(target.Engine).Backends;
        var lines = backends is null ? [] : target.Engine == "sqlserver" || !with.Flag("terminate") ? [backends.Line(pid, with.Flag("terminate"))] : new[] { backends.Line(pid, terminate: false), backends.Line(pid, terminate: true) };
        return new ActionPlan(target.Label, $"Cancels the statement of session {pid} on {target.Label}{(with.Flag("terminate") ? $", and ends the session when that is not enough after {Duration.Format(After(with))}" : "")}, if it is still the one that was meant ({with.Text("identity")})", lines, null);
    }

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.WhyNotAsync(async () =>
    {
        var (target, backends) = Backends(with);
        if (target.Engine == "sqlserver" && !with.Flag("terminate")) return "SQL Server can only end a session: terminate: true is needed";
        var session = await DatabaseWork.OpenAsync(target, DatabaseAccess.Look, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
            return await backends.FindAsync(session, with.Int("pid"), cancellation).ConfigureAwait(false) is { } there && backends.Is(there, with.Text("identity")) ? WhyNot(backends, there, with) : null;
    });

    public Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.RunAsync(cancellation, async mark =>
    {
        var (target, backends) = Backends(with);
        var session = await DatabaseWork.OpenAsync(target, DatabaseAccess.Change, Timeout(with) + After(with) + Limit, context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            async Task<Backend?> Find() => await backends.FindAsync(session, with.Int("pid"), cancellation).ConfigureAwait(false) is { } found && backends.Is(found, with.Text("identity")) ? found : null;
            if (await Find().ConfigureAwait(false) is not { } there) return Gone($"session {with.Int("pid")} is gone already; nothing was done", "gone");
            if (WhyNot(backends, there, with) is { } why) return DatabaseWork.Failed("Refused", why);
            mark.Begin();
            if (!there.Idle && target.Engine != "sqlserver")
            {
                if (!await backends.EndAsync(session, there, terminate: false, cancellation).ConfigureAwait(false)) return Gone($"{there} was gone before it could be cancelled", "gone");
                var ended = await DatabaseWork.AwaitAsync(async () => await Find().ConfigureAwait(false) is not { Idle: false }, After(with), context.Time, cancellation).ConfigureAwait(false);
                var after = await Find().ConfigureAwait(false);
                if (after is null || (ended && after.State == "idle")) return Gone($"the statement of {there} was cancelled", "cancelled");
                if (!with.Flag("terminate")) return ended ? Gone($"the statement of {there} was cancelled; its transaction is still open and keeps its locks until its client ends it", "cancelled") : DatabaseWork.Failed("NotEnded", $"{there} was told to cancel and runs on");
            }
            if (!await backends.EndAsync(session, there, terminate: true, cancellation).ConfigureAwait(false)) return Gone($"{there} was gone before it could be ended", "gone");
            return await DatabaseWork.AwaitAsync(async () => await Find().ConfigureAwait(false) is null, Limit, context.Time, cancellation).ConfigureAwait(false)
                ? Gone($"{there} was ended", "terminated") : DatabaseWork.InDoubt("NotEnded", $"{there} was told to end and is still there: it may roll back for a while");
        }
    });

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation) => DatabaseWork.CheckAsync(async () =>
    {
        var (target, backends) = Backends(with);
        var session = await DatabaseWork.OpenAsync(target, DatabaseAccess.Look, Timeout(with), context, cancellation).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (await backends.FindAsync(session, with.Int("pid"), cancellation).ConfigureAwait(false) is not { } found || !backends.Is(found, with.Text("identity"))) return new CheckResult(CheckState.Done, "that session is gone");
            var over = with.Flag("terminate") ? found.State == "idle" : found.Idle;
            return new CheckResult(over ? CheckState.Done : CheckState.NotDone, $"{found} is there");
        }
    });

    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;

    private static string? WhyNot(IBackends backends, Backend there, Arguments with) => backends.WhyProtected(there) is { } why ? $"session {there.Pid} is not ended: {why}"
        : there.Idle && there.State == "idle" ? $"{there} does nothing and holds nothing: there is nothing to cancel"
        : there.Idle && !with.Flag("terminate") ? $"{there} has no statement to cancel: terminate: true ends the session" : null;

    private static (DatabaseTarget, IBackends) Backends(Arguments with)
    {
        var target = DatabaseTarget.Of(with);
        return (target, DatabaseServer.Of(target.Engine).Backends ?? throw new Probes.CannotCheckException(Probes.ProbeErrors.NotSupported, $"{target.Engine} has no sessions of others"));
    }

    private static TimeSpan Timeout(Arguments with) => with.Duration("timeout") ?? Limit;
    private static TimeSpan After(Arguments with) => with.Duration("terminateAfter") ?? TimeSpan.FromSeconds(10);
    private static ActionResult Gone(string message, string what) => new(ActionOutcome.Succeeded, message) { Value = new Dictionary<string, object?> { ["ended"] = what } };
}
