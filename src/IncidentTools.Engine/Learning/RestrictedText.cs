using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Learning;

/// <summary>What a report says of entries that are not for everybody: that they are there, not what they say. The journal itself has them whole.</summary>
internal sealed class RestrictedText(IReadOnlyList<RunRecord> runs, IReadOnlyList<Entry> entries)
{
    public const string Word = "restricted";
    private readonly HashSet<(string, string)> _visits = [.. runs.SelectMany(run => run.State.Visits.Where(visit => visit.Restricted).Select(visit => (run.State.Run, visit.Path)))];
    private readonly Dictionary<string, string> _waits = entries.Select(entry => entry.Data).OfType<WaitOpened>().ToDictionary(wait => wait.Wait, wait => wait.Path, StringComparer.Ordinal);

    public string Of(Entry entry) => entry.Data is IRunEntry data && Path(data) is { } path && _visits.Contains((data.Run, path)) ? $"{entry.Type} of {path}: {Word}" : entry.Data.Describe();

    private string? Path(IRunEntry data) => data switch
    {
        StepFinished entry => entry.Path,
        StepAttempted entry => entry.Path,
        GuardTripped entry => entry.Path,
        UndoIntended entry => entry.Path,
        UndoFinished entry => entry.Path,
        WaitOpened entry => entry.Path,
        WaitAnswered entry => _waits.GetValueOrDefault(entry.Wait),
        _ => null,
    };
}
