using IncidentTools.Engine.Execution;
using IncidentTools.Engine.Journal;

namespace IncidentTools.Engine.Learning;

/// <summary>A person's word on a step: an approval, a denial, an answer, what became of an attempt in doubt.</summary>
/// <param name="Kind">Answer, Approval or InDoubt.</param>
/// <param name="Sole">Why somebody approved what they asked for themselves.</param>
public sealed record RunWord(DateTimeOffset At, string By, string Path, string Kind, string Answer, string? Note, string? Sole);

/// <summary>A run of an incident as its entries tell it: nothing but the journal is needed, the runbook's file least of all.</summary>
public sealed record RunRecord(RunState State, IReadOnlyList<RunWord> Words)
{
    /// <summary>Every run that the entries of a stream hold, in the order of starting.</summary>
    public static IReadOnlyList<RunRecord> Of(IReadOnlyList<Entry> entries)
    {
        var runs = new List<RunRecord>();
        foreach (var started in entries.Select(entry => entry.Data).OfType<RunStarted>())
        {
            var state = new RunState(started.Run);
            var words = new List<RunWord>();
            var waits = new Dictionary<string, WaitOpened>(StringComparer.Ordinal);
            foreach (var entry in entries)
            {
                if (entry.Data is not IRunEntry data || data.Run != started.Run) continue;
                state.Apply(entry);
                if (data is WaitOpened opened) waits[opened.Wait] = opened;
                if (data is WaitAnswered answered && waits.TryGetValue(answered.Wait, out var wait)) words.Add(new RunWord(entry.OccurredAt, entry.Actor.Id, wait.Path, wait.Kind, answered.Answer, answered.Note, answered.Sole));
            }
            runs.Add(new RunRecord(state, words));
        }
        return runs;
    }

    public IEnumerable<RunWord> WordsOn(StepInstance visit) => Words.Where(word => word.Path == visit.Path);
}
