using IncidentTools.Engine.Journal;
using IncidentTools.Engine.Runbooks;

namespace IncidentTools.Engine.Execution;

/// <summary>Lets runs of one runbook and service begin one after another: refuses a second, or lets it queue.</summary>
internal sealed class RunDoor(RunParts parts, Func<RunOwner> me)
{
    private IJournalStore Store => parts.Journal.Store;

    /// <summary>Held while a run begins.</summary>
    /// <param name="behind">The run that is open already, when this one is to queue.</param>
    /// <exception cref="IncidentToolsException">RunForbidden.</exception>
    public RunLease? Enter(RunStart start, out string? behind)
    {
        behind = null;
        // an exercise keeps nobody out, and nobody keeps it out
        if (start.Book.Concurrency == "allow" || start.Started.Exercise is not null) return null;
        var service = start.Started.Service.GetValueOrDefault("id") as string;
        var door = Take(start.Book.Id, service);
        var other = Open(start.Book.Id, service).FirstOrDefault();
        if (other is not null && start.Book.Concurrency == "queue") behind = other.Run;
        if (door is not null && (other is null || behind is not null)) return door;
        door?.Dispose();
        throw Errors.RunForbidden(start.Book.Id, service, other?.Run ?? "another session starts it now");
    }

    /// <summary>Whether it is a queued run's turn: nothing else is under way, and none that was queued waits longer.</summary>
    public bool IsNext(RunRow row) => Open(row.Runbook, row.Service).OrderBy(other => other.State == "Queued").ThenBy(other => other.StartedAt).ThenBy(other => other.Run, StringComparer.Ordinal).FirstOrDefault()?.Run == row.Run;

    /// <summary>Held while a queued run begins; null when another session lets one begin now.</summary>
    public RunLease? Take(string runbook, string? service) => RunLease.Take(Store.Leases, $"start/{runbook}/{service}", me(), parts.Time, out _);

    private IEnumerable<RunRow> Open(string runbook, string? service) =>
        Store.Query(RunProjection.Instance, new ProjectionQuery().Where("runbook", runbook).Where("state", Compare.In, RunRow.OpenStates)).Where(row => row.Service == service && !row.IsExercise);
}
