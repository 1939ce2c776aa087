using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Security;
using IncidentTools.Engine.Runbooks;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Actions.Security;

/// <summary>Writes down what a machine has while it is well, for the probes to compare with later. An older baseline is never overwritten: an intruder's would be the new normal.</summary>
internal sealed class BaselineRecordAction : IAction
{
    public string Name => "action.baseline-record";
    public string Summary => "Writes down who may log in, what starts by itself and who listens, while the machine is well";

    public ObjectShape Parameters { get; } = new("action.baseline-record",
        Required("of", OneOf(AccountsProbe.Kind, PersistenceProbe.Kind, ConnectionsProbe.Kind), "what is written down"),
        Required("to", Text, "the file, a full path where nothing is yet; keep it where an intruder on this machine cannot write"),
        Optional("root", Text, "folder that stands for / of a Linux machine: accounts and persistence only"),
        Optional("timeout", Shapes.Duration, "for programs that are asked", TimeSpan.FromMinutes(2)));

    public StepImpact Impact(Arguments with) => StepImpact.Low;

    public ActionPlan Plan(Arguments with) => new(with.Text("to"), $"Writes down the {with.Text("of")} of {with.TextOrNull("root") ?? "this machine"} as they are now", [], null);

    public Task<string?> PreconditionAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        var to = with.Text("to");
        return Task.FromResult(!Path.IsPathFullyQualified(to) ? $"'{to}' is not a full path" : File.Exists(to) ? $"{to} is there already, and a baseline is not overwritten: give a new name and compare the two"
            : with.Has("root") && with.Text("of") == ConnectionsProbe.Kind ? "a tree has no connections" : null);
    }

    public async Task<ActionResult> ExecuteAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return new ActionResult(ActionOutcome.Failed, "cancelled before anything was done") { Error = "Cancelled" };
        try
        {
            var (items, hidden) = await ReadAsync(with, context.ForProbe(), with.Duration("timeout") ?? TimeSpan.FromMinutes(2), cancellation).ConfigureAwait(false);
            // half a baseline would call the other half new
            if (hidden.Count > 0) return new ActionResult(ActionOutcome.Failed, $"nothing was written, because {string.Join(", ", hidden.Take(5))} may not be read") { Error = "PermissionDenied" };
            if (Path.GetDirectoryName(with.Text("to")) is { } folder && !Directory.Exists(folder)) EvidenceFolder.Create(folder);
            var text = Baseline.Write(with.Text("of"), items, context.Time.GetUtcNow());
            EvidenceFolder.Write(with.Text("to"), text);
            return new ActionResult(ActionOutcome.Succeeded, $"{items.Count} entries in {with.Text("to")}") { Value = new Dictionary<string, object?> { ["file"] = with.Text("to"), ["entries"] = (long)items.Count, ["sha256"] = SealedFolder.HashOf(text) } };
        }
        catch (CannotCheckException error) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = error.Word }; }
        catch (OperationCanceledException) { return new ActionResult(ActionOutcome.Failed, "cancelled before anything was written") { Error = "Cancelled" }; }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { return new ActionResult(ActionOutcome.Failed, error.Message) { Error = "NotWritten" }; }
    }

    private static async Task<(IReadOnlyDictionary<string, string> Items, IReadOnlyList<string> Hidden)> ReadAsync(Arguments with, ProbeContext context, TimeSpan timeout, CancellationToken cancellation)
    {
        switch (with.Text("of"))
        {
            case AccountsProbe.Kind:
                var accounts = await AccountsProbe.ReadAsync(with.TextOrNull("root"), context, timeout, cancellation).ConfigureAwait(false);
                return (accounts.Items, accounts.Hidden);
            case PersistenceProbe.Kind:
                var entries = await PersistenceProbe.ReadAsync(with.TextOrNull("root"), context, timeout, cancellation).ConfigureAwait(false);
                return (entries.Items, entries.Hidden);
            default:
                var sockets = await ConnectionsProbe.ReadAsync(context, timeout, cancellation).ConfigureAwait(false);
                return (ConnectionsProbe.Items(sockets.Where(socket => !System.Net.IPAddress.IsLoopback(socket.Local.Address))), []);
        }
    }

    public Task<CheckResult> CheckAsync(Arguments with, ActionContext context, CancellationToken cancellation)
    {
        // it is on the disk as a whole before the name is complete, so a file that can be read is the one
        try { return Task.FromResult(Baseline.Read(with.Text("to"), with.Text("of")) is { } items ? new CheckResult(CheckState.Done, $"{items.Count} entries are in {with.Text("to")}") : new CheckResult(CheckState.NotDone, "")); }
        catch (CannotCheckException error) { return Task.FromResult(new CheckResult(error.Word == ProbeErrors.NotFound ? CheckState.NotDone : CheckState.Unknown, error.Message)); }
    }

    /// <summary>Writing down changes nothing.</summary>
    public bool CanUndo(Arguments with) => false;
    public Task<ActionResult>? UndoAsync(Arguments with, IReadOnlyDictionary<string, object?> undoData, ActionContext context, CancellationToken cancellation) => null;
}
